package import Foundation

/// Files of `Tests/Fixtures`, most of them made by other libraries.
package enum Fixture {
  /// The place of a fixture.
  package static func url(_ path: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures").appending(path: path)
  }

  /// The bytes of a fixture.
  package static func data(_ path: String) throws -> Data { try Data(contentsOf: url(path)) }

  /// A fixture decoded from JSON.
  package static func json<Value: Decodable>(_ path: String, as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: data(path))
  }
}
