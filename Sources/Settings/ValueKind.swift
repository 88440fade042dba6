internal import JSON
internal import Messages
internal import Statistics

/// What values a field or a flag takes; reads them from text and says in words what they are.
package enum ValueKind: Sendable, Equatable {
  /// Whole numbers of a range.
  case integer(ClosedRange<Int>)
  /// Numbers of a range.
  case number(NumberRange)
  /// One name out of a list.
  case choice([String])
  /// Any text; the name stands for it in the help, for example `FILE`.
  case text(placeholder: String)
  /// True or false; as a flag, a switch.
  case boolean

  /// Whole numbers of this value and above.
  package static func integer(_ range: PartialRangeFrom<Int>) -> ValueKind {
    .integer(range.lowerBound...Int.max)
  }

  /// What stands for the value in the help.
  package var placeholder: String {
    switch self {
    case .integer: "N"
    case .number: "X"
    case .choice(let names): names.joined(separator: "|")
    case .text(let placeholder): placeholder
    case .boolean: "true|false"
    }
  }

  /// What is taken, in words that follow "takes", for example `a whole number from 1 to 64`.
  package var description: String {
    switch self {
    case .integer(let range):
      "a whole number"
        + (range.upperBound == Int.max
          ? (range.lowerBound == Int.min ? "" : " of \(range.lowerBound) or more")
          : " from \(range.lowerBound) to \(range.upperBound)")
    case .number(let range): "a number" + range.description
    case .choice(let names): "one of " + names.joined(separator: ", ")
    case .text: "a text"
    case .boolean: "true or false"
    }
  }

  /// Reads a value as it was typed.
  ///
  /// - Throws: `ValueError` where the text is no value of this kind or out of its range.
  package func value(ofText text: String) throws(ValueError) -> SettingValue {
    let value: SettingValue?
    switch self {
    case .integer:
      value = (Int(text) ?? Double(text).flatMap(Int.init(exactly:))).map { .integer($0) }
    case .number: value = Double(text).map { .number($0) }
    case .choice, .text: value = .text(text)
    case .boolean: value = Bool(text).map { .boolean($0) }
    }
    guard let value else { throw refusal(of: text) }
    return try checked(value)
  }

  /// The value itself where it belongs to this kind; a whole number may stand for a number.
  ///
  /// - Throws: `ValueError` where it is of another kind or out of range.
  package func checked(_ value: SettingValue) throws(ValueError) -> SettingValue {
    switch (self, value) {
    case (.integer(let range), .integer(let number)) where range.contains(number): return value
    case (.integer, .number(let number)):
      guard let whole = Int(exactly: number) else { throw refusal(of: value.plainText) }
      return try checked(.integer(whole))
    case (.number(let range), .number(let number)) where range.contains(number): return value
    case (.number(let range), .integer(let number)) where range.contains(Double(number)):
      return .number(Double(number))
    case (.choice(let names), .text(let name)) where names.contains(name): return value
    case (.text, .text), (.boolean, .boolean): return value
    default: throw refusal(of: value.plainText)
    }
  }

  private func refusal(of text: String) -> ValueError {
    var nearest: String?
    if case .choice(let names) = self { nearest = nearestName(to: text, among: names) }
    return ValueError(given: text, expected: description, nearest: nearest)
  }
}

/// A value that its field or flag doesn't take.
package struct ValueError: Error, Equatable, CustomStringConvertible {
  /// What was given, as it would be typed.
  package let given: String
  /// What is taken, in words.
  package let expected: String
  /// The name of the list nearest to what was given, if one is near.
  package let nearest: String?

  /// Reads after the name of the field: `takes a whole number from 1 to 64, not "0"`.
  package var description: String {
    "takes \(expected), not \(jsonString(given))"
      + (nearest.map { "; did you mean \($0)?" } ?? "")
  }
}

/// An interval of finite numbers, each end open or closed.
package struct NumberRange: Sendable, Equatable {
  private let lowest: Double
  private let highest: Double
  private let excludesLowest: Bool
  private let excludesHighest: Bool

  /// This number and above, up to a highest one if given.
  package static func from(_ lowest: Double, to highest: Double = .infinity) -> NumberRange {
    NumberRange(lowest: lowest, highest: highest, excludesLowest: false, excludesHighest: false)
  }

  /// This number and above, but below another.
  package static func from(_ lowest: Double, below highest: Double) -> NumberRange {
    NumberRange(lowest: lowest, highest: highest, excludesLowest: false, excludesHighest: true)
  }

  /// Above this number, up to a highest one if given.
  package static func above(_ lowest: Double, to highest: Double = .infinity) -> NumberRange {
    NumberRange(lowest: lowest, highest: highest, excludesLowest: true, excludesHighest: false)
  }

  /// Whether the number is finite and inside.
  package func contains(_ number: Double) -> Bool {
    guard number.isFinite else { return false }
    return (excludesLowest ? number > lowest : number >= lowest)
      && (excludesHighest ? number < highest : number <= highest)
  }

  /// The range in words that follow "a number", with a space before them.
  package var description: String {
    let from = (excludesLowest ? " above " : " of at least ") + shortestText(of: lowest)
    guard highest.isFinite else { return from }
    return from + (excludesHighest ? " and below " : " and at most ") + shortestText(of: highest)
  }
}
