import Foundation
import Kernels
import LanguageModel
internal import Learning
import Testing
import TestSupport
import Verifiers

@Suite("The loop: a step of PPO and A2C by hand")
struct LoopPPOTests {
  /// Rewards of 0 to 3 that depend on the text, and failures for one completion in eight.
  private static let verifier = ScriptedVerifier { completion, problem in
    let text = problem.prompt + completion.text
    if ScriptedVerifier.hash(text, below: 8) == 0 { return .failure("of the script") }
    return ScriptedVerifier.score(Double(ScriptedVerifier.hash(text + "!", below: 4)))
  }

  private func configuration(_ algorithm: Configuration.Algorithm) -> Configuration {
    var configuration = Configuration(algorithm: algorithm)
    configuration.problems = 4
    configuration.groupSize = 4
    configuration.maxCompletionTokens = 7
    configuration.verifierFailureLimit = 0.5
    configuration.logCompletions = 0
    configuration.epochs = 1
    configuration.minibatches = 1
    configuration.criticWarmupSteps = 0
    return configuration
  }

  /// A run whose critic has opinions: a head of 0 would leave its trunk without a slope.
  private func run(_ configuration: Configuration, in folder: URL) throws -> RunState {
    let suite = try LoopLab.copySuite(in: folder, judgedBy: Self.verifier)
    let run = LoopLab.run(configuration, suite)
    let critic = try #require(run.critic).model.parameters
    var random = TestSupport.TestRandom(11)
    for entry in critic.layout.valueHeadEntries {
      critic[entry].copy(from: random.floats(entry.count, scale: 0.3))
    }
    return run
  }

  /// Takes a step with the engine and by hand, and compares weights, losses, norms and estimates.
  private func expectSame(_ configuration: Configuration) throws {
    try LoopLab.withFolder { folder in
      let run = try run(configuration, in: folder)
      let critic = try #require(run.critic)
      let rollout = try run.sample(step: 1, copies: configuration.groupSize)
      let rewards = try run.verify(rollout, step: 1).rewards
      try #require(rewards.contains(nil) && Set(rewards.compactMap { $0 }).count > 1)
      var byHand = PPOByHand(
        configuration, rollout, rewards: rewards, policy: run.policy.parameters,
        critic: critic.sharesTrunk ? nil : critic.model.parameters,
        reference: run.reference?.parameters)
      byHand.run(
        (0..<configuration.epochs).map {
          run.minibatches(
            of: Array(rollout.sequences.indices), copies: 1, step: 1, epoch: $0)
        })

      func doubles(_ model: Transformer) -> [Double] {
        model.parameters.values.all.array.map(Double.init)
      }
      let (start, criticStart) = (doubles(run.policy), doubles(critic.model))
      let report = try configuration.algorithm.type.init(run).step(1)
      func expectMoved(_ model: Transformer, from start: [Double], as wanted: [Double]) {
        let moved = zip(doubles(model), start).map { $0 - $1 }
        #expect(Tolerance.relativeError(moved, zip(wanted, start).map { $0 - $1 }) < 2e-3)
      }
      expectMoved(run.policy, from: start, as: byHand.policy.weights)
      if let own = byHand.critic {
        expectMoved(critic.model, from: criticStart, as: own.weights)
      }

      let updates = Double(byHand.policyLosses.count)
      #expect(report.metrics["updates"] == updates)
      func expect(_ name: String, _ wanted: [Double], within tolerance: Double) throws {
        let value = try #require(report.metrics[name])
        let mean = wanted.reduce(0, +) / Double(wanted.count)
        #expect(abs(value - mean) < tolerance * max(1, abs(mean)), "\(name)")
      }
      try expect("loss", byHand.policyLosses, within: 2e-5)
      try expect("vf_loss", byHand.valueLosses, within: 2e-5)
      try expect("grad_norm", byHand.policy.norms, within: 1e-4)
      if let own = byHand.critic { try expect("value/grad_norm", own.norms, within: 1e-4) }
      let (values, returns) = (byHand.values.flatMap { $0 }, byHand.returns.flatMap { $0 })
      try expect("value/mean", values, within: 1e-6)
      try expect("value/return_mean", returns, within: 1e-6)
      func variance(_ x: [Double]) -> Double {
        let mean = x.reduce(0, +) / Double(x.count)
        return x.reduce(0) { $0 + pow($1 - mean, 2) }
      }
      let explained = 1 - variance(zip(returns, values).map { $0 - $1 }) / variance(returns)
      try expect("value/explained_variance", [explained], within: 1e-5)
      for (s, record) in report.completions.enumerated() {
        let wanted = byHand.advantages[s]
        guard rewards[s] != nil else {
          #expect(record.advantages == nil && record.advantage == 0 && record.failure != nil)
          continue
        }
        #expect(Tolerance.largestError(record.advantages ?? [], wanted) < 1e-5)
        #expect(Tolerance.largestError(record.values ?? [], byHand.values[s]) < 1e-5)
        #expect(abs(record.advantage - wanted.reduce(0, +) / Double(wanted.count)) < 1e-5)
      }
    }
  }

  @Test(
    "one update, every normalization, own critic and shared trunk",
    arguments: [Configuration.Algorithm.ppo, .a2c], [false, true])
  func oneUpdate(algorithm: Configuration.Algorithm, isShared: Bool) throws {
    for normalization in LossNormalization.allCases {
      var configuration = configuration(algorithm)
      configuration.lossNormalization = normalization
      configuration.sharedTrunk = isShared
      configuration.maxGradientNorm = 0
      try expectSame(configuration)
    }
  }

  @Test(
    "three epochs of three minibatches with both clips, a discount, KL, entropy and a norm limit",
    arguments: [false, true], [false, true])
  func manyUpdates(isShared: Bool, inReward: Bool) throws {
    var configuration = configuration(.ppo)
    configuration.epochs = 3
    configuration.minibatches = 3
    configuration.klWeight = 0.05
    configuration.klInReward = inReward
    configuration.klEstimator = inReward ? .k1 : .k3
    configuration.entropyWeight = 0.01
    configuration.clipLow = 0.02
    configuration.clipHigh = 0.03
    configuration.valueClip = 0.05
    configuration.gamma = 0.97
    configuration.gaeLambda = 0.8
    configuration.learningRate = 3e-3
    configuration.criticLearningRate = 5e-3
    configuration.valueWeight = 0.4
    configuration.weightDecay = 0.1
    configuration.maxGradientNorm = 0.3
    configuration.sharedTrunk = isShared
    try expectSame(configuration)
  }

  @Test("A2C with a discount, whitening and a reference")
  func a2cOptions() throws {
    var configuration = configuration(.a2c)
    configuration.gamma = 0.9
    configuration.gaeLambda = 0.7
    configuration.whitenAdvantages = true
    configuration.klWeight = 0.05
    configuration.entropyWeight = 0.02
    try expectSame(configuration)
  }

  @Test("ratios and values leave their clip ranges with several updates, and never with one")
  func clipping() throws {
    try LoopLab.withFolder { folder in
      for (epochs, rate) in [(1, 0.05), (4, 0.05), (4, 0)] {
        var configuration = configuration(.ppo)
        configuration.epochs = epochs
        configuration.learningRate = rate
        configuration.criticLearningRate = rate
        let metrics = try PPO(run(configuration, in: folder)).step(1).metrics
        let moves = epochs > 1 && rate > 0
        for name in ["low_mean", "high_mean", "value_mean"] {
          #expect(moves == (try #require(metrics["clip_ratio/\(name)"]) > 0), "\(name)")
        }
        #expect(metrics["ledger/clipped_low"] == metrics["clip_ratio/low_mean"])
      }
    }
  }
}
