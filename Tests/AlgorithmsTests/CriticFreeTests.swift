import Algorithms
import Experience
import LanguageModel
import Learning
import Settings
import TestLab
import TestSupport
import Testing

@Suite("REINFORCE, RLOO, RAFT and supervised fine-tuning: a step by hand")
struct CriticFreeTests {
  @Test(
    "REINFORCE, with everything it reads", arguments: LossNormalization.allCases, [false, true])
  func reinforce(normalization: LossNormalization, isFull: Bool) throws {
    let settings = REINFORCESettings.small {
      $0.loss.lossNormalization = normalization
      $0.optimizer.maxGradientNorm = 0.3
      guard isFull else { return }
      $0.divergence.klWeight = 0.05
      $0.loss.entropyWeight = 0.03
      $0.length.maskTruncated = true
      $0.length.overlongPenalty = 0.5
    }
    try expectSameStep(
      REINFORCE.self, settings, by: { PolicyByHand(.logProbability, $0) },
      advantages: AdvantagesByHand.ofFirstBatch)
  }

  @Test("RLOO, with everything it reads", arguments: LossNormalization.allCases, [false, true])
  func rloo(normalization: LossNormalization, isFull: Bool) throws {
    let settings = RLOOSettings.small(problems: isFull ? 4 : 3) {
      $0.loss.lossNormalization = normalization
      $0.optimizer.maxGradientNorm = 0.3
      guard isFull else { return }
      ($0.updates.epochs, $0.updates.minibatches) = (2, 2)
      ($0.clip.clipLow, $0.clip.clipHigh) = (0.02, 0.03)
      $0.optimizer.learningRate = 3e-3
      $0.divergence.klWeight = 0.05
      $0.loss.entropyWeight = 0.03
      $0.length.maskTruncated = true
      $0.length.overlongPenalty = 0.5
    }
    try expectSameStep(
      RLOO.self, settings,
      by: { PolicyByHand(.clipped(settings.clip), ratioLevel: .completion, $0) }
    ) {
      AdvantagesByHand.leaveOneOut($0, groupSize: settings.sampling.groupSize)
    }
  }

  @Test("RAFT, with everything it reads", arguments: LossNormalization.allCases, [false, true])
  func raft(normalization: LossNormalization, isFull: Bool) throws {
    let settings = RAFTSettings.small(problems: isFull ? 4 : 3) {
      $0.loss.lossNormalization = normalization
      $0.optimizer.maxGradientNorm = 0.3
      guard isFull else { return }
      ($0.updates.epochs, $0.updates.minibatches) = (2, 2)
      $0.optimizer.learningRate = 3e-3
      $0.divergence.klWeight = 0.05
      $0.loss.entropyWeight = 0.03
      $0.acceptedPerGroup = 2
      $0.acceptanceReward = 2
    }
    try expectSameStep(
      RAFT.self, settings, by: { PolicyByHand(.logProbability, $0) }, dividesByAll: false
    ) {
      AdvantagesByHand.accepted(
        $0, groupSize: settings.sampling.groupSize, threshold: settings.acceptanceReward,
        most: isFull ? 2 : settings.sampling.groupSize)
    }
  }

  @Test("supervised fine-tuning: two steps of cross-entropy on the suite's demonstrations")
  func supervised() throws {
    let settings = SFTSettings.small(problems: 6) {
      $0.optimizer.warmupSteps = 0
      $0.optimizer.schedule = .constant
      $0.optimizer.maxGradientNorm = 0.3
      // Demonstrations are learned as they are, whatever completions are sampled at.
      $0.run.temperature = 0.5
    }
    var stage = try Stage(SupervisedFineTuning.self, settings, judgedBy: ScriptedVerifier.mixed)
    var weights = WeightsByHand(stage.policy)
    let start = weights.values
    let problems = TrainingProblems(stage.lab, perStep: 6)
    for step in 1...2 {
      let examples = try problems.problems(step: step).map { worked in
        var example = ExampleByHand(
          prompt: try Vocabulary.standard.encode(worked.problem.prompt),
          completion: try Vocabulary.standard.encode(
            "<think>\(worked.problem.answer)</think>\(worked.problem.answer)")
            + [Vocabulary.standard.end])
        example.advantages = example.completion.map { _ in 1 }
        example.old = example.completion.map { _ in 0 }
        return example
      }
      let (loss, gradient) = PolicyByHand(.logProbability, maxCompletionTokens: 7).loss(
        of: weights, on: examples, completions: 6,
        tokens: examples.reduce(0) { $0 + $1.completion.count })
      weights.update(
        along: gradient, WeightsByHand.Rule(settings.optimizer),
        learningRate: settings.optimizer.learningRate)
      let metrics = try stage.step(step).metrics
      #expect(abs(try #require(metrics["loss"]) / loss - 1) < 1e-4)
      #expect(abs(try #require(metrics["grad_norm"]) / weights.norms[step - 1] - 1) < 1e-4)
    }
    let moved = zip(stage.policy.floats.doubles, start).map { $0 - $1 }
    #expect(Tolerance.relativeError(moved, zip(weights.values, start).map { $0 - $1 }) < 2e-3)
  }

  @Test("REINFORCE's baseline follows the mean rewards and is off by one step")
  func baseline() throws {
    var stage = try Stage(
      REINFORCE.self, .small { $0.baselineDecay = 0.75 }, judgedBy: ScriptedVerifier.mixed)
    var baseline: Double?
    for step in 1...4 {
      let outcome = try stage.step(step)
      #expect(outcome.metrics["baseline"] == baseline)
      let reward = try #require(outcome.metrics["reward"])
      for record in outcome.completions {
        guard let own = record.reward else { continue }
        #expect(abs(record.advantage - (own - (baseline ?? reward))) < 1e-12)
      }
      let next = 0.75 * (baseline ?? reward) + 0.25 * reward
      let snapshot = MemorySnapshot()
      try stage.algorithm.state(snapshot)
      let saved = try #require(
        try snapshot.decoded(MovingAverageBaseline.self, of: "baseline")?.value)
      #expect(abs(saved - next) < 1e-12)
      baseline = saved
    }
  }

  @Test("RAFT learns from what it accepts, and the ledger says what it rejects")
  func acceptance() throws {
    var stage = try Stage(RAFT.self, .small(), judgedBy: ScriptedVerifier.mixed)
    let outcome = try stage.step()
    let accepted = outcome.completions.filter { $0.advantage == 1 }
    #expect(accepted.allSatisfy { $0.reward ?? 0 >= 1 } && !accepted.isEmpty)
    #expect(outcome.completions.allSatisfy { ($0.advantage == 1) == ($0.reward ?? 0 >= 1) })
    #expect(
      outcome.metrics["completions/accepted_ratio"]
        == Double(accepted.count) / Double(outcome.completions.count))
    #expect(try #require(outcome.metrics["ledger/rejected"]) > 0)
  }
}
