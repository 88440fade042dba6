import Foundation
import Testing

@Suite("diff: where two runs diverge")
struct RunDiffTests {
  private func train(_ arguments: [String], in folder: URL, as name: String) throws -> RunFiles {
    let result = try ToolRunner.run(arguments + ["--run", name, "--quiet"], in: folder)
    try #require(result.exitCode == 0, "\(result.errors)")
    return RunFiles(folder.appending(path: name))
  }

  @Test("the same runs: exit code 0, and what doesn't matter")
  func same() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      _ = try train(lab.reinforced(steps: 2), in: folder, as: "a")
      _ = try train(lab.reinforced(steps: 2) + ["--threads", "1"], in: folder, as: "b")
      let same = try ToolRunner.run(["diff", "a", "b"], in: folder)
      #expect(same.exitCode == 0 && same.errors.isEmpty)
      #expect(
        same.output == """
          A  a   2 steps
          B  b   2 steps

          the same in all 2 steps they have
          the weights after step 2 are the same

          config
            run       a   b   results don't depend on it
            threads   0   1   results don't depend on it

          """)
      _ = try train(lab.reinforced(steps: 3), in: folder, as: "c")
      let longer = try ToolRunner.run(["diff", "a", "c"], in: folder)
      #expect(longer.exitCode == 0)
      #expect(longer.output.contains("\nthe same as far as both go, to step 2\n"))
      #expect(longer.output.contains("\n  steps   2   3\n"))
    }
  }

  @Test("another token: step, problem, sample, token and both texts; exit code 1")
  func token() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let run = try train(lab.reinforced(steps: 3), in: folder, as: "a")
      try FileManager.default.copyItem(
        atPath: run.path, toPath: folder.appending(path: "b").path)
      // The last character of a completion of step 2 becomes another one.
      let lines = run.completions
      let index = try #require(
        lines.firstIndex { $0.contains("\"step\":2,") && $0.contains(/[0-9]","finished":true/) })
      let object = try RunFiles.object(lines[index])
      let text = try #require(object["completion"] as? String)
      var other = text
      other.append(text.last == "9" ? "8" : "9")
      other.remove(at: other.index(before: other.index(before: other.endIndex)))
      var changed = lines
      changed[index].replace("\"\(text)\"", with: "\"\(other)\"")
      try Data(changed.map { $0 + "\n" }.joined().utf8).write(
        to: folder.appending(path: "b/completions.jsonl"))

      let result = try ToolRunner.run(["diff", "a", "b", "--json"], in: folder)
      #expect(result.exitCode == 1 && result.output == result.lastLine + "\n")
      let json = try result.json()
      #expect(
        Set(json.keys) == [
          "runs", "steps", "same", "parting", "first_completion", "weights_same_after_step",
          "config", "made_by", "notes",
        ])
      #expect(json["same"] as? Bool == false && json["steps"] as? [Int] == [3, 3])
      let divergence = try #require(json["parting"] as? [String: Any])
      for key in ["problem", "sample"] { #expect(divergence[key] as? Int == object[key] as? Int) }
      #expect(divergence["step"] as? Int == 2 && divergence["kind"] as? String == "completion")
      let marks = text.replacing("</think>", with: "!").replacing("<think>", with: "!")
      #expect(divergence["token"] as? Int == marks.count - 1)
      #expect((divergence["completion"] as? [String: [String]])?["completion"] == [text, other])
      #expect((divergence["metrics"] as? [String: Any])?.isEmpty == true)

      let words = try ToolRunner.run(["diff", "a", "b"], in: folder)
      #expect(words.exitCode == 1 && words.output == result.errors)
      let prompt = try #require(object["prompt"] as? String)
      #expect(
        words.output.contains(
          """
          they diverge at step 2, problem \(divergence["problem"]!), sample \(divergence["sample"]!), token \
          \(marks.count - 1)
          a different token was drawn
            prompt  \(prompt)
            A       \(text)
            B       \(other)
                    \(String(repeating: " ", count: text.count - 1))^

          """), "\(words.output)")
    }
  }

  @Test("another seed, another rate: what diverges first, and why")
  func causes() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      _ = try train(lab.reinforced(steps: 2), in: folder, as: "a")
      _ = try train(lab.reinforced(steps: 2) + ["--seed", "1"], in: folder, as: "seed")
      _ = try train(
        lab.reinforced(steps: 2) + ["--learning-rate", "3e-4"], in: folder, as: "rate")
      let seed = try ToolRunner.run(["diff", "a", "seed"], in: folder)
      #expect(seed.exitCode == 1 && seed.output.contains("\n  seed   0   1\n"))
      #expect(seed.output.contains("they diverge at step 1, problem 0, sample 0\n"))
      let rate = try ToolRunner.run(["diff", "a", "rate"], in: folder)
      #expect(rate.exitCode == 1)
      #expect(
        rate.output.contains(
          """
          they diverge at step 1
          the update differs; what it learned from is the same

          metrics of step 1
            learning_rate   0.0001   0.0003

          """), "\(rate.output)")
      #expect(rate.output.contains("\n  learning_rate   1e-4   3e-4\n"))

      // The tests that compare runs fail with these words.
      let (a, b) = (folder.appending(path: "a"), folder.appending(path: "rate"))
      let (isSame, story) = try diff(RunFiles(b), RunFiles(a), "another rate")
      #expect(!isSame && story.rawValue.hasPrefix("another rate\nA  \(a.path) "))
      #expect(story.rawValue.contains("\n  learning_rate   0.0001   0.0003\n"))
    }
  }

  @Test("two demonstrations of supervised runs diverge in their batch")
  func supervised() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let arguments = lab.supervised(steps: 2) + ["--problems", "8"]
      _ = try train(arguments, in: folder, as: "a")
      _ = try train(arguments + ["--seed", "1"], in: folder, as: "b")
      let result = try ToolRunner.run(["diff", "a", "b", "--json"], in: folder)
      #expect(result.exitCode == 1)
      let json = try result.json()
      let divergence = try #require(json["parting"] as? [String: Any])
      #expect(divergence["kind"] as? String == "batch" && divergence["step"] as? Int == 1)
      #expect(divergence["problem"] is NSNull && json["first_completion"] is NSNull)
      #expect((divergence["metrics"] as? [String: Any])?["loss"] != nil)
    }
  }

  @Test("no run, and damaged files: 66 and 65, with file and line")
  func errors() throws {
    let lab = try RunLab.shared()
    try expectError(
      ["diff", lab.baseRun, lab.folder.path + "/bas"], exitCode: 66,
      ["bas: no run there", "Did you mean \(lab.baseRun)?"])
    try expectError(["diff", lab.baseRun], exitCode: 64, ["hone diff needs RUN: another run's"])
    try ToolRunner.withTemporaryFolder { folder in
      let run = folder.appending(path: "run")
      try FileManager.default.copyItem(atPath: lab.baseRun, toPath: run.path)
      let file = run.appending(path: "metrics.jsonl")
      let text = try String(contentsOf: file, encoding: .utf8)
      try Data(text.replacing("{\"step\": 7,", with: "{\"step\" 7,").utf8).write(to: file)
      try expectError(
        ["diff", lab.baseRun, "run"], exitCode: 65, ["run/metrics.jsonl:7:9: it isn't JSON"],
        in: folder)
      try Data(text.utf8).write(to: file)
      #expect(try ToolRunner.run(["diff", lab.baseRun, "run"], in: folder).exitCode == 0)
      let archive = RunFiles(run).checkpoint(40)
      var bytes = try Data(contentsOf: URL(fileURLWithPath: archive))
      bytes[bytes.count / 2] ^= 1
      try bytes.write(to: URL(fileURLWithPath: archive))
      try expectError(
        ["diff", lab.baseRun, "run"], exitCode: 65, ["step-000040.tar.zst, entry "], in: folder)
      try FileManager.default.removeItem(at: file)
      try FileManager.default.removeItem(atPath: archive)
      try expectError(
        ["diff", "run", lab.baseRun], exitCode: 66, ["run: no step in its metrics.jsonl yet"],
        in: folder)
    }
  }
}
