import Foundation
import Testing

@Suite("Runs: Ctrl-C and SIGTERM")
struct RunSignalTests {
  @Test(
    "in the middle of a step: it is finished and saved, and the command that resumes works")
  func interrupted() throws {
    let lab = try RunLab.shared()
    let arguments =
      lab.reinforced(steps: 16, problems: 8, groupSize: 8) + ["--checkpoint-every", "0"]
    try ToolRunner.withTemporaryFolder { folder in
      let reference = RunFiles(folder.appending(path: "undisturbed"))
      let whole = try ToolRunner.run(arguments + ["--run", reference.path, "--json"])
      for (signal, name) in [(SIGINT, "my run's"), (SIGTERM, "terminated")] {
        let run = RunFiles(folder.appending(path: name))
        let tool = try ToolRunner.start(arguments + ["--run", run.path])
        #expect(tool.wait { _ in run.lines("metrics.jsonl").count >= 2 })
        tool.send(signal)
        let stopped = try tool.wait()
        #expect(stopped.exitCode == 130 && stopped.errors.isEmpty)
        let steps = run.lines("metrics.jsonl").count
        try #require(steps < 16, "the signal came too late")
        let saved = "stopped and saved after step \(steps) of 16; to resume:  "
        #expect(stopped.output.contains(saved))
        #expect(
          run.checkpointNames == [URL(fileURLWithPath: run.checkpoint(steps)).lastPathComponent])

        let command = try #require(stopped.output.split(separator: "to resume:  ").last)
        let prefix = "Tools/hone "
        try #require(command.hasPrefix(prefix))
        let resumed = try ToolRunner.bash(
          "\"$HONE\" " + command.dropFirst(prefix.count).filter { $0 != "\n" } + " --json")
        #expect(resumed.exitCode == 0, "\(resumed.errors)")
        #expect(try resumed.weightsHash() == whole.weightsHash())
        // The step that was saved because of the signal has a hash of its own.
        try expectSameRun(run, as: reference, hashes: false)
      }
    }
  }

  @Test(
    "before the first step: the run is saved at step 0")
  func beforeTheFirstStep() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let run = RunFiles(folder.appending(path: "run"))
      // A long evaluation, which the signal comes in the middle of.
      let tool = try ToolRunner.start(
        lab.reinforced(steps: 2) + ["--run", run.path, "--evaluation-samples", "500", "--json"])
      #expect(tool.wait { $0.written.errors.contains("completions a step") })
      tool.send(SIGINT)
      let stopped = try tool.wait()
      #expect(stopped.exitCode == 130)
      #expect(stopped.errors.contains("stopped and saved after step 0 of 2"))
      let report = try stopped.json()
      #expect(report["steps"] as? Int == 0 && report["after"] == nil)
      #expect(run.checkpointNames == ["step-000000.tar.zst"])
      #expect(run.lines("metrics.jsonl").isEmpty)
    }
  }

  @Test(
    "a second signal ends the run at once, and what was saved before stays")
  func twice() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let run = RunFiles(folder.appending(path: "run"))
      let first = try ToolRunner.run(lab.reinforced(steps: 1) + ["--run", run.path, "--quiet"])
      #expect(first.exitCode == 0)
      let config = run.path + "/config.json"
      // Steps of several seconds.
      let text = try String(contentsOfFile: config, encoding: .utf8)
      try text.replacing("\"problems\": 4", with: "\"problems\": 2048").write(
        toFile: config, atomically: true, encoding: .utf8)
      let tool = try ToolRunner.start(["resume", run.path, "--steps", "2"])
      #expect(tool.wait { $0.written.output.contains("before") })
      tool.send(SIGINT)
      tool.send(SIGTERM)
      let start = Date()
      #expect(try tool.wait().exitCode == 130)
      #expect(Date().timeIntervalSince(start) < 2)
      #expect(run.checkpointNames == ["step-000001.tar.zst"])
      #expect(run.lines("metrics.jsonl").count == 1)
    }
  }
}
