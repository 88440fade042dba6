import Foundation
import TestSupport
import Testing

@Suite("Comparisons")
struct CompareTests {
  @Test("the table: arms, every two of them, and runs that failed")
  func table() throws {
    let whole = try CompareLab.shared()
    let text = whole.result.errors
    for words in [
      "Hone · compare grpo, wide, hot, sft-only on ", "· seeds 0 to 1 · 8 steps each",
      "6 runs, 2 at a time, 1 thread each",
      "depending on the arm: equal steps are not equal tokens",
      "base     pass@1 0.0 % [0.0, 19.4]   greedy, 16 held-out problems", "6/6  ",
      "failed: step ", " is not finite", "\narm        IQM, %", "\nhot        0.0 [0.0, 0.0]",
      "2/2      0/2", "\nfirst   second     P(first better)",
      "A run that failed counts as one that solves nothing.\n  hot-0: step ",
      "\nresult   \(whole.folder)/comparison.json",
    ] {
      #expect(text.contains(words), "\(text) lacks \(words)")
    }
    #expect(text.split(separator: "\n").count { $0.contains(" points   0:") } == 4)
  }

  @Test("--json and comparison.json: raw scores of every run, and the statistics made of them")
  func json() throws {
    let whole = try CompareLab.shared()
    #expect(whole.result.output == whole.result.lastLine + "\n")
    let report = try whole.result.json()
    #expect(
      Set(report.keys)
        == ["run", "comparison", "seconds", "runs", "failed", "below_base", "arms", "pairs"])
    #expect(report["runs"] as? Int == 8 && report["failed"] as? Int == 2)
    let object = try whole.object()
    #expect(
      Set(object.keys)
        == [
          "suite", "model", "base_hash", "seeds", "first_seed", "split", "steps", "tasks", "arms",
          "pairs", "runs",
          "bootstrap", "program",
        ])
    let runs = try #require(object["runs"] as? [[String: Any]])
    #expect(
      runs.compactMap { $0["arm"] as? String }
        == ["grpo", "wide", "hot", "sft-only"].flatMap { [$0, $0] })
    for run in runs { try expectRecord(run) }
    let arms = try #require(object["arms"] as? [[String: Any]])
    for (index, arm) in arms.enumerated() {
      try expectArm(arm, of: Array(runs[(2 * index)...(2 * index + 1)]))
    }
    // No two runs are the same.
    #expect(Set(runs.compactMap { $0["weights_hash"] as? String }).count == 4)
    #expect((object["pairs"] as? [Any])?.count == 6)
  }

  @Test("the report: a curve for each arm that was trained, under its name")
  func report() throws {
    let whole = try CompareLab.shared()
    let file = whole.folder + "/report.html"
    #expect(whole.result.errors.hasSuffix("\nreport   \(file)\n"))
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let page = try HTMLPage(text)
    #expect(try page.texts("//figure[figcaption/h3 = 'Loss']/ul//code") == ["grpo", "wide", "hot"])
    #expect(try page.texts("//figure[figcaption/h3 = 'Reward']/ul//code").contains("wide"))
    // The cells of the terminal's tables, row by row.
    let cells = "//section[h2 = 'The result']/div[1]/table/tbody/tr"
    let printed = whole.result.errors.split(separator: "\n")
    for arm in ["grpo", "wide", "hot", "sft-only"] {
      let row = try page.texts(cells + "[th = '\(arm)']/td")
      #expect(row.count == 4)
      let words = ([arm] + row).joined(separator: " ").split(separator: " ")
      #expect(printed.contains { $0.split(separator: " ") == words }, "\(words)")
    }
    #expect(try page.texts("//ul[contains(@class, 'failures')]/li").count == 2)
    let rows = "//table[@class='runs']/tbody/tr"
    #expect(try page.texts(rows + "/th") == ["grpo", "wide", "hot"].flatMap { [$0, $0] })
    #expect(try page.texts(rows + "[th = 'hot']/td[4]") == ["not finished", "not finished"])
    try FileManager.default.removeItem(atPath: file)
    #expect(try ToolRunner.run(["report", whole.folder]).output == "report  \(file)\n")
    #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
  }

  /// pass@1 of a run's record after training; 0 where it failed.
  private func passAfter(_ run: [String: Any]) -> Double {
    let after = run["after"] as? [String: Any]
    return after?["pass@1"] as? Double ?? 0
  }

  /// Expects marks and scores of a run that go together; the arm `hot` fails.
  private func expectRecord(_ run: [String: Any]) throws {
    let solved = try #require(run["solved"] as? [String: [String: String]])
    let marks = try #require(solved["after"]?["numbers"])
    #expect(marks.count == 16 && marks.allSatisfy { "01".contains($0) })
    #expect(solved["before"] == ["numbers": String(repeating: "0", count: 16)])
    #expect(passAfter(run) == Double(marks.count { $0 == "1" }) / 16)
    let isFailed = run["arm"] as? String == "hot"
    let isTrained = run["folder"] != nil
    #expect((run["failure"] != nil) == isFailed && (run["after"] == nil) == isFailed)
    #expect((run["weights_hash"] != nil) == (isTrained && !isFailed))
    if isFailed {
      let failure = try #require(run["failure"] as? String)
      #expect(failure.contains("is not finite") && failure.contains("Lower learning_rate"))
    }
  }

  /// Expects an arm's numbers to be those of its runs.
  private func expectArm(_ arm: [String: Any], of runs: [[String: Any]]) throws {
    let own = runs.map { passAfter($0) }
    let mean = own.reduce(0, +) / Double(own.count)
    #expect(arm["scores"] as? [[Double]] == own.map { [$0] })
    let estimate = try #require(arm["mean"] as? [String: Any])
    let point = try #require(estimate["point"] as? Double)
    #expect(abs(point - mean) < 1e-12)
    // The base solves none, so what was gained is what there is.
    let overBase = try #require(arm["over_base"] as? [String: Any])
    let all = try #require(overBase["all"] as? [String: Any])
    let gain = try #require(all["point"] as? Double)
    #expect(abs(gain - mean) < 1e-12)
  }

  @Test("a run of it is what hone train makes of the same settings, and can be resumed by itself")
  func ordinaryRuns() throws {
    let whole = try CompareLab.shared()
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let single = RunFiles(folder.appending(path: "single"))
      let result = try ToolRunner.run(
        lab.reinforced(steps: 8) + [
          "--run", single.path, "--json", "--seed", "1", "--learning-rate", "1e-3",
          "--log-completions", "16", "--clip-high", "0.4", "--epochs", "2", "--minibatches", "2",
        ])
      let run = RunFiles(whole.folder + "/wide-1")
      try expectSameRun(run, as: single)
      let again = try ToolRunner.run(["resume", run.path, "--json"])
      #expect(try again.weightsHash() == result.weightsHash())
    }
  }

  @Test("the same comparison.json with other threads; a finished one is only told again")
  func sameBits() throws {
    let whole = try CompareLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let result = try ToolRunner.run(
        try CompareLab.arguments(CompareLab.arms)
          + ["--run", "c", "--threads", "9", "--quiet"], in: folder, timeout: 400)
      // Told even where it is quiet, but nothing else.
      #expect(result.exitCode == 0 && result.output.hasPrefix("\npass@1 after training"))
      #expect(
        try Data(contentsOf: folder.appending(path: "c/comparison.json")) == whole.file)
      for command in [["compare", "--run", "c"], ["resume", "c"]] {
        let again = try ToolRunner.run(command, in: folder)
        #expect(
          again.exitCode == 0 && again.output.contains("6 runs, 4 of them finished, 2 at a time"))
        #expect(
          try Data(contentsOf: folder.appending(path: "c/comparison.json")) == whole.file)
      }
    }
  }

  @Test("seeds may begin elsewhere")
  func otherSeeds() throws {
    let whole = try CompareLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      var arguments = try CompareLab.arguments(["grpo"], seeds: 1)
      arguments += ["--first-seed", "1", "--run", "c"]
      let result = try ToolRunner.run(arguments, in: folder)
      #expect(result.output.contains("· seed 1 · 8 steps each"))
      let object = try RunFiles.object(
        String(contentsOf: folder.appending(path: "c/comparison.json"), encoding: .utf8))
      #expect(object["first_seed"] as? Int == 1 && object["seeds"] as? Int == 1)
      #expect(object["split"] as? String == "test")
      let run = try #require((object["runs"] as? [[String: Any]])?.first)
      let same = try #require(
        (whole.object()["runs"] as? [[String: Any]])?.first {
          $0["arm"] as? String == "grpo" && $0["seed"] as? Int == 1
        })
      #expect(run["seed"] as? Int == 1 && run["folder"] as? String == "grpo-1")
      #expect(run["weights_hash"] as? String == same["weights_hash"] as? String)
    }
  }

  @Test("a budget in tokens: each run ends with the step that reaches it")
  func tokens() throws {
    try ToolRunner.withTemporaryFolder { folder in
      var arguments = try CompareLab.arguments(["grpo", "sft", "random-reward"], seeds: 1)
      let steps = try #require(arguments.firstIndex(of: "--steps"))
      arguments.replaceSubrange(steps...steps + 1, with: ["--tokens", "500"])
      let result = try ToolRunner.run(arguments + ["--run", "c"], in: folder)
      #expect(result.exitCode == 0 && result.output.contains("500 completion tokens each"))
      for name in ["grpo-0", "sft-0", "random-reward-0"] {
        let run = RunFiles(folder.appending(path: "c/\(name)"))
        let tokens = try run.values("num_completion_tokens").compactMap { $0 }
        #expect(
          tokens.count > 1 && tokens[tokens.count - 1] >= 500 && tokens[tokens.count - 2] < 500)
      }
      let object = try RunFiles.object(
        String(contentsOf: folder.appending(path: "c/comparison.json"), encoding: .utf8))
      #expect(object["token_budget"] as? Int == 500 && object["steps"] == nil)
    }
  }

  @Test("every run failed: the comparison is written, and the exit code says so")
  func allFailed() throws {
    try ToolRunner.withTemporaryFolder { folder in
      // No arm would read it: the failing arm has no groups.
      let arguments = try CompareLab.arguments([CompareLab.failing], seeds: 1)
      let own = try #require(arguments.firstIndex(of: "group_size=4"))
      let result = try ToolRunner.run(
        Array(arguments[..<(own - 1)] + arguments[(own + 1)...]) + ["--run", "c"], in: folder)
      #expect(result.exitCode == 65 && result.errors.hasPrefix("error: every run failed;"))
      #expect(result.output.contains("hot   0.0 [0.0, 0.0]"))
      #expect(
        FileManager.default.fileExists(atPath: folder.appending(path: "c/comparison.json").path))
    }
  }

  @Test("dry run, whole, and as JSON")
  func dryRun() throws {
    let arguments = [
      "compare", "grpo", "wide=grpo:clip_high=0.28,epochs=2", "random-reward", "sft-only",
      "--model",
      "nano", "--threads=2", "--dry-run", "--seeds", "3",
    ]
    let result = try ToolRunner.run(arguments)
    #expect(result.exitCode == 0 && result.errors.isEmpty)
    try Fixture.expect(result.output, equals: "dry-run-compare.txt")
    let json = try ToolRunner.run(arguments + ["--json", "--quiet"])
    #expect(json.output == json.lastLine + "\n" && json.errors.isEmpty)
    #expect((try json.json()["runs"] as? [String])?.count == 9)
    #expect(
      try json.json()["run"] as? String
        == "runs/compare-arithmetic-grpo-wide-random-reward-sft-only")
  }
}
