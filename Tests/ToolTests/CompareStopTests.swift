import Foundation
import Testing

@Suite("Comparisons: stopped and resumed")
struct CompareStopTests {
  /// Two algorithms and the base, with checkpoints between.
  private var arguments: [String] {
    get throws {
      try CompareLab.arguments(["grpo", CompareLab.wide, "sft-only"], steps: 12)
        + ["--set", "checkpoint_every=2"]
    }
  }

  /// Starts a comparison, and stops it in the middle of its first runs.
  private func stop(
    _ folder: URL, by signal: Int32
  ) throws -> (path: String, result: ToolResult) {
    let path = folder.appending(path: "my comparison").path
    let tool = try ToolRunner.start(
      try arguments + ["--run", path])
    #expect(tool.wait { _ in RunFiles(path + "/wide-0").lines("metrics.jsonl").count >= 3 })
    try expectError(
      ["compare", "--run", path], exitCode: 73, ["\(path) is in use by another process"])
    tool.send(signal)
    return (path, try tool.wait())
  }

  /// What nothing disturbed.
  private func undisturbed(in folder: URL) throws -> Data {
    let result = try ToolRunner.run(
      try arguments + ["--run", "whole"], in: folder, timeout: 400)
    try #require(result.exitCode == 0, "\(result.errors)")
    return try Data(contentsOf: folder.appending(path: "whole/comparison.json"))
  }

  @Test("killed: its runs stop and save; resumed, it ends in the same comparison.json")
  func killed() throws {
    try ToolRunner.withTemporaryFolder { folder in
      let (path, killed) = try stop(folder, by: SIGKILL)
      #expect(killed.signal == SIGKILL)
      #expect(!FileManager.default.fileExists(atPath: path + "/comparison.json"))
      // At once, while runs of the killed one may still be saving.
      let result = try ToolRunner.run(["compare", "--run", path], timeout: 400)
      #expect(result.exitCode == 0, "\(result.errors)")
      #expect(CompareLab.trainers(in: path).isEmpty)
      let file = try Data(contentsOf: URL(fileURLWithPath: path + "/comparison.json"))
      #expect(try file == undisturbed(in: folder))
    }
  }

  @Test(
    "Ctrl-C: every run is saved, and the command to resume works", arguments: [SIGINT, SIGTERM])
  func interrupted(signal: Int32) throws {
    try ToolRunner.withTemporaryFolder { folder in
      let (path, stopped) = try stop(folder, by: signal)
      #expect(stopped.exitCode == 130 && stopped.errors.isEmpty, "\(stopped.errors)")
      #expect(CompareLab.trainers(in: path).isEmpty)
      #expect(stopped.output.contains("stopped and saved with "))
      for name in ["grpo-0", "wide-0"] {
        let run = RunFiles(path + "/" + name)
        let steps = run.lines("metrics.jsonl").count
        #expect(FileManager.default.fileExists(atPath: run.checkpoint(steps)))
      }
      let command = try #require(stopped.output.split(separator: "to resume:  ").last)
      let prefix = "Tools/hone "
      try #require(command.hasPrefix(prefix))
      let result = try ToolRunner.bash(
        "\"$HONE\" " + command.dropFirst(prefix.count).filter { $0 != "\n" } + " --json",
        timeout: 400)
      #expect(result.exitCode == 0, "\(result.errors)")
      #expect(try result.json()["runs"] as? Int == 6)
    }
  }

  @Test("resume --until-input-ends stops a run when its input ends")
  func inputEnds() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let run = RunFiles(folder.appending(path: "run"))
      #expect(try ToolRunner.run(lab.reinforced(steps: 1) + ["--run", run.path]).exitCode == 0)
      // The tests' own input is empty, and so ends at once.
      let stopped = try ToolRunner.run(
        ["resume", run.path, "--steps", "500", "--until-input-ends"])
      #expect(stopped.exitCode == 130 && stopped.output.contains("stopped and saved after step"))
    }
  }
}
