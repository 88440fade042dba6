import Foundation
import Testing

@Suite("Bad input: saving that fails, and numbers that overflow")
struct BadInputSavingTests {
  /// Gives a body a run of two steps that is to have four, and the hash an undisturbed one ends with.
  private func withHalfRun(_ body: (RunFiles, _ hash: String) throws -> Void) throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let whole = try ToolRunner.run(
        lab.reinforced(steps: 4) + ["--run", folder.appending(path: "whole").path, "--json"])
      let run = RunFiles(folder.appending(path: "run"))
      let half = try ToolRunner.run(
        lab.reinforced(steps: 2)
          + ["--run", run.path, "--checkpoint-every", "1", "--keep-checkpoints", "1", "--quiet"])
      try #require(half.exitCode == 0, "\(half.errors)")
      try body(run, try whole.weightsHash())
    }
  }

  /// Expects a failure to have left step 2, from which the run ends as if there had been none.
  private func expectLastGoodCheckpoint(_ run: RunFiles, hash: String) throws {
    #expect(run.checkpointNames == ["step-000002.tar.zst"])
    let verified = try ToolRunner.run(["checkpoint", "verify", run.checkpoint(2)])
    #expect(verified.exitCode == 0, "\(verified.errors)")
    let resumed = try ToolRunner.run(["resume", run.path, "--steps", "4", "--json"])
    #expect(try resumed.weightsHash() == hash)
    #expect(run.lines("metrics.jsonl").count == 4)
  }

  @Test("no space left for a checkpoint")
  func noSpace() throws {
    try withHalfRun { run, hash in
      // A file may have 4 MiB, a checkpoint would have 9; without the signal that kills by default.
      let result = try ToolRunner.bash(
        "trap '' XFSZ; ulimit -f 4096; exec \"$HONE\" resume \"$1\" --steps 4 --quiet", [run.path])
      expectError(result, exitCode: 74, [run.checkpoint(3) + ": can't write"])
      try expectLastGoodCheckpoint(run, hash: hash)
    }
  }

  @Test("no space left for the metrics")
  func noSpaceForLines() throws {
    try withHalfRun { run, hash in
      let result = try ToolRunner.bash(
        "trap '' XFSZ; ulimit -f 2; exec \"$HONE\" resume \"$1\" --steps 4 --quiet", [run.path])
      expectError(
        result, exitCode: 74,
        ["metrics.jsonl: can't be written to any more", "the last checkpoint stays: make room"])
      try expectLastGoodCheckpoint(run, hash: hash)
    }
  }

  @Test("no place for TensorBoard's file: said before the first step")
  func tensorBoardInTheWay() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let run = folder.appending(path: "run")
      try FileManager.default.createDirectory(at: run, withIntermediateDirectories: true)
      try Data().write(to: run.appending(path: "tensorboard"))
      let arguments = lab.reinforced(steps: 1) + ["--tensorboard", "--quiet"]
      let result = try ToolRunner.run(arguments + ["--run", run.path])
      expectError(
        result, exitCode: 73,
        [
          run.path + "/tensorboard: TensorBoard's file can't be made there\n",
          "Fix the folder, or set tensorboard to false in the run's config.json, then resume.",
        ])
      try FileManager.default.removeItem(at: run.appending(path: "tensorboard"))
      #expect(try ToolRunner.run(["resume", run.path, "--quiet"]).exitCode == 0)
    }
  }

  /// How to run the tool so that permissions count; nil where it can't be.
  private static let unprivileged: String? = {
    if geteuid() != 0 { return "exec" }
    let command = "exec setpriv --reuid=65534 --regid=65534 --clear-groups"
    let result = try? ToolRunner.bash(command + " \"$HONE\" --version")
    return result?.exitCode == 0 ? command : nil
  }()

  @Test(
    "a read-only folder",
    .enabled(
      if: unprivileged != nil, "permissions don't bind the superuser, and setpriv is missing"))
  func readOnly() throws {
    let command = try #require(Self.unprivileged)
    try withHalfRun { run, hash in
      func resume(chmod: String) throws -> ToolResult {
        try ToolRunner.bash(
          "chmod -R a+rwX \"$1\"; \(chmod); \(command) \"$HONE\" resume \"$1\" --steps 4 --quiet",
          [run.path])
      }
      let checkpoints = try resume(chmod: "chmod a-w \"$1/checkpoints\"")
      expectError(
        checkpoints, exitCode: 73, [run.checkpoint(3) + ": can't make it: Permission denied"])
      let lines = try resume(chmod: "chmod a-w \"$1/metrics.jsonl\"")
      expectError(
        lines, exitCode: 73, ["metrics.jsonl: it can't be opened to write", "make it writable"])
      #expect(try ToolRunner.bash("chmod -R a+rwX \"$1\"", [run.path]).exitCode == 0)
      try expectLastGoodCheckpoint(run, hash: hash)
    }
  }

  @Test("a gradient that overflows: the step and the tensor are named, the step before is kept")
  func overflow() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let run = RunFiles(folder.appending(path: "run"))
      let result = try ToolRunner.run(
        lab.supervised(steps: 200) + [
          "--run", run.path, "--quiet", "--problems", "4", "--evaluation-problems", "4",
          "--learning-rate", "1", "--weight-decay", "10", "--max-gradient-norm", "0",
          "--warmup-steps", "0", "--checkpoint-every", "1",
        ])
      expectError(result, exitCode: 65, ["Lower learning_rate or set a max_gradient_norm"])
      let pattern = /step (\d+): the gradient of (model\.[a-z0-9_.]+)\[\d+\] is not finite/
      let found = try #require(result.errors.firstMatch(of: pattern), "\(result.errors)")
      let step = try #require(Int(found.1))
      #expect(step > 1 && run.lines("metrics.jsonl").count == step - 1)
      let last = URL(fileURLWithPath: run.checkpoint(step - 1)).lastPathComponent
      #expect(run.checkpointNames.last == last)
      #expect(try ToolRunner.run(["checkpoint", "verify", run.checkpoint(step - 1)]).exitCode == 0)
      #expect(try ToolRunner.run(["ask", run.path, "1="]).exitCode == 0)
      // Resumed, it comes to the same end.
      let again = try ToolRunner.run(["resume", run.path, "--quiet"])
      #expect(again.exitCode == 65 && again.errors == result.errors)
    }
  }
}
