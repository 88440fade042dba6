import Foundation
import LanguageModel
internal import Learning
import Testing
import TestSupport
import Verifiers

@Suite("The loop: a GRPO step by hand")
struct LoopGRPOTests {
  /// Rewards of 0 to 3 that depend on the text, and failures for one completion in eight.
  static let verifier = ScriptedVerifier { completion, problem in
    let text = problem.prompt + completion.text
    if ScriptedVerifier.hash(text, below: 8) == 0 { return .failure("of the script") }
    return ScriptedVerifier.score(Double(ScriptedVerifier.hash(text + "!", below: 4)))
  }

  /// Takes a step with the engine and by hand, and compares weights, losses, norms and advantages.
  static func expectSame(_ configuration: Configuration, _ name: String = "") throws {
    try LoopLab.withFolder { folder in
      let suite = try LoopLab.copySuite(in: folder, judgedBy: verifier)
      let run = LoopLab.run(configuration, suite)
      let rollout = try run.sample(step: 1, copies: configuration.groupSize)
      let rewards = try run.verify(rollout, step: 1).rewards
      try #require(rewards.contains(nil) && Set(rewards.compactMap { $0 }).count > 1)
      var byHand = StepByHand(
        configuration, rollout, rewards: rewards, start: run.policy.parameters,
        reference: run.reference?.parameters)
      let epochs = (0..<configuration.epochs).map {
        run.minibatches(of: rollout, step: 1, epoch: $0)
      }
      let advantages = byHand.advantages()
      byHand.run(epochs, learningRate: configuration.learningRate)

      let start = run.policy.parameters.values.all.array.map(Double.init)
      let report = try configuration.algorithm.type.init(run).step(1)
      let weights = run.policy.parameters.values.all.array.map(Double.init)
      let moved = zip(weights, start).map { $0 - $1 }
      let movedByHand = zip(byHand.weights, start).map { $0 - $1 }
      #expect(Tolerance.relativeError(moved, movedByHand) < 2e-3, "\(name)")
      #expect(report.metrics["updates"] == Double(byHand.losses.count), "\(name)")
      let updates = Double(byHand.losses.count)
      let loss = try #require(report.metrics["loss"])
      let wanted = byHand.losses.reduce(0, +) / updates
      #expect(abs(loss - wanted) < 2e-5 * max(1, abs(loss)), "\(name)")
      let norm = try #require(report.metrics["grad_norm"])
      #expect(abs(norm * updates / byHand.norms.reduce(0, +) - 1) < 1e-4, "\(name)")
      for (record, advantage) in zip(report.completions, advantages) {
        guard let advantage else { continue }
        #expect(abs(record.advantage - advantage) < 1e-5, "\(name)")
      }
      let reward = rewards.compactMap { $0 }.reduce(0, +) / Double(rewards.count { $0 != nil })
      #expect(abs(try #require(report.metrics["reward"]) - reward) < 1e-12)
    }
  }

  @Test(
    "one update, every normalization and scale", arguments: LossNormalization.allCases,
    AdvantageScale.allCases)
  func oneUpdate(normalization: LossNormalization, scale: AdvantageScale) throws {
    var configuration = LoopLab.grpo()
    configuration.lossNormalization = normalization
    configuration.advantageScale = scale
    configuration.maxGradientNorm = 0
    try Self.expectSame(configuration)
  }

  @Test(
    "three epochs of two minibatches with clipping, a reference, weight decay and a norm limit",
    arguments: LossNormalization.allCases)
  func manyUpdates(normalization: LossNormalization) throws {
    var configuration = LoopLab.grpo()
    configuration.problems = 4
    configuration.epochs = 3
    configuration.minibatches = 2
    configuration.klWeight = 0.05
    configuration.clipLow = 0.02
    configuration.clipHigh = 0.03
    configuration.learningRate = 3e-3
    configuration.weightDecay = 0.1
    configuration.maxGradientNorm = 0.3
    configuration.lossNormalization = normalization
    try Self.expectSame(configuration)
  }

  @Test("ratios leave the clip range with several updates and a huge rate, and never with one")
  func clipping() throws {
    try LoopLab.withFolder { folder in
      let suite = try LoopLab.copySuite(in: folder, judgedBy: Self.verifier)
      for (epochs, rate) in [(1, 0.05), (4, 0.05), (4, 0)] {
        var configuration = LoopLab.grpo()
        configuration.epochs = epochs
        configuration.learningRate = rate
        let metrics = try GRPO(LoopLab.run(configuration, suite)).step(1).metrics
        let low = try #require(metrics["clip_ratio/low_mean"])
        let high = try #require(metrics["clip_ratio/high_mean"])
        let region = try #require(metrics["clip_ratio/region_mean"])
        #expect(abs(low + high - region) < 1e-12)
        #expect((epochs > 1 && rate > 0) == (low > 0 && high > 0))
        #expect(metrics["ledger/clipped_low"] == low && metrics["ledger/clipped_high"] == high)
      }
    }
  }

  @Test("what no step may change: the reference, and what a step samples")
  func functions() throws {
    try LoopLab.withFolder { folder in
      let suite = try LoopLab.copySuite(in: folder, judgedBy: Self.verifier)
      var configuration = LoopLab.grpo()
      configuration.klWeight = 0.1
      let run = LoopLab.run(configuration, suite)
      let reference = try #require(run.reference).parameters.hash
      let first = try run.sample(step: 1, copies: 4)
      let second = try run.sample(step: 2, copies: 4)
      #expect(try run.sample(step: 1, copies: 4).sequences == first.sequences)
      #expect(first.sequences != second.sequences)
      #expect(try GRPO(run).step(1).completions.map(\.completion) == first.completions.map(\.text))
      #expect(run.reference?.parameters.hash == reference)
      #expect(try run.sample(step: 2, copies: 4).sequences != second.sequences)
    }
  }

  @Test("a policy that overflows is told by its weight, not by endless flat groups")
  func overflow() throws {
    try LoopLab.withFolder { folder in
      let suite = try LoopLab.copySuite(in: folder, judgedBy: Self.verifier)
      for (value, what) in [
        (Float.nan, "the weight model.layers.1.self_attn.v_proj.weight[0]"),
        (Float.greatestFiniteMagnitude, "the policy's output"),
      ] {
        let run = LoopLab.run(LoopLab.grpo(), suite)
        let entry = try #require(
          LoopLab.tiny.entries.first { $0.name == "model.layers.1.self_attn.v_proj.weight" })
        run.policy.parameters[entry].slice(0, value.isNaN ? 1 : entry.count).fill(value)
        #expect(throws: TrainingError.notFinite(step: 5, what: what)) { try GRPO(run).step(5) }
      }
    }
  }
}
