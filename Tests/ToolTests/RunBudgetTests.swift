import Foundation
import Testing

@Suite("Runs: a budget of completion tokens")
struct RunBudgetTests {
  @Test("ends with the step that reaches it, and a resumed run at the same step")
  func budget() throws {
    let lab = try RunLab.shared()
    let arguments =
      lab.reinforced(steps: 500) + [
        "--token-budget", "900", "--schedule", "linear", "--checkpoint-every", "1",
      ]
    try ToolRunner.withTemporaryFolder { folder in
      let whole = RunFiles(folder.appending(path: "whole"))
      let result = try ToolRunner.run(arguments + ["--run", whole.path, "--json"])
      #expect(result.exitCode == 0 && result.errors.contains("500 steps or 900 completion tokens"))
      let tokens = try whole.values("num_completion_tokens").compactMap { $0 }
      let steps = try #require(result.json()["steps"] as? Int)
      #expect(steps == tokens.count && steps > 2 && steps < 500)
      #expect(tokens[steps - 1] >= 900 && tokens[steps - 2] < 900)
      // Every completion is written down, and so are its tokens, as their mean.
      let lengths = try whole.values("completions/mean_length").compactMap { $0 }
      let counted = lengths.reduce(0, +) * 16
      #expect(abs(counted - tokens[steps - 1]) < 1e-6)
      // The rate falls along the tokens: the first step has spent nothing.
      let rates = try whole.values("learning_rate").compactMap { $0 }
      #expect(rates[0] == 1e-4)
      let spent = tokens[steps - 2] / 900
      #expect(abs(rates[steps - 1] - 1e-4 * (1 - 0.9 * spent)) < 1e-12)

      let run = RunFiles(folder.appending(path: "killed"))
      let tool = try ToolRunner.start(arguments + ["--run", run.path])
      #expect(tool.wait { _ in run.lines("metrics.jsonl").count >= 2 })
      tool.send(SIGKILL)
      #expect(try tool.wait().signal == SIGKILL)
      #expect(!FileManager.default.fileExists(atPath: run.path + "/result.json"))
      let resumed = try ToolRunner.run(["resume", run.path, "--json"])
      #expect(try resumed.weightsHash() == result.weightsHash())
      try expectSameRun(run, as: whole)
      let files = try [run, whole].map {
        try RunFiles.object(String(contentsOfFile: $0.path + "/result.json", encoding: .utf8))
          .filter { $0.key != "seconds" }
      }
      #expect(NSDictionary(dictionary: files[0]) == NSDictionary(dictionary: files[1]))
    }
  }

  @Test("result.json: what a finished run came to, and only a finished one")
  func result() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let run = RunFiles(folder.appending(path: "run"))
      let report = try ToolRunner.run(
        lab.reinforced(steps: 2) + ["--run", run.path, "--json"]
      ).json()
      let file = run.path + "/result.json"
      let result = try RunFiles.object(String(contentsOfFile: file, encoding: .utf8))
      #expect(
        Set(result.keys)
          == [
            "steps", "completion_tokens", "seconds", "before", "after", "solved", "weights_hash",
          ])
      #expect(result["weights_hash"] as? String == report["weights_hash"] as? String)
      let solved = try #require(result["solved"] as? [String: [String: String]])
      for moment in ["before", "after"] {
        let marks = try #require(solved[moment]?["numbers"])
        let scores = try #require(report[moment] as? [String: Any])
        #expect(scores["pass@1"] as? Double == Double(marks.count { $0 == "1" }) / 16)
        #expect(scores["solved"] == nil)
      }
      // A run that goes on is not finished.
      let tool = try ToolRunner.start(["resume", run.path, "--steps", "400"])
      #expect(tool.wait { _ in run.lines("metrics.jsonl").count > 2 })
      #expect(!FileManager.default.fileExists(atPath: file))
      tool.send(SIGINT)
      #expect(try tool.wait().exitCode == 130)
      #expect(!FileManager.default.fileExists(atPath: file))
    }
  }
}
