import Foundation
import Testing

/// Expects a command to end in one clear error of one or two lines, with nothing on standard output.
func expectError(
  _ arguments: [String], exitCode: Int32, _ expected: [String], in folder: URL? = nil,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let result = try ToolRunner.run(arguments, in: folder)
  expectError(result, exitCode: exitCode, expected, sourceLocation: sourceLocation)
}

/// Expects a command to have ended in one clear error that says all of `expected`.
func expectError(
  _ result: ToolResult, exitCode: Int32, _ expected: [String],
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(result.exitCode == exitCode, "\(result.errors)", sourceLocation: sourceLocation)
  #expect(result.output.isEmpty, sourceLocation: sourceLocation)
  let lines = result.errors.split(separator: "\n", omittingEmptySubsequences: false)
  #expect(
    result.errors.hasPrefix("error: ") && lines.last == "" && lines.count <= 3,
    "\(result.errors)", sourceLocation: sourceLocation)
  for text in expected {
    #expect(
      result.errors.contains(text), "\(result.errors) lacks \(text)", sourceLocation: sourceLocation
    )
  }
}

/// A folder to start runs in that must not come to be.
struct BadInputFolder {
  /// The folder.
  let folder: URL
  /// The lab whose model and suite are good.
  let lab: RunLab

  /// Gives a body a new empty folder.
  static func with(_ body: (BadInputFolder) throws -> Void) throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { try body(BadInputFolder(folder: $0, lab: lab)) }
  }

  /// Writes a file of the folder.
  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }

  /// Expects a run to be refused before anything is written.
  func expectRefusal(
    _ arguments: [String], exitCode: Int32, _ expected: String...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let words = ["train", "--run", "new/run", "--max-completion-tokens", "14", "--quiet"]
    try expectError(
      words + arguments, exitCode: exitCode, expected, in: folder, sourceLocation: sourceLocation)
    #expect(
      !FileManager.default.fileExists(atPath: folder.appending(path: "new").path),
      "something was written", sourceLocation: sourceLocation)
  }
}
