import Foundation
internal import Learning
import Testing
import Verifiers

@Suite("The loop: the gradient ledger and verifiers that fail")
struct LoopVerifierTests {
  /// Takes the first step of a run whose rewards the test makes up.
  private func step(
    _ configuration: Configuration, _ judge: @escaping @Sendable (Completion, Problem) -> Verdict
  ) throws -> StepReport {
    try LoopLab.withFolder { folder in
      let suite = try LoopLab.copySuite(in: folder, judgedBy: ScriptedVerifier(judge))
      return try GRPO(LoopLab.run(configuration, suite)).step(1)
    }
  }

  private func shares(_ metrics: Metrics) -> [TokenFate: Double] {
    Dictionary(
      uniqueKeysWithValues: TokenFate.allCases.filter { $0 != .rejected && $0 != .criticWarmUp }.map
      {
        ($0, metrics["ledger/\($0.rawValue)"] ?? -1)
      })
  }

  /// The share of a step's tokens that belong to some of its completions.
  private func share(
    of report: StepReport, _ belongs: (CompletionRecord) -> Bool
  ) -> Double {
    // The end mark is a token that the text doesn't show; the vocabulary is one of characters.
    func tokens(_ record: CompletionRecord) -> Double {
      var text = record.completion
      for mark in ["<think>", "</think>", "<pad>", "</s>", "<s>"] {
        text = text.replacing(mark, with: "m")
      }
      return Double(text.unicodeScalars.count + (record.finished ? 1 : 0))
    }
    return report.completions.filter(belongs).reduce(0) { $0 + tokens($1) }
      / report.completions.reduce(0) { $0 + tokens($1) }
  }

  @Test("equal rewards: every token lies in a flat group and nothing is updated")
  func flat() throws {
    let report = try step(LoopLab.grpo()) { _, _ in ScriptedVerifier.score(1) }
    #expect(shares(report.metrics)[.flatGroup] == 1)
    #expect(shares(report.metrics).values.reduce(0, +) == 1)
    #expect(report.metrics["frac_reward_zero_std"] == 1 && report.metrics["updates"] == 0)
    #expect(report.metrics["loss"] == 0 && report.metrics["grad_norm"] == 0)
    #expect(report.metrics["reward"] == 1 && report.metrics["reward_std"] == 0)
    #expect(report.completions.allSatisfy { $0.advantage == 0 && $0.reward == 1 })
  }

  @Test("one flat group of three: its share of the tokens, and the others are used")
  func partlyFlat() throws {
    var configuration = LoopLab.grpo()
    configuration.epochs = 2
    // What the batch asks doesn't depend on the verifier.
    let prompt = try step(configuration) { _, _ in ScriptedVerifier.score(1) }.completions[0].prompt
    let report = try step(configuration) { completion, problem in
      ScriptedVerifier.score(
        problem.prompt == prompt ? 0.5 : Double(ScriptedVerifier.hash(completion.text, below: 3)))
    }
    let shares = shares(report.metrics)
    #expect(abs(shares.values.reduce(0, +) - 1) < 1e-12)
    #expect(report.metrics["frac_reward_zero_std"] == 1.0 / 3)
    let expected = share(of: report) { $0.prompt == prompt }
    #expect(abs(try #require(shares[.flatGroup]) - expected) < 1e-12)
    #expect(report.metrics["updates"] == 2)
  }

  @Test("failures leave their group, are counted, and have no reward")
  func failures() throws {
    var configuration = LoopLab.grpo()
    configuration.verifierFailureLimit = 1
    let report = try step(configuration) { completion, problem in
      let mixed = ScriptedVerifier.hash(problem.prompt + completion.text, below: 6)
      return mixed < 2 ? .failure("number \(mixed)") : ScriptedVerifier.score(Double(mixed))
    }
    let failed = report.completions.filter { $0.failure != nil }
    try #require(failed.count > 1 && failed.count < 12)
    #expect(report.metrics["verifier/failures"] == Double(failed.count))
    for record in failed {
      #expect(record.reward == nil && record.advantage == 0 && record.parts == nil)
    }
    let rewards = report.completions.compactMap(\.reward)
    #expect(rewards.count == 12 - failed.count)
    let mean = rewards.reduce(0, +) / Double(rewards.count)
    #expect(abs(try #require(report.metrics["reward"]) - mean) < 1e-12)
    let shares = shares(report.metrics)
    let expected = share(of: report) { $0.failure != nil }
    #expect(abs(try #require(shares[.verifierFailed]) - expected) < 1e-12)
    #expect(abs(shares.values.reduce(0, +) - 1) < 1e-12)
    for problem in 0..<3 {
      let advantages = report.completions.filter { $0.problem == problem }.map(\.advantage)
      #expect(abs(advantages.reduce(0, +)) < 1e-9)
    }
  }

  @Test("a score that isn't finite is a failure", arguments: [Double.nan, .infinity, -.infinity])
  func notFinite(value: Double) throws {
    var configuration = LoopLab.grpo()
    configuration.verifierFailureLimit = 1
    for part in [false, true] {
      let report = try step(configuration) { completion, _ in
        ScriptedVerifier.hash(completion.text, below: 2) == 0
          ? .score(Score(reward: part ? 1 : value, parts: ["correctness": part ? value : 1]))
          : ScriptedVerifier.score(0)
      }
      let failed = report.completions.filter { $0.failure == "a score that is not finite" }
      try #require(failed.count > 0 && failed.count < 12)
      #expect(report.metrics["verifier/failures"] == Double(failed.count))
      #expect(report.completions.allSatisfy { ($0.failure == nil) == ($0.reward == 0) })
      // What can't be written as JSON would end the run.
      for record in report.completions { _ = try JSONEncoder().encode(record) }
    }
  }

  @Test("past the limit the step stops with the verifier's last words, below it goes on")
  func limit() throws {
    @Sendable func judge(_ completion: Completion, _ problem: Problem) -> Verdict {
      problem.prompt == "0=" ? .failure("no zero") : ScriptedVerifier.score(1)
    }
    var configuration = LoopLab.grpo()
    configuration.problems = 10
    configuration.verifierFailureLimit = 0.1
    #expect(try step(configuration, judge).metrics["verifier/failures"] == 4)
    configuration.verifierFailureLimit = 0.09
    #expect(
      throws: TrainingError.verifierFailures(step: 1, failures: 4, completions: 40, last: "no zero")
    ) { try step(configuration, judge) }
  }

  /// A run on the copy suite that the test may break from outside; saved only where it must be.
  private func trainer(
    in folder: URL, steps: Int = 5, seed: Int = 0, run: String = "run", verifier: any Verifier
  ) throws -> Trainer {
    var configuration = LoopLab.grpo()
    configuration.suite = try LoopLab.writeCopySuite(to: folder)
    configuration.model = "nano"
    configuration.contextLength = 16
    configuration.run = folder.appending(path: run).path
    configuration.problems = 2
    configuration.steps = steps
    configuration.seed = seed
    configuration.minibatches = 2
    configuration.advantageScale = .none
    configuration.evaluationProblems = 4
    configuration.checkpointEvery = 0
    return try Trainer(starting: configuration, verifier: verifier)
  }

  /// Breaks a run's verifier after the second step, and mends it; the end must be the undisturbed
  /// run's. Returns the steps that were saved when it stopped.
  private func expectNothingLost(
    seed: Int, broken: @escaping @Sendable (Completion, Problem) -> Verdict,
    _ check: (TrainingError) -> Bool
  ) throws -> [Int] {
    try LoopLab.withFolder { folder in
      let isBroken = LoopSwitch()
      let verifier = ScriptedVerifier { completion, problem in
        isBroken.isOn
          ? broken(completion, problem)
          : ScriptedVerifier.score(Double(ScriptedVerifier.hash(completion.text, below: 3)))
      }
      let whole = try trainer(in: folder, seed: seed, run: "whole", verifier: verifier)
        .train(observer: LoopRecorder()) { false }
      do {
        let trainer = try trainer(in: folder, seed: seed, verifier: verifier)
        let recorder = LoopRecorder { if $0 == 2 { isBroken.isOn = true } }
        _ = try trainer.train(observer: recorder) { false }
        Issue.record("the broken verifier went unnoticed")
      } catch let error as TrainingError {
        #expect(check(error), "\(error)")
      }
      isBroken.isOn = false
      let saved = RunFolder(folder.appending(path: "run").path).checkpoints().map(\.step)
      let resumed = try Trainer(
        resuming: folder.appending(path: "run").path, steps: nil, threads: 3, verifier: verifier)
      #expect(resumed.firstStep == (saved.last ?? 0) + 1)
      let summary = try resumed.train(observer: LoopRecorder()) { false }
      #expect(summary.weightsHash == whole.weightsHash && summary.steps == 5)
      return saved
    }
  }

  @Test("a run whose verifier breaks is saved before the broken step, and ends as if it had not")
  func brokenVerifier() throws {
    let saved = try expectNothingLost(seed: 0, broken: { _, _ in .failure("gone") }) {
      $0 == .verifierFailures(step: 3, failures: 8, completions: 8, last: "gone")
    }
    #expect(saved == [2])
  }

  @Test("a step that overflows in one of its updates leaves no half of it")
  func overflowHalfWay() throws {
    // Only one of the step's two minibatches overflows; which one comes first depends on the seed.
    let outcomes = try (0..<5).map { seed in
      try expectNothingLost(
        seed: seed,
        broken: { completion, problem in
          let mixed = Double(ScriptedVerifier.hash(completion.text, below: 3))
          return ScriptedVerifier.score(
            (Int(problem.answer) ?? 0).isMultiple(of: 2) ? mixed * 1e300 : mixed)
        }
      ) {
        guard case .notFinite(let step, let what) = $0 else { return false }
        return step >= 3 && (what.hasPrefix("the gradient of model.") || what == "the loss")
      }
    }
    // Before the step's first update the state is whole and saved, after it is not.
    #expect(outcomes.contains([]) && outcomes.contains { !$0.isEmpty }, "\(outcomes)")
  }
}
