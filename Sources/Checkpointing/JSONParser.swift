/// JSON text that can't be read: what is wrong, and where.
package struct JSONError: Error, Hashable, CustomStringConvertible {
  package let message: String
  /// Line from 1.
  package let line: Int
  /// Column from 1, in bytes.
  package let column: Int

  package var description: String { "line \(line), column \(column): \(message)" }
}

/// How much JSON may ask of its reader.
package struct JSONLimits: Sendable {
  /// Arrays and objects inside each other, at most.
  package var depth = 64
  /// Values in all, at most: each takes some 30 bytes, while its text may take two.
  package var values = 200_000

  package init() {}
}

extension JSONValue {
  /// Reads one JSON value (RFC 8259) from UTF-8 text.
  ///
  /// Throws `JSONError` for anything that isn't JSON, for a key given twice in one object, and for
  /// text beyond the limits.
  package init(parsing text: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
    self = try JSONValue(parsing: text[...], limits: limits)
  }

  /// Reads one JSON value from a part of a buffer.
  package init(
    parsing text: ArraySlice<UInt8>, limits: JSONLimits = JSONLimits()
  ) throws(JSONError) {
    var parser = JSONParser(text, limits)
    self = try parser.parseDocument()
  }
}

/// A recursive-descent reader whose recursion is bounded by `JSONLimits.depth`.
private struct JSONParser {
  private let text: ArraySlice<UInt8>
  private let limits: JSONLimits
  private var position: Int
  private var values = 0

  init(_ text: ArraySlice<UInt8>, _ limits: JSONLimits) {
    self.text = text
    self.limits = limits
    position = text.startIndex
  }

  mutating func parseDocument() throws(JSONError) -> JSONValue {
    let value = try parseValue(depth: 0)
    skipSpace()
    guard position == text.endIndex else { throw error("text after the end of the value") }
    return value
  }

  private mutating func parseValue(depth: Int) throws(JSONError) -> JSONValue {
    values += 1
    guard values <= limits.values else { throw error("more than \(limits.values) values") }
    skipSpace()
    guard let byte = next else { throw error("the text ends where a value should be") }
    switch byte {
    case UInt8(ascii: "{"): return .object(try parseObject(depth: depth + 1))
    case UInt8(ascii: "["): return .array(try parseArray(depth: depth + 1))
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      return .number(try parseNumber())
    case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
    case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
    case UInt8(ascii: "n"): return try parseWord("null", .null)
    default: throw error("a character that starts no value")
    }
  }

  private mutating func parseObject(depth: Int) throws(JSONError) -> [String: JSONValue] {
    try open(depth: depth)
    var members: [String: JSONValue] = [:]
    if skip(UInt8(ascii: "}")) { return members }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw error("a key in quotes is missing") }
      let key = try parseString()
      guard skip(UInt8(ascii: ":")) else { throw error("':' is missing after key '\(key)'") }
      let value = try parseValue(depth: depth)
      guard members.updateValue(value, forKey: key) == nil else {
        throw error("key '\(key)' is given twice")
      }
      if skip(UInt8(ascii: "}")) { return members }
      guard skip(UInt8(ascii: ",")) else { throw error("',' or '}' is missing") }
    }
  }

  private mutating func parseArray(depth: Int) throws(JSONError) -> [JSONValue] {
    try open(depth: depth)
    var elements: [JSONValue] = []
    if skip(UInt8(ascii: "]")) { return elements }
    while true {
      elements.append(try parseValue(depth: depth))
      if skip(UInt8(ascii: "]")) { return elements }
      guard skip(UInt8(ascii: ",")) else { throw error("',' or ']' is missing") }
    }
  }

  private mutating func open(depth: Int) throws(JSONError) {
    guard depth <= limits.depth else {
      throw error("more than \(limits.depth) levels inside each other")
    }
    position += 1
  }

  private mutating func parseNumber() throws(JSONError) -> String {
    let start = position
    if next == UInt8(ascii: "-") { position += 1 }
    if next == UInt8(ascii: "0") {
      position += 1
    } else {
      try skipDigits()
    }
    if next == UInt8(ascii: ".") {
      position += 1
      try skipDigits()
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      position += 1
      if next == UInt8(ascii: "-") || next == UInt8(ascii: "+") { position += 1 }
      try skipDigits()
    }
    return String(decoding: text[start..<position], as: UTF8.self)
  }

  private mutating func skipDigits() throws(JSONError) {
    let start = position
    while let byte = next, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { position += 1 }
    guard position > start else { throw error("a digit is missing") }
  }

  private mutating func parseWord(
    _ word: String, _ value: JSONValue
  ) throws(JSONError) -> JSONValue {
    guard text[position...].starts(with: word.utf8) else {
      throw error("a character that starts no value")
    }
    position += word.utf8.count
    return value
  }

  private mutating func parseString() throws(JSONError) -> String {
    let start = position
    position += 1
    var plain = position
    var decoded: [UInt8] = []
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        decoded += text[plain..<position]
        position += 1
        guard let string = String(validating: decoded, as: UTF8.self) else {
          position = start
          throw error("a string that isn't UTF-8")
        }
        return string
      case UInt8(ascii: "\\"):
        decoded += text[plain..<position]
        try parseEscape(into: &decoded)
        plain = position
      case 0..<0x20: throw error("a control character inside a string")
      default: position += 1
      }
    }
    throw error("a string without its closing quote")
  }

  private mutating func parseEscape(into decoded: inout [UInt8]) throws(JSONError) {
    position += 1
    guard let byte = next else { throw error("the text ends inside a string") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): decoded.append(byte)
    case UInt8(ascii: "b"): decoded.append(0x08)
    case UInt8(ascii: "f"): decoded.append(0x0C)
    case UInt8(ascii: "n"): decoded.append(0x0A)
    case UInt8(ascii: "r"): decoded.append(0x0D)
    case UInt8(ascii: "t"): decoded.append(0x09)
    case UInt8(ascii: "u"):
      var units = [try parseHexadecimal()]
      if UTF16.isLeadSurrogate(units[0]), text[position...].starts(with: "\\u".utf8) {
        position += 2
        units.append(try parseHexadecimal())
      }
      guard let string = String(validating: units, as: UTF16.self) else {
        throw error("half of a surrogate pair")
      }
      decoded += string.utf8
    default: throw error("an unknown escape in a string")
    }
  }

  private mutating func parseHexadecimal() throws(JSONError) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
        throw error("four hexadecimal digits are missing after \\u")
      }
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return value
  }

  private var next: UInt8? { position < text.endIndex ? text[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private mutating func skip(_ byte: UInt8) -> Bool {
    skipSpace()
    guard next == byte else { return false }
    position += 1
    return true
  }

  private func error(_ message: String) -> JSONError {
    let before = text[..<position]
    let line = before.count { $0 == 0x0A } + 1
    let column = position - ((before.lastIndex(of: 0x0A) ?? text.startIndex - 1) + 1) + 1
    return JSONError(message: message, line: line, column: column)
  }
}
