import Algorithms
import Experience
import Foundation
import Learning
import Settings
import TestLab
import Testing
import Verifiers

@Suite("A step's gradient ledger, and verifiers that fail")
struct LedgerOfStepTests {
  /// Takes the first step of a run whose rewards the test makes up.
  private func step(
    _ settings: GRPOSettings, _ judge: @escaping @Sendable (Completion, Problem) -> Verdict
  ) throws -> StepOutcome {
    var stage = try Stage(GRPO.self, settings, judgedBy: ScriptedVerifier(judge))
    return try stage.step()
  }

  private func shares(_ metrics: Metrics) -> [TokenFate: Double] {
    Dictionary(
      uniqueKeysWithValues: TokenFate.ofPolicyGradients.map {
        ($0, metrics["ledger/\($0.rawValue)"] ?? -1)
      })
  }

  /// The share of a step's tokens that belong to some of its completions.
  private func share(
    of outcome: StepOutcome, _ belongs: (CompletionRecord) -> Bool
  ) -> Double {
    // The end mark is a token that the text doesn't show; the vocabulary is one of characters.
    func tokens(_ record: CompletionRecord) -> Double {
      var text = record.completion
      for mark in ["<think>", "</think>", "<pad>", "</s>", "<s>"] {
        text = text.replacing(mark, with: "m")
      }
      return Double(text.unicodeScalars.count + (record.finished ? 1 : 0))
    }
    return outcome.completions.filter(belongs).reduce(0) { $0 + tokens($1) }
      / outcome.completions.reduce(0) { $0 + tokens($1) }
  }

  @Test("equal rewards: every token lies in a flat group and nothing is updated")
  func flat() throws {
    let outcome = try step(.small()) { _, _ in ScriptedVerifier.score(1) }
    #expect(shares(outcome.metrics)[.flatGroup] == 1)
    #expect(shares(outcome.metrics).values.reduce(0, +) == 1)
    #expect(outcome.metrics["frac_reward_zero_std"] == 1 && outcome.metrics["updates"] == 0)
    #expect(outcome.metrics["loss"] == 0 && outcome.metrics["grad_norm"] == 0)
    #expect(outcome.metrics["reward"] == 1 && outcome.metrics["reward_std"] == 0)
    #expect(outcome.completions.allSatisfy { $0.advantage == 0 && $0.reward == 1 })
  }

  @Test("one flat group of three: its share of the tokens, and the others are used")
  func partlyFlat() throws {
    let settings = GRPOSettings.small { $0.updates.epochs = 2 }
    // What the batch asks doesn't depend on the verifier.
    let prompt = try step(settings) { _, _ in ScriptedVerifier.score(1) }.completions[0].prompt
    let outcome = try step(settings) { completion, problem in
      ScriptedVerifier.score(
        problem.prompt == prompt ? 0.5 : Double(ScriptedVerifier.hash(completion.text, below: 3)))
    }
    let shares = shares(outcome.metrics)
    #expect(abs(shares.values.reduce(0, +) - 1) < 1e-12)
    #expect(outcome.metrics["frac_reward_zero_std"] == 1.0 / 3)
    let expected = share(of: outcome) { $0.prompt == prompt }
    #expect(abs(try #require(shares[.flatGroup]) - expected) < 1e-12)
    #expect(outcome.metrics["updates"] == 2)
  }

  @Test("failures leave their group, are counted, and have no reward")
  func failures() throws {
    let settings = GRPOSettings.small { $0.sampling.verifierFailureLimit = 1 }
    let outcome = try step(settings) { completion, problem in
      let mixed = ScriptedVerifier.hash(problem.prompt + completion.text, below: 6)
      return mixed < 2 ? .failure("number \(mixed)") : ScriptedVerifier.score(Double(mixed))
    }
    let failed = outcome.completions.filter { $0.failure != nil }
    try #require(failed.count > 1 && failed.count < 12)
    #expect(outcome.metrics["verifier/failures"] == Double(failed.count))
    for record in failed {
      #expect(record.reward == nil && record.advantage == 0 && record.parts == nil)
    }
    let rewards = outcome.completions.compactMap(\.reward)
    #expect(rewards.count == 12 - failed.count)
    let mean = rewards.reduce(0, +) / Double(rewards.count)
    #expect(abs(try #require(outcome.metrics["reward"]) - mean) < 1e-12)
    let shares = shares(outcome.metrics)
    let expected = share(of: outcome) { $0.failure != nil }
    #expect(abs(try #require(shares[.verifierFailed]) - expected) < 1e-12)
    #expect(abs(shares.values.reduce(0, +) - 1) < 1e-12)
    for problem in 0..<3 {
      let advantages = outcome.completions.filter { $0.problem == problem }.map(\.advantage)
      #expect(abs(advantages.reduce(0, +)) < 1e-9)
    }
  }

  @Test("a score that isn't finite is a failure", arguments: [Double.nan, .infinity, -.infinity])
  func notFinite(value: Double) throws {
    let settings = GRPOSettings.small { $0.sampling.verifierFailureLimit = 1 }
    for part in [false, true] {
      let outcome = try step(settings) { completion, _ in
        ScriptedVerifier.hash(completion.text, below: 2) == 0
          ? .score(Score(reward: part ? 1 : value, parts: ["correctness": part ? value : 1]))
          : ScriptedVerifier.score(0)
      }
      let failed = outcome.completions.filter { $0.failure == "a score that is not finite" }
      try #require(failed.count > 0 && failed.count < 12)
      #expect(outcome.metrics["verifier/failures"] == Double(failed.count))
      #expect(outcome.completions.allSatisfy { ($0.failure == nil) == ($0.reward == 0) })
      // What can't be written as JSON would end the run.
      for record in outcome.completions { _ = try JSONEncoder().encode(record) }
    }
  }

  @Test("past the limit the step stops with the verifier's last words, below it goes on")
  func limit() throws {
    @Sendable func judge(_ completion: Completion, _ problem: Problem) -> Verdict {
      problem.prompt == "0=" ? .failure("no zero") : ScriptedVerifier.score(1)
    }
    func settings(_ limit: Double) -> GRPOSettings {
      .small(problems: 10) { $0.sampling.verifierFailureLimit = limit }
    }
    #expect(try step(settings(0.1), judge).metrics["verifier/failures"] == 4)
    #expect(
      throws: TrainingError.verifierFailures(step: 1, failures: 4, completions: 40, last: "no zero")
    ) { try step(settings(0.09), judge) }
  }

  @Test("truncated completions that are masked, in the ledger of every algorithm that can mask")
  func masked() throws {
    for algorithm in everySampler {
      var configuration = try configuration(algorithm)
      guard configuration.value("mask_truncated") != nil else { continue }
      configuration.shrink()
      configuration.setWhereKnown([
        ("mask_truncated", .boolean(true)), ("critic_warmup_steps", .integer(0)),
      ])
      let lab = Lab.tiny(try CopySuite.judged(by: ScriptedVerifier.mixed), configuration.run)
      var made = try AlgorithmRegistry.shared.make(configuration, lab)
      let outcome = try made.step(1)
      let truncated = try #require(outcome.metrics["ledger/truncated"])
      #expect(truncated > 0 && truncated < 1, "\(algorithm)")
      #expect(outcome.completions.contains { !$0.finished })
      #expect(outcome.metrics["completions/clipped_ratio"] ?? 0 > 0, "\(algorithm)")
    }
  }
}
