import Foundation
import Testing

/// Runs, checkpoints and comparisons of hone 0.1 (Tests/Fixtures/runs-0.1), read by today's tool.
@Suite("What hone 0.1 left")
struct RunOlderTests {
  /// A copy of the fixture whose configurations name the copy's files.
  private func withRuns(_ body: (URL) throws -> Void) throws {
    try ToolRunner.withTemporaryFolder { folder in
      let copy = folder.appending(path: "old")
      let source = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/runs-0.1")
      try FileManager.default.copyItem(at: source, to: copy)
      for file in ["critic", "baseline", "comparison/grpo-0"].map({ "\($0)/config.json" }) {
        let place = copy.appending(path: file)
        let text = try String(contentsOf: place, encoding: .utf8)
        try text.replacing("/tmp/hone-0.1", with: copy.path)
          .write(to: place, atomically: true, encoding: .utf8)
      }
      try body(copy)
    }
  }

  @Test("evaluate, ask, report and diff read them", arguments: ["critic", "baseline"])
  func reads(run: String) throws {
    try withRuns { folder in
      let path = folder.appending(path: run).path
      let suite = folder.appending(path: "numbers.jsonl").path
      let evaluated = try ToolRunner.run(["evaluate", path, "--suite", suite, "--limit", "8"])
      #expect(evaluated.exitCode == 0, "\(evaluated.errors)")
      let asked = try ToolRunner.run(["ask", path, "12="])
      #expect(asked.exitCode == 0 && asked.output.hasPrefix("prompt    12="), "\(asked.errors)")
      let report = try ToolRunner.run(["report", path])
      #expect(report.exitCode == 0, "\(report.errors)")
      let other = folder.appending(path: run == "critic" ? "baseline" : "critic").path
      let diff = try ToolRunner.run(["diff", path, other])
      #expect(diff.exitCode == 1 && diff.errors.isEmpty, "\(diff.errors)")
      let inspected = try ToolRunner.run(
        ["checkpoint", "verify", path + "/checkpoints/step-000002.tar.zst"])
      #expect(inspected.exitCode == 0, "\(inspected.errors)")
    }
  }

  @Test("resume goes on, and says that it is another run", arguments: ["critic", "baseline"])
  func resumes(run: String) throws {
    try withRuns { folder in
      let path = folder.appending(path: run).path
      let resumed = try ToolRunner.run(["resume", path, "--steps", "4", "--quiet", "--json"])
      #expect(resumed.exitCode == 0, "\(resumed.errors)")
      #expect(
        resumed.errors.contains(
          "warning: the checkpoint was made by a version of hone whose numbers"))
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(resumed.output.utf8)) as? [String: Any])
      #expect(object["steps"] as? Int == 4)
      let lines = try String(contentsOfFile: path + "/metrics.jsonl", encoding: .utf8)
        .split(separator: "\n")
      #expect(lines.count == 4)
      // From now on it is a run of this version.
      let again = try ToolRunner.run(["resume", path, "--steps", "5", "--quiet"])
      #expect(again.exitCode == 0 && !again.errors.contains("numbers"), "\(again.errors)")
    }
  }

  @Test("a comparison is shown, and not trained further")
  func comparison() throws {
    try withRuns { folder in
      let path = folder.appending(path: "comparison").path
      let report = try ToolRunner.run(["report", path])
      #expect(report.exitCode == 0, "\(report.errors)")
      for arguments in [["compare", "--run", path], ["resume", path]] {
        let resumed = try ToolRunner.run(arguments + ["--quiet"])
        #expect(resumed.exitCode == 65)
        #expect(resumed.errors.contains("was begun by a version of hone whose numbers differ"))
        #expect(resumed.errors.contains("Begin the comparison again in another folder"))
      }
    }
  }
}
