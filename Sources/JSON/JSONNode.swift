/// A value of a JSON text with its place in the file.
package struct JSONNode: Sendable, Equatable {
  /// The kinds of value.
  package enum Value: Sendable, Equatable {
    case null
    case bool(Bool)
    /// A number as JSON writes it, digit for digit.
    case number(String)
    /// A string without its quotes and escapes.
    case string(String)
    case array([JSONNode])
    /// The members of an object, in the order of the file, no key twice.
    case object([Member])
  }

  /// A key and its value.
  package struct Member: Sendable, Equatable {
    /// The key without quotes and escapes.
    package var key: String
    /// Where the key stands.
    package var position: TextPosition
    package var node: JSONNode
  }

  package var value: Value
  /// Where it begins.
  package var position: TextPosition

  /// Reads a whole text of UTF-8.
  ///
  /// - Parameters:
  ///   - file: the name that errors show; nil where the caller adds it.
  ///   - firstLine: the line of the file on which the text begins.
  /// - Throws: the first error of the text.
  package init(
    parsing text: ArraySlice<UInt8>, as syntax: JSONSyntax = .json, file: String? = nil,
    firstLine: Int = 1, limits: JSONLimits = JSONLimits()
  ) throws(JSONError) {
    var parser = JSONParser(text, syntax, file: file, firstLine: firstLine, limits)
    self = try parser.wholeText()
  }

  /// Reads a whole text.
  package init(
    parsing text: some StringProtocol, as syntax: JSONSyntax, file: String? = nil,
    firstLine: Int = 1, limits: JSONLimits = JSONLimits()
  ) throws(JSONError) {
    try self.init(
      parsing: Array(text.utf8)[...], as: syntax, file: file, firstLine: firstLine, limits: limits)
  }

  init(_ value: Value, at position: TextPosition) {
    self.value = value
    self.position = position
  }

  /// What the value is, in words for messages.
  package var kind: String {
    switch value {
    case .null: "null"
    case .bool: "true or false"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// The member's value, where this is an object that has the key.
  package subscript(_ key: String) -> JSONNode? {
    guard case .object(let members) = value else { return nil }
    return members.first { $0.key == key }?.node
  }

  /// A number's nearest double; nil for other values.
  package var double: Double? {
    guard case .number(let text) = value else { return nil }
    return Double(text)
  }

  /// A whole number, exactly; nil for other values and where it doesn't fit.
  package func integer<Integer: FixedWidthInteger>(_ type: Integer.Type = Int.self) -> Integer? {
    guard case .number(let text) = value else { return nil }
    // The text first: a double has no room for all 64-bit numbers.
    return Integer(text) ?? Double(text).flatMap(Integer.init(exactly:))
  }

  /// Where each character of a string of a text stands, for a string that begins at `start`.
  ///
  /// It is meant for errors about one character, and so reads the text again.
  package static func characterPositions(
    ofStringAt start: TextPosition, in text: some StringProtocol, firstLine: Int = 1
  ) -> [TextPosition] {
    var parser = JSONParser(
      Array(text.utf8)[...], .json5, file: nil, firstLine: firstLine, JSONLimits())
    return parser.characterPositions(ofStringAt: start)
  }
}
