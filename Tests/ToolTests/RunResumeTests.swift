import Foundation
import Testing

@Suite("Runs: a resume is a resume")
struct RunResumeTests {
  /// Times that a run with all its state is killed; others a third of it.
  private static let kills = 20

  /// An undisturbed run with how long it took and the hash of its weights.
  private func undisturbed(
    _ arguments: [String], in folder: URL
  ) throws -> (run: RunFiles, seconds: Double, hash: String) {
    let run = RunFiles(folder.appending(path: "undisturbed"))
    let start = Date()
    let result = try ToolRunner.run(arguments + ["--run", run.path, "--json"])
    try #require(result.exitCode == 0, "\(result.errors)")
    return (run, Date().timeIntervalSince(start), try result.weightsHash())
  }

  /// The command that begins a run, or goes on with what a killed one left.
  private func command(_ arguments: [String], _ run: RunFiles) -> [String] {
    FileManager.default.fileExists(atPath: run.path + "/config.json")
      ? ["resume", run.path, "--json"] : arguments + ["--run", run.path, "--json"]
  }

  /// Kills runs again and again and expects each to end as the undisturbed one.
  private func expectKillsDoNothing(_ arguments: [String], kills: Int) throws {
    try ToolRunner.withTemporaryFolder { folder in
      let (reference, seconds, hash) = try undisturbed(arguments, in: folder)
      var killed = 0
      var killedInSave = 0
      while killed < kills {
        let run = RunFiles(folder.appending(path: "killed-\(killed)"))
        var story: [String] = []
        while true {
          let stale = run.partialFiles
          let tool = try ToolRunner.start(command(arguments, run))
          // At most three times a run, so that several runs come to their end.
          if killed < kills && story.count < 3 {
            if killed.isMultiple(of: 2) {
              let moment = Double.random(in: 0...seconds)
              story.append("after \(moment) s")
              Thread.sleep(forTimeInterval: moment)
            } else {
              story.append("in a save")
              _ = tool.wait { _ in run.partialFiles.contains { !stale.contains($0) } }
            }
            tool.send(SIGKILL)
          }
          let result = try tool.wait()
          guard result.signal == SIGKILL else {
            try #require(result.exitCode == 0, "\(result.errors); killed \(story)")
            #expect(try result.weightsHash() == hash, "killed \(story)")
            break
          }
          killed += 1
          if run.partialFiles.contains(where: { !stale.contains($0) }) { killedInSave += 1 }
        }
        try expectSameRun(run, as: reference, "killed \(story)")
        #expect(run.partialFiles.isEmpty, "killed \(story)")
        try FileManager.default.removeItem(atPath: run.path)
      }
      #expect(killedInSave > 0, "no kill came in the middle of a save")
    }
  }

  @Test("grpo with all its state, killed at random moments and in saves")
  func reinforced() throws {
    let lab = try RunLab.shared()
    try expectKillsDoNothing(
      lab.reinforced(steps: 6, problems: 8, groupSize: 8) + RunLab.manyUpdates
        + ["--checkpoint-every", "2", "--evaluation-every", "3"], kills: Self.kills)
  }

  @Test("reinforce with its baseline and a reference, killed at random moments and in saves")
  func baseline() throws {
    let lab = try RunLab.shared()
    try expectKillsDoNothing(
      lab.reinforced(steps: 6, problems: 8, groupSize: 8)
        + ["--algorithm", "reinforce", "--kl-weight", "0.05", "--checkpoint-every", "2"],
      kills: Self.kills / 3)
  }

  @Test("a resumed run goes on with the baseline it had")
  func baselineIsKept() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let arguments =
        lab.reinforced(steps: 4, problems: 8, groupSize: 8) + ["--algorithm", "reinforce"]
      let (reference, _, hash) = try undisturbed(arguments, in: folder)
      let baselines = try reference.values("baseline")
      // The first step has none; the others differ from step to step.
      #expect(baselines[0] == nil && Set(baselines.compactMap { $0 }).count == 3)
      let run = RunFiles(folder.appending(path: "resumed"))
      let first = try ToolRunner.run(
        lab.reinforced(steps: 2, problems: 8, groupSize: 8)
          + ["--algorithm", "reinforce", "--run", run.path, "--quiet"])
      #expect(first.exitCode == 0)
      let second = try ToolRunner.run(["resume", run.path, "--steps", "4", "--json"])
      #expect(try second.weightsHash() == hash)
      try expectSameRun(run, as: reference, hashes: false)
      #expect(try run.values("baseline") == baselines)
    }
  }

  @Test("ppo with its critic, killed at random moments and in saves")
  func critic() throws {
    let lab = try RunLab.shared()
    try expectKillsDoNothing(
      lab.reinforced(steps: 6, problems: 8, groupSize: 8) + RunLab.critic
        + ["--checkpoint-every", "2"], kills: max(2, Self.kills / 3))
  }

  @Test("a critic on the policy's trunk, saved and resumed", arguments: ["ppo", "a2c"])
  func sharedTrunk(algorithm: String) throws {
    let lab = try RunLab.shared()
    let arguments = ["--algorithm", algorithm, "--shared-trunk"]
    try ToolRunner.withTemporaryFolder { folder in
      let (reference, _, hash) = try undisturbed(
        lab.reinforced(steps: 4) + arguments, in: folder)
      let run = RunFiles(folder.appending(path: "run"))
      let short = try ToolRunner.run(
        lab.reinforced(steps: 2) + arguments + ["--run", run.path, "--quiet"])
      #expect(short.exitCode == 0, "\(short.errors)")
      // The model is the policy alone, which any command reads.
      let ask = try ToolRunner.run(["ask", run.path, "7="])
      #expect(ask.exitCode == 0, "\(ask.errors)")
      let long = try ToolRunner.run(["resume", run.path, "--steps", "4", "--json"])
      #expect(try long.weightsHash() == hash)
      try expectSameRun(run, as: reference, hashes: false)
    }
  }

  @Test("sft with a schedule, killed at random moments and in saves")
  func supervised() throws {
    let lab = try RunLab.shared()
    try expectKillsDoNothing(
      lab.supervised(steps: 12) + [
        "--schedule", "cosine", "--problems", "64", "--weight-decay", "0.1", "--checkpoint-every",
        "4",
      ], kills: Self.kills / 3)
  }

  @Test("killed before its first checkpoint, a run starts again from its config")
  func beforeTheFirstCheckpoint() throws {
    let lab = try RunLab.shared()
    let arguments =
      lab.reinforced(steps: 12, problems: 8, groupSize: 8) + ["--checkpoint-every", "0"]
    try ToolRunner.withTemporaryFolder { folder in
      let (reference, _, hash) = try undisturbed(arguments, in: folder)
      let run = RunFiles(folder.appending(path: "killed"))
      let tool = try ToolRunner.start(arguments + ["--run", run.path])
      #expect(tool.wait { _ in run.lines("metrics.jsonl").count >= 2 })
      tool.send(SIGKILL)
      #expect(try tool.wait().signal == SIGKILL)
      #expect(run.checkpointNames.isEmpty && !run.completions.isEmpty)
      let result = try ToolRunner.run(["resume", run.path, "--json"])
      #expect(result.exitCode == 0 && result.errors.contains("12/12"))
      #expect(try result.weightsHash() == hash)
      try expectSameRun(run, as: reference)
    }
  }

  @Test("more steps and another thread count")
  func moreSteps() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let (reference, _, hash) = try undisturbed(
        lab.reinforced(steps: 5, problems: 8, groupSize: 8) + RunLab.manyUpdates, in: folder)
      let run = RunFiles(folder.appending(path: "longer"))
      let short = try ToolRunner.run(
        lab.reinforced(steps: 2, problems: 8, groupSize: 8) + RunLab.manyUpdates
          + ["--run", run.path, "--threads", "1", "--json"])
      #expect(try short.weightsHash() != hash)
      let long = try ToolRunner.run(
        ["resume", run.path, "--steps", "5", "--threads", "3", "--json"])
      #expect(try long.weightsHash() == hash)
      // The second step was the last one then, and so has a hash.
      try expectSameRun(run, as: reference, hashes: false)
      let config = try String(contentsOfFile: run.path + "/config.json", encoding: .utf8)
      #expect(config.contains("\"steps\": 5"))
    }
  }

  @Test("new steps of a run without a checkpoint are kept")
  func moreStepsWithoutCheckpoint() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let run = RunFiles(folder.appending(path: "run"))
      let first = try ToolRunner.run(lab.reinforced(steps: 1) + ["--run", run.path, "--quiet"])
      #expect(first.exitCode == 0)
      try FileManager.default.removeItem(atPath: run.checkpoint(1))
      let second = try ToolRunner.run(["resume", run.path, "--steps", "2", "--quiet"])
      #expect(second.exitCode == 0 && run.checkpointNames == ["step-000002.tar.zst"])
      let third = try ToolRunner.run(["resume", run.path, "--json"])
      #expect(try third.json()["steps"] as? Int == 2)
    }
  }

  @Test("resuming a finished run changes nothing, however often")
  func finished() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let (run, _, hash) = try undisturbed(lab.reinforced(steps: 3), in: folder)
      let metrics = run.lines("metrics.jsonl")
      let completions = run.completions
      for _ in 0..<2 {
        let result = try ToolRunner.run(["resume", run.path, "--json"])
        #expect(result.exitCode == 0)
        #expect(try result.weightsHash() == hash)
        #expect(try result.json()["steps"] as? Int == 3)
      }
      #expect(run.lines("metrics.jsonl") == metrics && run.completions == completions)
      #expect(run.checkpointNames == ["step-000003.tar.zst"])
      #expect(try RunFiles.weightsHash(run.checkpoint(3)) == hash)
    }
  }

  @Test("lines that were written after the newest checkpoint, whole or cut, are written again")
  func surplusLines() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let (reference, _, hash) = try undisturbed(lab.reinforced(steps: 4), in: folder)
      let run = RunFiles(folder.appending(path: "run"))
      let short = try ToolRunner.run(lab.reinforced(steps: 2) + ["--run", run.path, "--quiet"])
      #expect(short.exitCode == 0)
      for name in ["metrics.jsonl", "completions.jsonl"] {
        let handle = try #require(FileHandle(forUpdatingAtPath: run.path + "/" + name))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("{\"step\": 3}\n{\"st".utf8))
        try handle.close()
      }
      let long = try ToolRunner.run(["resume", run.path, "--steps", "4", "--json"])
      #expect(try long.weightsHash() == hash)
      try expectSameRun(run, as: reference, hashes: false)
    }
  }
}
