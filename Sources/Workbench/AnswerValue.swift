internal import Foundation
internal import Verifiers

/// What an answer says, apart from how it is written.
///
/// The workbench needs it to be sure that a wrong answer is wrong for every sensible verifier, not
/// only for one that compares bytes. So in doubt two answers are the same.
package enum AnswerValue {
  /// Whether two answers may mean the same: equal numbers, however written, or texts that differ in
  /// case, white space, accents, full-width forms or the spelling of the numbers in them.
  package static func areSame(_ left: String, _ right: String) -> Bool {
    if left.utf8.elementsEqual(right.utf8) { return true }
    // Nothing that long is equal to an answer of usual size, and reading it would take long.
    guard max(left.utf8.count, right.utf8.count) <= longestCompared else { return false }
    let (left, right) = (folded(left), folded(right))
    if let first = number(left), let second = number(right) { return first == second }
    return canonical(left) == canonical(right)
  }

  /// The number that an answer stands for, read with leniency: `+5`, `05`, `5.0`, `1,000`, `1e3`,
  /// `6/3`; nil where it is none or too big.
  static func number(of answer: String) -> ExactNumber? { number(folded(answer)) }

  private static let longestCompared = 10_000

  /// ASCII digits for full-width ones, no case, no accents, no white space, one kind of minus.
  private static func folded(_ text: String) -> [UInt8] {
    let plain = text.folding(
      options: [.caseInsensitive, .widthInsensitive, .diacriticInsensitive], locale: nil)
    return String(
      plain.unicodeScalars.filter { !$0.properties.isWhitespace }.map {
        $0 == "\u{2212}" ? "-" : Character($0)
      }
    ).utf8.map(\.self)
  }

  private static func number(_ text: [UInt8]) -> ExactNumber? {
    guard text.count <= 60 else { return nil }
    let parts = text.filter { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "_") }
      .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard let first = parts.first, let above = decimal(first) else { return nil }
    if parts.count == 1 { return above }
    guard parts.count == 2, let below = decimal(parts[1]) else { return nil }
    return above.divided(by: below)
  }

  /// A number such as `+012.50e3`, with any number of signs.
  private static func decimal(_ text: ArraySlice<UInt8>) -> ExactNumber? {
    var rest = text
    var isNegative = false
    while let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      if sign == UInt8(ascii: "-") { isNegative.toggle() }
      rest.removeFirst()
    }
    var value: Int128 = 0
    var scale = 0
    var digits = 0
    var hasPoint = false
    while let byte = rest.first, isDigit(byte) || (byte == UInt8(ascii: ".") && !hasPoint) {
      rest.removeFirst()
      if byte == UInt8(ascii: ".") {
        hasPoint = true
        continue
      }
      digits += 1
      let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
      guard !overflow, shifted < Int128.max - 9 else { return nil }
      value = shifted + Int128(byte - UInt8(ascii: "0"))
      if hasPoint { scale -= 1 }
    }
    guard digits > 0 else { return nil }
    if rest.first == UInt8(ascii: "e") {
      guard let exponent = Int(String(decoding: rest.dropFirst(), as: UTF8.self)),
        abs(exponent) <= 1_000
      else { return nil }
      scale += exponent
      rest = []
    }
    guard rest.isEmpty, var number = ExactNumber(isNegative ? -value : value, over: 1) else {
      return nil
    }
    // A zero stays one, whatever its exponent; others leave the range of 128 bits soon.
    guard value != 0 else { return number }
    let ten = ExactNumber(10)
    for _ in 0..<abs(scale) {
      guard let next = scale > 0 ? number.times(ten) : number.divided(by: ten) else { return nil }
      number = next
    }
    return number
  }

  /// The text with every run of digits spelled in one way, and without a full stop at its end.
  private static func canonical(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var place = 0
    while place < text.count {
      guard isDigit(text[place]) else {
        result.append(text[place])
        place += 1
        continue
      }
      let whole = text[place...].prefix(while: isDigit)
      place = whole.endIndex
      var part: ArraySlice<UInt8> = []
      if place + 1 < text.count, text[place] == UInt8(ascii: "."), isDigit(text[place + 1]) {
        part = text[(place + 1)...].prefix(while: isDigit)
        place = part.endIndex
      }
      let zero = UInt8(ascii: "0")
      let short = whole.drop { $0 == zero }
      result += short.isEmpty ? [zero] : Array(short)
      while part.last == zero { part.removeLast() }
      if !part.isEmpty { result += [UInt8(ascii: ".")] + part }
    }
    if result.last == UInt8(ascii: ".") { result.removeLast() }
    return result
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
