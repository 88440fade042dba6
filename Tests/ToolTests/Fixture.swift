import Foundation
import Testing

/// Whole outputs of the tool, kept as files in Tests/Fixtures/tool.
enum Fixture {
  /// Compares a text with a file, or writes the file where HONE_RECORD_FIXTURES is set.
  static func expect(
    _ text: String, equals name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let file = ToolRunner.repository.appending(path: "Tests/Fixtures/tool/\(name)")
    if ProcessInfo.processInfo.environment["HONE_RECORD_FIXTURES"] != nil {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    let expected = try String(contentsOf: file, encoding: .utf8)
    #expect(
      text == expected, "if \(name) is out of date: HONE_RECORD_FIXTURES=1 Tools/test",
      sourceLocation: sourceLocation)
  }
}
