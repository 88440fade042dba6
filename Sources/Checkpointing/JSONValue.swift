import Foundation

/// A JSON value that keeps numbers as they were written, so that reading and writing loses nothing.
///
/// Foundation's decoder accepts a key given twice and rounds numbers; a checkpoint's headers are
/// read with more suspicion than that, and a manifest must come out with the bytes it had.
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

  /// The JSON form of `value`, as Foundation's encoder gives it.
  ///
  /// Throws `EncodingError` where JSON has no form for it (a number that is not finite).
  package init(encoding value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    self = try JSONValue(parsing: [UInt8](encoder.encode(value)))
  }

  /// Decodes a Swift value from this one with Foundation's decoder.
  ///
  /// Throws `DecodingError` where the shape is another.
  package func decode<Value: Decodable>(as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(bytes()))
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

extension JSONValue {
  /// This value as UTF-8 text with sorted keys: equal values give equal bytes.
  ///
  /// With `indented`, two spaces a level and a newline at the end.
  package func bytes(indented: Bool = false) -> [UInt8] {
    var output: [UInt8] = []
    write(to: &output, indentation: indented ? 0 : nil)
    if indented { output.append(UInt8(ascii: "\n")) }
    return output
  }

  private func write(to output: inout [UInt8], indentation: Int?) {
    switch self {
    case .null: output += "null".utf8
    case .bool(let value): output += (value ? "true" : "false").utf8
    case .number(let text): output += text.utf8
    case .string(let text): Self.write(text, to: &output)
    case .array(let elements):
      Self.writeList(elements, brackets: "[]", to: &output, indentation: indentation) {
        $0.write(to: &$1, indentation: $2)
      }
    case .object(let members):
      let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      Self.writeList(sorted, brackets: "{}", to: &output, indentation: indentation) {
        Self.write($0.key, to: &$1)
        $1 += ($2 == nil ? ":" : ": ").utf8
        $0.value.write(to: &$1, indentation: $2)
      }
    }
  }

  private static func writeList<Element>(
    _ elements: [Element], brackets: String, to output: inout [UInt8], indentation: Int?,
    element write: (Element, inout [UInt8], Int?) -> Void
  ) {
    let inner = indentation.map { $0 + 2 }
    output.append(brackets.utf8.first!)
    for (index, element) in elements.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      Self.breakLine(inner, to: &output)
      write(element, &output, inner)
    }
    if !elements.isEmpty { Self.breakLine(indentation, to: &output) }
    output.append(brackets.utf8.last!)
  }

  private static func breakLine(_ indentation: Int?, to output: inout [UInt8]) {
    guard let indentation else { return }
    output.append(UInt8(ascii: "\n"))
    output += repeatElement(UInt8(ascii: " "), count: indentation)
  }

  private static func write(_ text: String, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): output += "\\\"".utf8
      case UInt8(ascii: "\\"): output += "\\\\".utf8
      case UInt8(ascii: "\n"): output += "\\n".utf8
      case UInt8(ascii: "\r"): output += "\\r".utf8
      case UInt8(ascii: "\t"): output += "\\t".utf8
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        output += ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8
      default: output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }
}
