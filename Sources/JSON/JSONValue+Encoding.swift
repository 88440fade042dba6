internal import Foundation

extension JSONValue {
  /// The JSON form of `value`, as Foundation's encoder gives it.
  ///
  /// Throws `EncodingError` where JSON has no form for it (a number that is not finite).
  package init(encoding value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    self = try JSONValue(parsing: [UInt8](encoder.encode(value)))
  }
}

/// The line of JSON that `value` encodes to, with sorted keys and without a line end.
///
/// Throws `EncodingError` where JSON has no form for it.
package func jsonLine(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}
