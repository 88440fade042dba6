import Foundation
import Testing

@Suite("Runs: what they report")
struct RunReportTests {
  private static let scoreKeys: Set = [
    "problems", "samples", "temperature", "pass@1", "interval", "pass@k", "mean_length",
    "truncated", "verifier_failures",
  ]

  /// Expects the shape of an evaluation and numbers that go together.
  private func expectEvaluation(
    _ value: Any?, problems: Int, samples: Int, temperature: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let object = try #require(value as? [String: Any], sourceLocation: sourceLocation)
    #expect(Set(object.keys) == Self.scoreKeys.union(["suite", "split", "tasks"]))
    #expect(object["suite"] as? String == "numbers" && object["split"] as? String == "test")
    let tasks = try #require(object["tasks"] as? [String: [String: Any]])
    #expect(Array(tasks.keys) == ["numbers"])
    for scores in [object, try #require(tasks["numbers"])] {
      #expect(Self.scoreKeys.isSubset(of: Set(scores.keys)))
      #expect(scores["problems"] as? Int == problems && scores["samples"] as? Int == samples)
      #expect(scores["temperature"] as? Double == temperature)
      #expect(scores["verifier_failures"] as? Int == 0)
      let pass = try #require(scores["pass@1"] as? Double)
      let interval = try #require(scores["interval"] as? [Double])
      #expect(interval.count == 2 && interval[0] <= pass && pass <= interval[1])
      #expect(interval[0] >= 0 && interval[1] <= 1 && interval[0] < interval[1])
      let passes = try #require(scores["pass@k"] as? [String: Double])
      let powers = (0...12).map { 1 << $0 }.filter { $0 <= samples }
      #expect(Set(passes.keys) == Set(powers.map(String.init)))
      let rising = powers.compactMap { passes["\($0)"] }
      #expect(rising == rising.sorted() && rising.allSatisfy { (0...1).contains($0) })
      let length = try #require(scores["mean_length"] as? Double)
      #expect(length >= 1 && length <= 14)
      let truncated = try #require(scores["truncated"] as? Double)
      #expect((0...1).contains(truncated))
    }
  }

  @Test("train --json: one object on the last line, progress on standard error")
  func train() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let result = try ToolRunner.run(
        lab.reinforced(steps: 2) + ["--run", "my/run", "--json", "--evaluation-samples", "5"],
        in: folder)
      #expect(result.exitCode == 0 && result.output == result.lastLine + "\n")
      for words in ["grpo on", "before   pass@1", "2/2  reward", "after    pass@1", "try it"] {
        #expect(result.errors.contains(words))
      }
      let report = try result.json()
      #expect(
        Set(report.keys)
          == ["run", "steps", "seconds", "before", "after", "weights_hash", "checkpoint"])
      #expect(report["run"] as? String == "my/run" && report["steps"] as? Int == 2)
      #expect(try #require(report["seconds"] as? Double) > 0)
      #expect(report["checkpoint"] as? String == "my/run/checkpoints/step-000002.tar.zst")
      // pass@1 is greedy, and pass@k is counted on samples besides.
      try expectEvaluation(report["before"], problems: 16, samples: 5, temperature: 0)
      try expectEvaluation(report["after"], problems: 16, samples: 5, temperature: 0)
      let hash = try result.weightsHash()
      #expect(hash.count == 64)
      let run = RunFiles(folder.appending(path: "my/run"))
      #expect(try RunFiles.weightsHash(run.checkpoint(2)) == hash)
      #expect(try run.metrics().last?["weights_hash"] == hash)

      let quiet = try ToolRunner.run(
        lab.reinforced(steps: 2) + ["--run", "quiet", "--json", "--quiet"], in: folder)
      #expect(quiet.exitCode == 0 && quiet.errors.isEmpty)
      #expect(try quiet.weightsHash() == hash, "evaluating otherwise must not change the run")
    }
  }

  @Test("evaluate --json, greedy and sampled")
  func evaluate() throws {
    let lab = try RunLab.shared()
    let greedy = try ToolRunner.run(
      ["evaluate", lab.base, "--suite", lab.suite, "--limit", "12", "--json"])
    #expect(greedy.exitCode == 0 && greedy.output == greedy.lastLine + "\n")
    #expect(greedy.errors.contains("pass@1"))
    try expectEvaluation(try greedy.json(), problems: 12, samples: 1, temperature: 0)

    let arguments = ["evaluate", lab.base, "--suite", lab.suite, "--samples", "6", "--json"]
    let sampled = try ToolRunner.run(arguments)
    try expectEvaluation(try sampled.json(), problems: 16, samples: 6, temperature: 1)
    #expect(try ToolRunner.run(arguments).output == sampled.output)
    #expect(try ToolRunner.run(arguments + ["--seed", "1"]).output != sampled.output)
    let passes = try #require(try sampled.json()["pass@k"] as? [String: Double])
    #expect(try #require(passes["4"]) > #require(passes["1"]), "a third of the samples are right")
    // The words say the same.
    let words = try ToolRunner.run(arguments.dropLast())
    #expect(words.output == sampled.errors && words.errors.isEmpty)
  }

  @Test("what is evaluated after a run is what evaluate says of it")
  func evaluateRun() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let trained = try ToolRunner.run(
        lab.reinforced(steps: 2) + ["--run", "run", "--json"], in: folder)
      let after = try #require(try trained.json()["after"] as? [String: Any])
      for model in ["run", "run/checkpoints/step-000002.tar.zst"] {
        let evaluated = try ToolRunner.run(
          ["evaluate", model, "--suite", lab.suite, "--json"], in: folder)
        let again = try evaluated.json()
        #expect(again["pass@1"] as? Double == after["pass@1"] as? Double)
      }
    }
  }

  @Test("the sampler is the trainer: no bit between their log-probabilities where that can be")
  func samplerIsTrainer() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      for (name, more) in [
        ("once", []), ("often", RunLab.manyUpdates), ("warm", ["--temperature", "0.7"]),
        ("cut", ["--top-k", "5", "--top-p", "0.9"]),
      ] {
        let run = RunFiles(folder.appending(path: name))
        let result = try ToolRunner.run(
          lab.reinforced(steps: 4, problems: 8, groupSize: 8) + more
            + ["--run", run.path, "--learning-rate", "1e-3", "--quiet"])
        try #require(result.exitCode == 0, "\(result.errors)")
        let inspected = try ToolRunner.run(["checkpoint", "inspect", run.checkpoint(4)]).output
        let core = try #require(inspected.firstMatch(of: /"blas_core": "([A-Za-z0-9]+)"/)).1
        let differences = try run.values("sampling/logp_difference_max")
        try #require(differences.count == 4)
        for difference in differences {
          let difference = try #require(difference)
          if ["SkylakeX", "Cooperlake", "SapphireRapids"].contains(core) {
            #expect(difference == 0, "\(name) on \(core)")
          } else {
            #expect(difference < 1e-4, "\(name) on \(core)")
          }
        }
      }
    }
  }

  @Test("every step's ledger adds up to 1, and says what became of flat groups")
  func ledger() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let run = RunFiles(folder.appending(path: "run"))
      let result = try ToolRunner.run(
        lab.reinforced(steps: 6, problems: 8, groupSize: 2)
          + [
            "--run", run.path, "--epochs", "3", "--learning-rate", "3e-3", "--seed", "1",
            "--quiet",
          ])
      try #require(result.exitCode == 0, "\(result.errors)")
      let names = [
        "used", "clipped_low", "clipped_high", "truncated", "verifier_failed", "flat_group",
      ]
      let shares = try names.map { try run.values("ledger/" + $0) }
      for step in 0..<6 {
        let sum = try shares.reduce(0) { try $0 + #require($1[step]) }
        #expect(abs(sum - 1) < 1e-12)
      }
      // Pairs have equal rewards often, and such a rate moves ratios out of the clip range.
      let flat = try run.values("frac_reward_zero_std")
      #expect(flat.contains { $0 ?? 0 > 0 })
      for step in 0..<6 {
        #expect((flat[step] ?? 0 > 0) == (shares[5][step] ?? 0 > 0))
      }
      #expect(shares[1].contains { $0 ?? 0 > 0 } && shares[2].contains { $0 ?? 0 > 0 })
    }
  }
}
