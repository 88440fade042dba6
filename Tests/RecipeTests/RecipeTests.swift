import Foundation
import Testing

/// The recipes of CONTRIBUTING.md, followed by `Tests/Recipes/follow.py` in a copy of the package.
///
/// The build of the copy takes all cores for minutes, so `Tools/test` runs this target by itself, after the
/// others, whose time limits it would use up.
@Suite("The recipes of CONTRIBUTING.md", .serialized)
struct RecipeTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Runs the script; `scratch` keeps the copy and its build.
  private static func follow(_ arguments: [String], in scratch: URL) throws -> (
    code: Int32, output: String
  ) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["python3", root.appending(path: "Tests/Recipes/follow.py").path] + arguments + [scratch.path]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  @Test(
    "a toy task, verifier and algorithm: added as it says, built, listed, trained",
    .timeLimit(.minutes(20)))
  func recipesLeadWhereTheySay() throws {
    let result = try Self.follow([], in: Self.root.appending(path: ".recipe"))
    #expect(result.code == 0, "\(result.output)")
    for words in [
      "Add an algorithm, step 4", "left out: Tools/test --filter LearningTests",
      "the task's problems are right", "the verifier is listed",
      "the algorithm trains on rewards less the median",
    ] {
      #expect(result.output.contains(words), "\(result.output) lacks \(words)")
    }
  }

  @Test(
    "a step that doesn't apply any more is named",
    arguments: [
      ("     RLOO.self,", "     Rloo.self,", "Add an algorithm, step 3: ", "0 times"),
      ("sed -i 's/RLOO/", "sed -i 's/LOOR/", "Add an algorithm, step 1: ", "changed nothing"),
      (
        "In the copy, `Sources/Algorithms/MedianBaseline", "In `Sources/Algorithms/RLOO",
        "Add an algorithm, step 3: ", "edits a second file"
      ),
      ("cp Sources/Verifiers/Text", "cp Sources/Verifiers/Txt", "Add a verifier, step 1: ", "cp"),
      ("`Tasks/reversal.json5` is", "it is", "Add a task, step 4: ", "no file is named"),
      ("Tools/hone verifiers", "Tools/hune verifiers", "Add a verifier, step 4: ", "not a command"),
    ])
  func brokenStep(text: String, other: String, step: String, reason: String) throws {
    let recipes = try String(
      contentsOf: Self.root.appending(path: "CONTRIBUTING.md"), encoding: .utf8)
    try #require(recipes.contains(text))
    let scratch = FileManager.default.temporaryDirectory.appending(
      path: "hone-recipes-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let file = scratch.appending(path: "CONTRIBUTING.md")
    try Data(recipes.replacing(text, with: other).utf8).write(to: file)
    let result = try Self.follow(["--apply-only", "--recipes", file.path], in: scratch)
    #expect(result.code == 1, "\(result.output)")
    let last = try #require(result.output.components(separatedBy: "error: ").last)
    #expect(last.hasPrefix(step) && last.contains(reason), "\(result.output)")
  }
}
