import Foundation
import LanguageModel
internal import Learning
import Testing
import Verifiers

@Suite("The loop: dynamic sampling")
struct LoopSamplingTests {
  /// Judges by the problem: odd digits mix rewards, even ones always give 1.
  private static let half = ScriptedVerifier { completion, problem in
    let digit = Int(problem.answer) ?? 0
    guard digit % 2 == 1 else { return ScriptedVerifier.score(1) }
    return ScriptedVerifier.score(Double(ScriptedVerifier.hash(completion.text, below: 2)))
  }

  private func configuration(rounds: Int) -> Configuration {
    var configuration = LoopLab.grpo()
    configuration.problems = 6
    configuration.samplingRounds = rounds
    return configuration
  }

  private func step(_ configuration: Configuration, step: Int = 1) throws -> StepReport {
    try LoopLab.withFolder { folder in
      let suite = try LoopLab.copySuite(in: folder, judgedBy: Self.half)
      return try GRPO(LoopLab.run(configuration, suite)).step(step)
    }
  }

  /// The groups of a step: whether their rewards differ.
  private func mixed(_ report: StepReport) -> [Bool] {
    Dictionary(grouping: report.completions, by: \.problem).sorted { $0.key < $1.key }
      .map { Set($0.value.map(\.reward)).count > 1 }
  }

  @Test("flat groups are replaced until none is missing, and never more")
  func replaced() throws {
    let once = mixed(try step(configuration(rounds: 1)))
    try #require(once.contains(true) && once.contains(false))
    let report = try step(configuration(rounds: 50))
    let groups = mixed(report)
    #expect(groups.count { $0 } == 6 && groups.count > 6)
    #expect(Array(groups.prefix(6)) == once, "the first round is the one without dynamic sampling")
    #expect(try #require(report.metrics["sampling/rounds"]) > 1)
    // The last round has what was missing before it, so its last group is mixed.
    #expect(groups.last == true)
    let flat = Double(groups.count { !$0 }) / Double(groups.count)
    #expect(report.metrics["frac_reward_zero_std"] == flat)
    #expect(report.completions.allSatisfy { groups[$0.problem] || $0.advantage == 0 })
  }

  @Test("the cap holds, and what was found is learned from")
  func capped() throws {
    let report = try step(configuration(rounds: 2))
    #expect(report.metrics["sampling/rounds"] == 2)
    let missing = 6 - mixed(try step(configuration(rounds: 1))).count { $0 }
    #expect(mixed(report).count == 6 + missing)
    #expect(report.metrics["updates"] == 1)
  }

  @Test("nothing but flat groups: all rounds, no update, and every token accounted for")
  func hopeless() throws {
    try LoopLab.withFolder { folder in
      let suite = try LoopLab.copySuite(
        in: folder, judgedBy: ScriptedVerifier { _, _ in ScriptedVerifier.score(0) })
      var configuration = configuration(rounds: 3)
      configuration.epochs = 2
      configuration.minibatches = 2
      let metrics = try GRPO(LoopLab.run(configuration, suite)).step(1).metrics
      #expect(metrics["sampling/rounds"] == 3 && metrics["updates"] == 0)
      #expect(metrics["ledger/flat_group"] == 1)
    }
  }

  @Test("the loss is that of the mixed groups alone")
  func divisor() throws {
    try LoopLab.withFolder { folder in
      let suite = try LoopLab.copySuite(in: folder, judgedBy: Self.half)
      for normalization in LossNormalization.allCases {
        var c = configuration(rounds: 50)
        c.lossNormalization = normalization
        let run = LoopLab.run(c, suite)
        let start = LoopLab.copy(run.policy.parameters)
        let report = try GRPO(run).step(1)
        let groups = mixed(report)
        // The same samples again, round by round, and the step of the mixed groups by hand.
        let fresh = LoopLab.run(c, suite)
        var rollout = try fresh.sample(step: 1, copies: 4)
        var round = 1
        while rollout.problems.count < groups.count {
          let missing = 6 - groups[..<rollout.problems.count].count { $0 }
          rollout.append(try fresh.sample(step: 1, copies: 4, round: round, count: missing))
          round += 1
        }
        #expect(report.metrics["sampling/rounds"] == Double(round))
        #expect(rollout.completions.map(\.text) == report.completions.map(\.completion))
        var byHand = StepByHand(
          c, rollout, rewards: report.completions.map(\.reward), start: start, reference: nil)
        let kept = report.completions.indices.filter { groups[$0 / 4] }
        byHand.run([[kept]], learningRate: c.learningRate)
        let norm = try #require(report.metrics["grad_norm"])
        #expect(abs(norm / byHand.norms[0] - 1) < 1e-4, "\(normalization)")
        let shares = report.metrics.entries.filter { $0.name.hasPrefix("ledger/") }.map(\.value)
        #expect(abs(shares.reduce(0, +) - 1) < 1e-12)
      }
    }
  }

  @Test("what a step needs changes no other step, and no other round")
  func independent() throws {
    try LoopLab.withFolder { folder in
      let suite = try LoopLab.copySuite(in: folder, judgedBy: Self.half)
      let run = LoopLab.run(configuration(rounds: 4), suite)
      let second = try run.sample(step: 2, copies: 4).sequences
      let further = try run.sample(step: 2, copies: 4, round: 1, count: 2).sequences
      #expect(second.prefix(8) != further.prefix(8))
      #expect(try run.sample(step: 2, copies: 4, round: 1).sequences.prefix(8) == further.prefix(8))
      #expect(try run.sample(step: 2, copies: 4, round: 2, count: 2).sequences != further)
      #expect(try run.sample(step: 2, copies: 4).sequences == second)
    }
  }

  @Test("the soft overlong punishment makes groups of equal rewards and unequal lengths mixed")
  func penalties() throws {
    try LoopLab.withFolder { folder in
      let suite = try LoopLab.copySuite(
        in: folder, judgedBy: ScriptedVerifier { _, _ in ScriptedVerifier.score(1) })
      var c = LoopLab.grpo()
      c.overlongPenalty = 0.5
      c.overlongMargin = 0.5
      let report = try GRPO(LoopLab.run(c, suite)).step(1)
      #expect(report.metrics["reward"] == 1 && report.completions.allSatisfy { $0.reward == 1 })
      let penalties = report.completions.compactMap(\.penalty)
      #expect(penalties.count == 12 && Set(penalties).count > 1)
      #expect(
        abs(
          try #require(report.metrics["penalty/overlong"]) - penalties.reduce(0, +) / 12) < 1e-12)
      // 7 tokens at most, a margin of 4 (3.5 rounded away from 0): cut off ones lose all of 0.5.
      for record in report.completions where !record.finished { #expect(record.penalty == 0.5) }
      #expect(try #require(report.metrics["reward_std"]) > 0)
      #expect(try #require(report.metrics["updates"]) == 1)
    }
  }
}
