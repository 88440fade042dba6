/// A JSON value without places: what is written, and what is read where places don't matter.
///
/// Numbers stay as they were written, so that reading and writing loses nothing.
package enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  /// A number, by its text, which follows JSON's grammar.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// A whole number.
  package static func integer(_ value: Int) -> JSONValue { .number(String(value)) }

  /// Reads one strict JSON value.
  ///
  /// - Throws: `JSONError` without a file for the first error.
  package init(
    parsing text: ArraySlice<UInt8>, limits: JSONLimits = JSONLimits()
  ) throws(JSONError) {
    self.init(try JSONNode(parsing: text, limits: limits))
  }

  /// Reads one strict JSON value.
  package init(parsing text: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
    try self.init(parsing: text[...], limits: limits)
  }

  /// The value of a node.
  package init(_ node: JSONNode) {
    self =
      switch node.value {
      case .null: .null
      case .bool(let value): .bool(value)
      case .number(let text): .number(text)
      case .string(let text): .string(text)
      case .array(let elements): .array(elements.map(JSONValue.init))
      case .object(let members):
        .object(
          Dictionary(uniqueKeysWithValues: members.map { ($0.key, JSONValue($0.node)) }))
      }
  }

  /// Makes a Swift value of this one.
  ///
  /// - Throws: `JSONError` where the shape is another.
  package func decode<Value: Decodable>(as type: Value.Type) throws(JSONError) -> Value {
    try JSONNode(parsing: bytes()[...]).decode(as: type)
  }

  /// The member of an object by its key, or nil where this is no object or has no such key.
  package subscript(key: String) -> JSONValue? { objectValue?[key] }

  /// An object's members, or nil.
  package var objectValue: [String: JSONValue]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// An array's elements, or nil.
  package var arrayValue: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// A text, or nil.
  package var stringValue: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// A truth value, or nil.
  package var boolValue: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// The number as an `Int`, or nil where it has a fraction or an exponent, or doesn't fit.
  package var intValue: Int? {
    if case .number(let text) = self { Int(text) } else { nil }
  }

  /// The number as the nearest `Double`, or nil where this is no number.
  package var doubleValue: Double? {
    if case .number(let text) = self { Double(text) } else { nil }
  }
}
