import Algorithms
import Experience
import LanguageModel
import Learning
import Settings
import TestLab
import Testing

@Suite("GRPO: a step by hand")
struct GRPOTests {
  /// Takes a step with the engine and by hand.
  static func expectSame(_ settings: GRPOSettings, _ name: String = "") throws {
    try expectSameStep(
      GRPO.self, settings,
      by: {
        PolicyByHand(
          settings.surrogate == .cispo
            ? .weighted(cap: settings.weightCap) : .clipped(settings.clip),
          ratioLevel: settings.ratioLevel, $0)
      }, name
    ) {
      AdvantagesByHand.groupRelative(
        $0, groupSize: settings.sampling.groupSize, scale: settings.advantageScale,
        epsilon: settings.advantageEpsilon)
    }
  }

  @Test(
    "one update, every normalization and scale", arguments: LossNormalization.allCases,
    AdvantageScale.allCases)
  func oneUpdate(normalization: LossNormalization, scale: AdvantageScale) throws {
    try Self.expectSame(
      .small {
        $0.loss.lossNormalization = normalization
        $0.advantageScale = scale
        $0.optimizer.maxGradientNorm = 0
      })
  }

  @Test(
    "three epochs of two minibatches with clipping, a reference, weight decay and a norm limit",
    arguments: LossNormalization.allCases)
  func manyUpdates(normalization: LossNormalization) throws {
    try Self.expectSame(
      .small(problems: 4) {
        ($0.updates.epochs, $0.updates.minibatches) = (3, 2)
        $0.divergence.klWeight = 0.05
        ($0.clip.clipLow, $0.clip.clipHigh) = (0.02, 0.03)
        $0.optimizer.learningRate = 3e-3
        $0.optimizer.weightDecay = 0.1
        $0.optimizer.maxGradientNorm = 0.3
        $0.loss.lossNormalization = normalization
      })
  }

  @Test("ratios leave the clip range with several updates and a huge rate, and never with one")
  func clipping() throws {
    for (epochs, rate) in [(1, 0.05), (4, 0.05), (4, 0)] {
      var stage = try Stage(
        GRPO.self,
        .small {
          $0.updates.epochs = epochs
          $0.optimizer.learningRate = rate
        }, judgedBy: ScriptedVerifier.mixed)
      let metrics = try stage.step().metrics
      let low = try #require(metrics["clip_ratio/low_mean"])
      let high = try #require(metrics["clip_ratio/high_mean"])
      let region = try #require(metrics["clip_ratio/region_mean"])
      #expect(abs(low + high - region) < 1e-12)
      #expect((epochs > 1 && rate > 0) == (low > 0 && high > 0))
      #expect(metrics["ledger/clipped_low"] == low && metrics["ledger/clipped_high"] == high)
    }
  }

  @Test(
    "what a step samples is a function of the step and the policy, and no step moves the reference")
  func functions() throws {
    let settings = GRPOSettings.small { $0.divergence.klWeight = 0.1 }
    var stage = try Stage(GRPO.self, settings, judgedBy: ScriptedVerifier.mixed)
    let sampler = stage.lab.sampler(Configuration(settings), stage.algorithm.policy)
    func reference() throws -> [Float] {
      let snapshot = MemorySnapshot()
      try stage.algorithm.state(snapshot)
      return snapshot.tensors.filter { $0.key.hasPrefix("reference.") }
        .sorted { $0.key < $1.key }.flatMap(\.value)
    }
    let before = try reference()
    let first = try sampler.experience(step: 1)
    let second = try sampler.experience(step: 2)
    #expect(try sampler.experience(step: 1).sequences == first.sequences)
    #expect(first.sequences != second.sequences)
    #expect(try stage.step().completions.map(\.completion) == first.completions.map(\.text))
    #expect(try reference() == before && before.count == stage.reference.values.count)
    #expect(try sampler.experience(step: 2).sequences != second.sequences)
  }

  @Test("a policy that overflows is told by its weight, not by endless flat groups")
  func overflow() throws {
    for (value, what) in [
      (Float.nan, "the weight model.layers.1.self_attn.v_proj.weight[0]"),
      (Float.greatestFiniteMagnitude, "the policy's output"),
    ] {
      var stage = try Stage(GRPO.self, .small(), judgedBy: ScriptedVerifier.mixed)
      let entry = try #require(
        TinyModel.layout.entries.first { $0.name == "model.layers.1.self_attn.v_proj.weight" })
      stage.policy[entry].slice(0, value.isNaN ? 1 : entry.count).fill(value)
      #expect(throws: TrainingError.notFinite(step: 5, what: what)) { try stage.step(5) }
    }
  }
}
