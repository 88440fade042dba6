import Algorithms
import Experience
import LanguageModel
import Learning
import Settings
import TestLab
import TestSupport
import Testing
import Verifiers

@Suite("PPO and A2C: a step by hand")
struct ActorCriticTests {
  /// A stage whose critic has opinions: a head of 0 would leave its trunk without a slope.
  private func stage<A: Algorithm>(_ algorithm: A.Type, _ settings: A.Settings) throws -> Stage<A> {
    let stage = try Stage(A.self, settings, judgedBy: ScriptedVerifier.mixed)
    var random = TestRandom(11)
    for network in stage.algorithm.networks.map(\.network) {
      let parameters = network.model.parameters
      for entry in parameters.layout.valueHeadEntries {
        parameters[entry].copy(from: random.floats(entry.count, scale: 0.3))
      }
    }
    return stage
  }

  /// Takes a step with the engine and by hand, and compares weights, losses, norms and estimates.
  private func expectSame<A: Algorithm>(
    _ algorithm: A.Type, _ settings: A.Settings, by surrogate: PolicyByHand.Surrogate,
    valueClip: Double? = nil
  ) throws {
    let configuration = Configuration(settings)
    var stage = try stage(A.self, settings)
    let samples = try stage.lab.sampler(configuration, stage.algorithm.policy).experience(step: 1)
    let rewards = samples.judgements.map(\.verdict.reward)
    try #require(rewards.contains(nil) && Set(rewards.compactMap { $0 }).count > 1)
    let critic = stage.algorithm.networks.first { $0.name == "critic" }?.network.model.parameters
    let (own, updates) = (
      configuration.group(CriticSettings.self), configuration.group(UpdateSettings.self)
    )
    try #require((critic == nil) == own.sharedTrunk)
    let (start, criticStart) = (stage.policy.floats.doubles, critic?.floats.doubles)
    var byHand = ActorCriticByHand(
      configuration, samples, policy: stage.policy, critic: critic, reference: stage.reference)
    byHand.run(
      (0..<updates.epochs).map {
        samples.batch().minibatches(
          updates.minibatches, keeping: 1, order: stage.lab.shuffle(step: 1, epoch: $0)
        ).map { $0.members.map(\.sequence) }
      }, PolicyByHand(surrogate, configuration),
      ValueByHand(clip: valueClip, coefficient: own.sharedTrunk ? own.valueWeight : 1))

    let outcome = try stage.step()
    func expectMoved(_ parameters: Parameters, from start: [Double], as wanted: WeightsByHand) {
      let moved = zip(parameters.floats.doubles, start).map { $0 - $1 }
      #expect(
        Tolerance.relativeError(moved, zip(wanted.values, start).map { $0 - $1 }) < 2e-3)
    }
    expectMoved(stage.policy, from: start, as: byHand.policy)
    if let critic, let criticStart, let wanted = byHand.critic {
      expectMoved(critic, from: criticStart, as: wanted)
    }

    #expect(outcome.metrics["updates"] == Double(byHand.policyLosses.count))
    func expect(_ name: String, _ wanted: [Double], within tolerance: Double) throws {
      let (value, mean) = (try #require(outcome.metrics[name]), AdvantagesByHand.mean(wanted))
      #expect(abs(value - mean) < tolerance * max(1, abs(mean)), "\(name)")
    }
    try expect("loss", byHand.policyLosses, within: 2e-5)
    try expect("vf_loss", byHand.valueLosses, within: 2e-5)
    try expect("grad_norm", byHand.policy.norms, within: 1e-4)
    if let own = byHand.critic { try expect("value/grad_norm", own.norms, within: 1e-4) }
    let values = byHand.examples.flatMap { $0?.oldValues ?? [] }
    let returns = byHand.examples.flatMap { $0?.returns ?? [] }
    try expect("value/mean", values, within: 1e-6)
    try expect("value/return_mean", returns, within: 1e-6)
    func variance(_ x: [Double]) -> Double {
      let mean = AdvantagesByHand.mean(x)
      return x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    let explained = 1 - variance(zip(returns, values).map { $0 - $1 }) / variance(returns)
    try expect("value/explained_variance", [explained], within: 1e-5)
    for (s, record) in outcome.completions.enumerated() {
      guard let wanted = byHand.examples[s] else {
        #expect(record.advantages == nil && record.advantage == 0 && record.failure != nil)
        continue
      }
      #expect(Tolerance.largestError(record.advantages ?? [], wanted.advantages) < 1e-5)
      #expect(Tolerance.largestError(record.values ?? [], wanted.oldValues) < 1e-5)
      #expect(abs(record.advantage - AdvantagesByHand.mean(wanted.advantages)) < 1e-5)
    }
  }

  private func expectSame(_ settings: PPOSettings) throws {
    try expectSame(
      PPO.self, settings, by: .clipped(settings.clip),
      valueClip: settings.valueClip > 0 ? settings.valueClip : nil)
  }

  private func ppo(_ change: (inout PPOSettings) -> Void = { _ in }) -> PPOSettings {
    .small(problems: 4) {
      ($0.updates.epochs, $0.updates.minibatches) = (1, 1)
      $0.critic.criticWarmupSteps = 0
      change(&$0)
    }
  }

  private func a2c(_ change: (inout A2CSettings) -> Void) -> A2CSettings {
    .small(problems: 4) {
      $0.critic.criticWarmupSteps = 0
      change(&$0)
    }
  }

  @Test(
    "one update, every normalization, own critic and shared trunk",
    arguments: LossNormalization.allCases, [false, true])
  func oneUpdate(normalization: LossNormalization, isShared: Bool) throws {
    try expectSame(
      ppo {
        $0.loss.lossNormalization = normalization
        $0.critic.sharedTrunk = isShared
        $0.optimizer.maxGradientNorm = 0
      })
    let settings = a2c {
      $0.loss.lossNormalization = normalization
      $0.critic.sharedTrunk = isShared
      $0.optimizer.maxGradientNorm = 0
    }
    try expectSame(A2C.self, settings, by: .logProbability)
  }

  @Test(
    "three epochs of three minibatches with both clips, a discount, KL, entropy and a norm limit",
    arguments: [false, true], [false, true])
  func manyUpdates(isShared: Bool, inReward: Bool) throws {
    try expectSame(
      ppo {
        ($0.updates.epochs, $0.updates.minibatches) = (3, 3)
        $0.divergence.klWeight = 0.05
        $0.divergence.klInReward = inReward
        $0.divergence.klEstimator = inReward ? .k1 : .k3
        $0.loss.entropyWeight = 0.01
        ($0.clip.clipLow, $0.clip.clipHigh, $0.valueClip) = (0.02, 0.03, 0.05)
        ($0.critic.gamma, $0.critic.gaeLambda, $0.critic.valueWeight) = (0.97, 0.8, 0.4)
        ($0.optimizer.learningRate, $0.critic.criticLearningRate) = (3e-3, 5e-3)
        ($0.optimizer.weightDecay, $0.optimizer.maxGradientNorm) = (0.1, 0.3)
        $0.critic.sharedTrunk = isShared
      })
  }

  @Test("A2C with a discount, whitening and a reference")
  func a2cOptions() throws {
    let settings = a2c {
      ($0.critic.gamma, $0.critic.gaeLambda) = (0.9, 0.7)
      $0.critic.whitenAdvantages = true
      $0.divergence.klWeight = 0.05
      $0.loss.entropyWeight = 0.02
    }
    try expectSame(A2C.self, settings, by: .logProbability)
  }

  @Test("ratios and values leave their clip ranges with several updates, and never with one")
  func clipping() throws {
    for (epochs, rate) in [(1, 0.05), (4, 0.05), (4, 0)] {
      let settings = ppo {
        $0.updates.epochs = epochs
        $0.optimizer.learningRate = rate
        $0.critic.criticLearningRate = rate
      }
      var stage = try stage(PPO.self, settings)
      let metrics = try stage.step().metrics
      let moves = epochs > 1 && rate > 0
      for name in ["low_mean", "high_mean", "value_mean"] {
        #expect(moves == (try #require(metrics["clip_ratio/\(name)"]) > 0), "\(name)")
      }
      #expect(metrics["ledger/clipped_low"] == metrics["clip_ratio/low_mean"])
    }
  }
}
