/// A value of a JSON5 text with its place in the file.
package struct JSON5Node: Sendable, Equatable {
  /// The kinds of value.
  package enum Value: Sendable, Equatable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A finite number, and the same number as plain JSON writes it.
    case number(Double, text: String)
    /// A string without its quotes and escapes.
    case string(String)
    /// The elements of an array.
    case array([JSON5Node])
    /// The members of an object, in the order of the file, no key twice.
    case object([Member])
  }

  /// A key and its value.
  package struct Member: Sendable, Equatable {
    /// The key without quotes and escapes.
    package var key: String
    /// Where the key stands.
    package var position: TextPosition
    /// The value.
    package var node: JSON5Node
  }

  /// The value.
  package var value: Value
  /// Where it begins.
  package var position: TextPosition

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
  package subscript(_ key: String) -> JSON5Node? {
    guard case .object(let members) = value else { return nil }
    return members.first { $0.key == key }?.node
  }

  /// The same value as plain JSON on one line.
  package var plainJSON: String {
    switch value {
    case .null: "null"
    case .bool(let flag): flag ? "true" : "false"
    case .number(_, let text): text
    case .string(let text): plainString(text)
    case .array(let nodes): "[" + nodes.map(\.plainJSON).joined(separator: ",") + "]"
    case .object(let members):
      "{"
        + members.map { plainString($0.key) + ":" + $0.node.plainJSON }.joined(separator: ",")
        + "}"
    }
  }
}

private func plainString(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case _ where scalar.value < 0x20:
      let hex = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
