internal import Messages

// Strings, numbers and words.
extension JSONParser {
  /// Reads a string, whose quote is next.
  mutating func string() throws(JSONError) -> String {
    let start = place
    let quote = bytes[place]
    place += 1
    var plain = place
    var unescaped: [UInt8] = []
    while let byte = next {
      switch byte {
      case quote:
        let run = bytes[plain..<place]
        place += 1
        if unescaped.isEmpty { return String(decoding: run, as: UTF8.self) }
        return String(decoding: unescaped + run, as: UTF8.self)
      case UInt8(ascii: "\\"):
        unescaped += bytes[plain..<place]
        try escape(into: &unescaped)
        plain = place
      case 0x0A, 0x0D: throw error("the string that begins here is not closed", at: start)
      case _ where byte == 0 || (byte < 0x20 && syntax == .json):
        throw error("a control character inside a string: write \\u and its four digits")
      default: place += 1
      }
    }
    throw error("the string that begins here is not closed", at: start)
  }

  /// Where each character of the string stands that begins at a position.
  mutating func characterPositions(ofStringAt start: TextPosition) -> [TextPosition] {
    while let byte = next, position(at: place) != start || byte & 0xC0 == 0x80 { place += 1 }
    guard let quote = next else { return [] }
    place += 1
    var positions: [TextPosition] = []
    while let scalar = nextScalar, scalar != Unicode.Scalar(quote) {
      let character = place
      if scalar == "\\" {
        var escaped: [UInt8] = []
        do { try escape(into: &escaped) } catch { break }
        if escaped.isEmpty { continue }
      } else {
        place += UTF8.width(scalar)
      }
      positions.append(position(at: character))
    }
    return positions
  }

  /// Reads a backslash and what stands after it; a continued line of JSON5 adds nothing.
  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    let start = place
    place += 1
    guard let scalar = nextScalar else { throw error("the text ends inside a string") }
    place += UTF8.width(scalar)
    switch scalar {
    case "\"", "\\", "/": text.append(UInt8(ascii: scalar))
    case "b": text.append(0x08)
    case "f": text.append(0x0C)
    case "n": text.append(0x0A)
    case "r": text.append(0x0D)
    case "t": text.append(0x09)
    case "u": text += String(try unicodeEscape(from: start)).utf8
    case _ where syntax == .json:
      throw error("\(quoted("\\" + String(scalar))) is no escape of JSON", at: start)
    case "v": text.append(0x0B)
    case "x": text += String(Unicode.Scalar(UInt8(try hexadecimal(digits: 2)))).utf8
    case "\n", "\u{2028}", "\u{2029}": break
    case "\r": if next == 0x0A { place += 1 }
    case "0":
      guard digit == nil else { throw error("octal escapes are not allowed", at: start) }
      text.append(0)
    case "1"..."9": throw error("octal escapes are not allowed", at: start)
    default: text += String(scalar).utf8
    }
  }

  private mutating func unicodeEscape(from start: Int) throws(JSONError) -> Unicode.Scalar {
    let first = try hexadecimal(digits: 4)
    if let scalar = Unicode.Scalar(first) { return scalar }
    // A character beyond U+FFFF is written as a high and a low surrogate.
    guard first < 0xDC00, next == UInt8(ascii: "\\"), following == UInt8(ascii: "u") else {
      throw error("half a surrogate pair", at: start)
    }
    place += 2
    let second = try hexadecimal(digits: 4)
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
    else { throw error("half a surrogate pair", at: start) }
    return scalar
  }

  private mutating func hexadecimal(digits: Int) throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard let digit = hexadecimalDigit else {
        throw error("\(digits) hexadecimal digits were expected, not \(shownNext)")
      }
      value = value * 16 + UInt32(digit)
      place += 1
    }
    return value
  }

  /// Reads a number, and gives it as JSON writes it.
  mutating func number() throws(JSONError) -> String {
    let start = place
    let isNegative = next == UInt8(ascii: "-")
    if isNegative || next == UInt8(ascii: "+") { place += 1 }
    if startsIdentifier {
      guard let word = nonFinite(try identifier()) else {
        throw error("this is not a number", at: start)
      }
      guard limits.takesNonFinite else {
        throw error("only finite numbers are allowed here", at: start)
      }
      return isNegative ? "-" + word : word
    }
    let text: String
    if syntax == .json5, next == UInt8(ascii: "0"), following.map({ $0 | 0x20 }) == 0x78 {
      place += 2
      text = (isNegative ? "-" : "") + String(try hexadecimalMagnitude(from: start))
    } else {
      text = try decimal(from: start, isNegative)
    }
    if startsIdentifier || next == UInt8(ascii: ".") {
      throw error("\(shownNext) after a number; quote it if it is a text")
    }
    return text
  }

  private mutating func hexadecimalMagnitude(from start: Int) throws(JSONError) -> UInt64 {
    guard hexadecimalDigit != nil else {
      throw error("hexadecimal digits were expected, not \(shownNext)")
    }
    var magnitude: UInt64 = 0
    while let digit = hexadecimalDigit {
      guard magnitude >> 60 == 0 else {
        throw error("this number is too large", at: start, .refused)
      }
      magnitude = magnitude << 4 | UInt64(digit)
      place += 1
    }
    return magnitude
  }

  private mutating func decimal(
    from start: Int, _ isNegative: Bool
  ) throws(JSONError) -> String {
    let firstDigit = place
    let wholeCount = skipDigits()
    guard wholeCount <= 1 || bytes[firstDigit] != UInt8(ascii: "0") else {
      throw error("a number can't begin with 0; quote it if it is a text", at: start)
    }
    let wholeEnd = place
    var fractionCount: Int?
    if next == UInt8(ascii: ".") {
      place += 1
      fractionCount = skipDigits()
    }
    guard wholeCount > 0 || fractionCount ?? 0 > 0 else {
      throw error("this is not a number", at: start)
    }
    guard syntax == .json5 || (wholeCount > 0 && fractionCount != 0) else {
      throw error("a digit was expected, not \(shownNext)")
    }
    let fractionEnd = place
    if let byte = next, byte | 0x20 == UInt8(ascii: "e") {
      place += 1
      if next == UInt8(ascii: "-") || next == UInt8(ascii: "+") { place += 1 }
      guard skipDigits() > 0 else { throw error("the exponent has no digits", at: start) }
    }
    guard place - start <= limits.numberLength else {
      throw error(
        "this number is longer than \(limits.numberLength) characters", at: start, .refused)
    }
    var text = String(decoding: bytes[start..<place], as: UTF8.self)
    // JSON5 may write a plus, and leave out the digits on one side of the point; JSON may not.
    if wholeCount == 0 || fractionCount == 0 || bytes[start] == UInt8(ascii: "+") {
      text =
        (isNegative ? "-" : "")
        + (wholeCount == 0 ? "0" : String(decoding: bytes[firstDigit..<wholeEnd], as: UTF8.self))
        + (fractionCount ?? 0 == 0
          ? "" : String(decoding: bytes[wholeEnd..<fractionEnd], as: UTF8.self))
        + String(decoding: bytes[fractionEnd..<place], as: UTF8.self)
    }
    let mayOverflow = place > fractionEnd || wholeCount > 300
    guard !mayOverflow || limits.takesNonFinite || Double(text)?.isFinite == true else {
      throw error("this number is too large", at: start, .refused)
    }
    return text
  }

  private mutating func skipDigits() -> Int {
    let start = place
    while digit != nil { place += 1 }
    return place - start
  }

  /// What a word stands for that some languages write where JSON has no number.
  func nonFinite(_ word: String) -> String? {
    switch word {
    case "NaN", "nan": "nan"
    case "Infinity", "inf": "inf"
    default: nil
    }
  }

  var startsIdentifier: Bool {
    guard let scalar = nextScalar else { return false }
    if syntax == .json { return scalar.isASCII && scalar.properties.isAlphabetic }
    return scalar == "$" || scalar == "_" || scalar == "\\" || scalar.properties.isIDStart
  }

  mutating func identifier() throws(JSONError) -> String {
    var name = String.UnicodeScalarView()
    while let scalar = nextScalar,
      startsIdentifier || (syntax == .json5 && scalar.properties.isIDContinue)
    {
      if scalar == "\\" {
        let start = place
        guard following == UInt8(ascii: "u") else {
          throw error("only \\u escapes are allowed in a key")
        }
        place += 2
        guard let escaped = Unicode.Scalar(try hexadecimal(digits: 4)) else {
          throw error("this escape is no character", at: start)
        }
        name.append(escaped)
      } else {
        name.append(scalar)
        place += UTF8.width(scalar)
      }
    }
    return String(name)
  }

  private var digit: UInt8? {
    guard let byte = next, 0x30...0x39 ~= byte else { return nil }
    return byte - 0x30
  }

  private var hexadecimalDigit: UInt8? {
    guard let byte = next else { return nil }
    switch byte {
    case 0x30...0x39: return byte - 0x30
    case 0x41...0x46: return byte - 0x41 + 10
    case 0x61...0x66: return byte - 0x61 + 10
    default: return nil
    }
  }
}
