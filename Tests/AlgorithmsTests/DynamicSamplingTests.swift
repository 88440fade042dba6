import Algorithms
import Experience
import LanguageModel
import Learning
import Settings
import TestLab
import Testing
import Verifiers

@Suite("Dynamic sampling")
struct DynamicSamplingTests {
  /// Judges by the problem: odd digits mix rewards, even ones always give 1.
  private static let half = ScriptedVerifier { completion, problem in
    let digit = Int(problem.answer) ?? 0
    guard digit % 2 == 1 else { return ScriptedVerifier.score(1) }
    return ScriptedVerifier.score(Double(ScriptedVerifier.hash(completion.text, below: 2)))
  }

  private func settings(rounds: Int) -> GRPOSettings {
    .small(problems: 6) { $0.samplingRounds = rounds }
  }

  private func step(_ settings: GRPOSettings) throws -> StepOutcome {
    var stage = try Stage(GRPO.self, settings, judgedBy: Self.half)
    return try stage.step()
  }

  /// The groups of a step: whether their rewards differ.
  private func mixed(_ outcome: StepOutcome) -> [Bool] {
    Dictionary(grouping: outcome.completions, by: \.problem).sorted { $0.key < $1.key }
      .map { Set($0.value.map(\.reward)).count > 1 }
  }

  @Test("flat groups are replaced until none is missing, and never more")
  func replaced() throws {
    let once = mixed(try step(settings(rounds: 1)))
    try #require(once.contains(true) && once.contains(false))
    let outcome = try step(settings(rounds: 50))
    let groups = mixed(outcome)
    #expect(groups.count { $0 } == 6 && groups.count > 6)
    #expect(Array(groups.prefix(6)) == once, "the first round is the one without dynamic sampling")
    #expect(try #require(outcome.metrics["sampling/rounds"]) > 1)
    // The last round has what was missing before it, so its last group is mixed.
    #expect(groups.last == true)
    let flat = Double(groups.count { !$0 }) / Double(groups.count)
    #expect(outcome.metrics["frac_reward_zero_std"] == flat)
    #expect(outcome.completions.allSatisfy { groups[$0.problem] || $0.advantage == 0 })
  }

  @Test("the cap holds, and what was found is learned from")
  func capped() throws {
    let outcome = try step(settings(rounds: 2))
    #expect(outcome.metrics["sampling/rounds"] == 2)
    let missing = 6 - mixed(try step(settings(rounds: 1))).count { $0 }
    #expect(mixed(outcome).count == 6 + missing)
    #expect(outcome.metrics["updates"] == 1)
  }

  @Test("nothing but flat groups: all rounds, no update, and every token accounted for")
  func hopeless() throws {
    var settings = settings(rounds: 3)
    (settings.updates.epochs, settings.updates.minibatches) = (2, 2)
    let nothing = ScriptedVerifier { _, _ in ScriptedVerifier.score(0) }
    var stage = try Stage(GRPO.self, settings, judgedBy: nothing)
    let metrics = try stage.step().metrics
    #expect(metrics["sampling/rounds"] == 3 && metrics["updates"] == 0)
    #expect(metrics["ledger/flat_group"] == 1)
  }

  @Test("the loss is that of the mixed groups alone", arguments: LossNormalization.allCases)
  func divisor(normalization: LossNormalization) throws {
    var settings = settings(rounds: 50)
    settings.loss.lossNormalization = normalization
    let configuration = Configuration(settings)
    var stage = try Stage(GRPO.self, settings, judgedBy: Self.half)
    let start = stage.policy.copied
    // The same samples by a sampler of its own, before the step moves the policy.
    let samples = try Sampler(
      stage.lab, stage.algorithm.policy, run: settings.run, batch: settings.batch,
      sampling: settings.sampling,
      length: settings.length, rounds: settings.samplingRounds
    ).experience(step: 1)
    let outcome = try stage.step()
    let groups = mixed(outcome)
    #expect(outcome.metrics["sampling/rounds"] == Double(samples.rounds) && samples.rounds > 1)
    #expect(samples.completions.map(\.text) == outcome.completions.map(\.completion))
    var byHand = StepByHand(configuration, samples, start: start, reference: stage.reference)
    let kept = outcome.completions.indices.filter { groups[$0 / 4] }
    byHand.run(
      [[kept]], PolicyByHand(.clipped(settings.clip), configuration),
      advantages: AdvantagesByHand.groupRelative(
        byHand.learned(), groupSize: 4, scale: .group, epsilon: settings.advantageEpsilon),
      dividesByAll: true)
    let norm = try #require(outcome.metrics["grad_norm"])
    #expect(abs(norm / byHand.weights.norms[0] - 1) < 1e-4)
    let shares = outcome.metrics.entries.filter { $0.name.hasPrefix("ledger/") }.map(\.value)
    #expect(abs(shares.reduce(0, +) - 1) < 1e-12)
  }

  @Test("what a step needs changes no other step, and no other round")
  func independent() throws {
    func samples(step: Int, rounds: Int, problems: Int = 6) throws -> Samples {
      var settings = settings(rounds: rounds)
      settings.batch.problems = problems
      let stage = try Stage(GRPO.self, settings, judgedBy: Self.half)
      return try Sampler(
        stage.lab, stage.algorithm.policy, run: settings.run, batch: settings.batch,
        sampling: settings.sampling,
        rounds: rounds
      ).experience(step: step)
    }
    let once = try samples(step: 2, rounds: 1)
    let often = try samples(step: 2, rounds: 50)
    #expect(often.rounds > 1 && often.sequences.count > once.sequences.count)
    #expect(Array(often.sequences.prefix(24)) == once.sequences)
    // A cap cuts off rounds and changes none of those before it.
    let twice = try samples(step: 2, rounds: 2)
    #expect(Array(often.sequences.prefix(twice.sequences.count)) == twice.sequences)
    // Rounds and steps have samples of their own.
    #expect(twice.sequences[24...] != once.sequences[..<(twice.sequences.count - 24)])
    #expect(try samples(step: 3, rounds: 1).sequences != once.sequences)
    // Problems follow each other whatever the rounds of the steps before needed.
    let plain = try Stage(GRPO.self, settings(rounds: 4), judgedBy: Self.half).lab
    let problems = TrainingProblems(plain, perStep: 6)
    #expect(problems.problems(step: 2) == once.problems)
    #expect(problems.problems(step: 2, round: 1, count: 2) != Array(once.problems.prefix(2)))
  }

  @Test("the soft overlong punishment makes groups of equal rewards and unequal lengths mixed")
  func penalties() throws {
    let settings = GRPOSettings.small {
      $0.length.overlongPenalty = 0.5
      $0.length.overlongMargin = 0.5
    }
    var stage = try Stage(
      GRPO.self, settings, judgedBy: ScriptedVerifier { _, _ in ScriptedVerifier.score(1) })
    let outcome = try stage.step()
    #expect(outcome.metrics["reward"] == 1 && outcome.completions.allSatisfy { $0.reward == 1 })
    let penalties = outcome.completions.compactMap(\.penalty)
    #expect(penalties.count == 12 && Set(penalties).count > 1)
    #expect(
      abs(try #require(outcome.metrics["penalty/overlong"]) - penalties.reduce(0, +) / 12) < 1e-12)
    // 7 tokens at most, a margin of 4 (3.5 rounded away from 0): cut off ones lose all of 0.5.
    for record in outcome.completions where !record.finished { #expect(record.penalty == 0.5) }
    #expect(try #require(outcome.metrics["reward_std"]) > 0)
    #expect(try #require(outcome.metrics["updates"]) == 1)
  }
}
