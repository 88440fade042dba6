import Analysis
import Foundation
import Runs
import Settings
import Statistics
import Testing

@Suite struct ComparisonTests {
  private static func scores(_ pass: Double, _ problems: Int) throws -> EvaluationResult.Scores {
    let text =
      #"{"problems":\#(problems),"samples":1,"temperature":0,"pass@1":\#(pass),"interval":[0,1],"#
      + #""pass@k":{},"mean_length":5,"truncated":0,"verifier_failures":0}"#
    return try JSONDecoder().decode(EvaluationResult.Scores.self, from: Data(text.utf8))
  }

  /// An evaluation that solved the problems marked 1.
  static func evaluation(_ tasks: [String: String]) throws -> EvaluationResult {
    let solved = SolvedProblems(
      tasks.mapValues { $0.map { $0 == "1" ? .solved : .unsolved } })
    func share(_ texts: [String]) throws -> EvaluationResult.Scores {
      let all = texts.joined()
      return try scores(Double(all.count { $0 == "1" }) / Double(all.count), all.count)
    }
    var result = EvaluationResult(
      suite: "s", split: "test", all: try share(Array(tasks.values)),
      tasks: try tasks.mapValues { try share([$0]) })
    result.solved = solved
    return result
  }

  static func finished(
    _ before: EvaluationResult, _ after: [String: String]
  ) throws -> ComparisonOutcome {
    let after = try evaluation(after)
    return .finished(
      RunResult(
        steps: 3, completionTokens: 30, seconds: 1, before: before, after: after,
        solved: RunResult.Solved(before: before.solved, after: after.solved), weightsHash: "h"))
  }

  static func plan(_ names: [String], seeds: Int) throws -> ComparisonPlan {
    ComparisonPlan(
      arms: try names.map {
        ComparisonArm(name: $0, configuration: $0 == "sft-only" ? nil : try resolved())
      }, seeds: seeds, common: try resolved(), baseHash: "b")
  }

  @Test func failuresAndCollapsesStayIn() throws {
    let base = try Self.evaluation(["x": "1100", "y": "10"])
    let plan = try Self.plan(["one", "sft-only"], seeds: 3)
    let comparison = try Comparison(
      plan, base: [base, base, base],
      outcomes: [
        Self.finished(base, ["x": "1111", "y": "11"]), .failed("step 2: it broke\nmend it"),
        Self.finished(base, ["x": "1000", "y": "10"]),
      ], bootstrap: Bootstrap(resamples: 200), pairedBootstrap: Bootstrap(resamples: 200))
    let (one, null) = (comparison.arms[0], comparison.arms[1])
    #expect(comparison.tasks == ["x", "y"])
    #expect(one.runs == 3 && one.failed == 1 && one.belowBase == 1)
    #expect(one.scores == [[1, 1], [0, 0], [0.25, 0.5]])
    // The middle of 0, 0, 0.25, 0.5, 1, 1: one is cut off at either end.
    #expect(one.iqm.point == 0.4375)
    #expect(
      null.failed == 0 && null.belowBase == 0
        && null.scores == [[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]])
    // Gained 3 in the first run; lost all 3 in the second and one in the third; of 18.
    #expect(try #require(one.overBase.all).point == -1.0 / 18)
    #expect(one.overBase.gained == 3 && one.overBase.lost == 4)
    #expect(try #require(null.overBase.all).point == 0)
    let pair = comparison.pairs[0]
    #expect(comparison.pairs.count == 1 && pair.first == "one" && pair.second == "sft-only")
    // By task x: won, lost, lost; y: won, lost, tied; each against three equal runs.
    #expect(abs(pair.probabilityOfImprovement.point - 2.5 / 6) < 1e-15)
    #expect(pair.difference.all == one.overBase.all)
    let failed = comparison.runs[1]
    #expect(
      failed.failure == "step 2: it broke\nmend it" && failed.after == nil && !failed.belowBase)
    #expect(failed.solved.after == base.solved.noneSolved && failed.before.all.passAt1 == 0.5)
    #expect(comparison.runs.map(\.folder) == ["one-0", "one-1", "one-2", nil, nil, nil])
    let data = try JSONEncoder().encode(comparison)
    #expect(try JSONDecoder().decode(Comparison.self, from: data).arms == comparison.arms)
  }

  @Test func aRunFromAnotherBaseIsRefused() throws {
    let base = try Self.evaluation(["x": "1100"])
    for other in [["x": "1010"], ["x": "11000"], ["z": "1100"]] {
      let outcome = try Self.finished(try Self.evaluation(other), other)
      #expect {
        try Comparison(try Self.plan(["one"], seeds: 1), base: [base], outcomes: [outcome])
      } throws: {
        "\($0)".contains("the run one-0 didn't start from the comparison's base")
      }
    }
  }

  @Test func seedBySeed() throws {
    let runs = try Self.plan(["grpo", "sft-only", "wide=x"], seeds: 2).runs
    #expect(runs.map(\.name) == ["grpo-0", "wide-x-0", "grpo-1", "wide-x-1"])
    #expect(runs.map(\.configuration.run.seed) == [0, 0, 1, 1] && runs.map(\.arm) == [0, 2, 0, 2])
  }

  @Test func whatDiffersIsSaid() throws {
    let plan = try Self.plan(["a", "b"], seeds: 2)
    #expect(plan.differences(from: plan) == [])
    #expect(
      try plan.differences(from: Self.plan(["b", "c"], seeds: 3))
        == ["seeds 2 there, 3 now", "arm a is missing now", "arm c is new"])
    #expect(
      try plan.differences(from: Self.plan(["b", "a"], seeds: 2)) == ["the order of the arms"])
    let wide = ComparisonArm(name: "b", configuration: try resolved("clip_high=0.28"))
    let other = ComparisonPlan(
      arms: [plan.arms[0], wide], seeds: 2, common: try resolved("steps=7"), baseHash: "c")
    #expect(
      plan.differences(from: other)
        == [
          "steps 100 there, 7 now", "the base's weights b there, c now",
          "b: clip_high 0.2 there, 0.28 now",
        ])
  }

  @Test(arguments: [
    (20.0, "less than a minute"), (90, "about a minute"), (600, "about ten minutes"),
    (1800, "about half an hour"), (3600, "about an hour"), (7200, "about 2 hours"),
    (200_000, "about 2 days"),
  ])
  func roughTimes(seconds: Double, words: String) {
    #expect(roughDuration(seconds) == words)
  }
}
