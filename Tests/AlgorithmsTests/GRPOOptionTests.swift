import Algorithms
import Experience
import LanguageModel
import Learning
import Settings
import TestLab
import Testing

@Suite("GRPO: its options by hand")
struct GRPOOptionTests {
  /// Something to change in the settings.
  struct Change: Sendable, CustomTestStringConvertible {
    let name: String
    let apply: @Sendable (inout GRPOSettings) -> Void
    var testDescription: String { name }

    init(_ name: String, _ apply: @escaping @Sendable (inout GRPOSettings) -> Void) {
      self.name = name
      self.apply = apply
    }
  }

  /// Options of GRPO, each with several updates, so that it can matter.
  static let changes: [Change] = [
    Change("ratio_level sequence") {
      $0.ratioLevel = .sequence
      ($0.clip.clipLow, $0.clip.clipHigh) = (0.01, 0.02)
    },
    Change("ratio_level completion") { $0.ratioLevel = .completion },
    Change("ratio_cap") { $0.clip.ratioCap = 1.05 },
    Change("surrogate cispo") {
      $0.surrogate = .cispo
      $0.weightCap = 1.02
    },
    Change("surrogate cispo, ratio_level sequence") {
      $0.surrogate = .cispo
      $0.weightCap = 1.01
      $0.ratioLevel = .sequence
    },
    Change("mask_truncated") { $0.length.maskTruncated = true },
    Change("overlong_penalty") {
      $0.length.overlongPenalty = 0.7
      $0.length.overlongMargin = 0.6
    },
    Change("entropy_weight") { $0.loss.entropyWeight = 0.05 },
    Change("kl_weight, k1") {
      $0.divergence.klWeight = 0.05
      $0.divergence.klEstimator = .k1
    },
    Change("kl_weight, k2") {
      $0.divergence.klWeight = 0.05
      $0.divergence.klEstimator = .k2
    },
    Change("kl_in_reward, k1") {
      $0.divergence.klWeight = 0.05
      $0.divergence.klEstimator = .k1
      $0.divergence.klInReward = true
    },
    Change("kl_in_reward, k3") {
      $0.divergence.klWeight = 0.05
      $0.divergence.klInReward = true
    },
    Change("log_kl") { $0.divergence.logKl = true },
    Change("everything") {
      $0.loss.entropyWeight = 0.02
      $0.divergence.klWeight = 0.05
      $0.length.maskTruncated = true
      $0.length.overlongPenalty = 0.5
      $0.ratioLevel = .sequence
      $0.loss.lossNormalization = .sequenceMean
      $0.advantageScale = .batch
    },
  ]

  /// Several updates with a clip range that binds.
  private static let several = GRPOSettings.small(problems: 4) {
    ($0.updates.epochs, $0.updates.minibatches) = (2, 2)
    ($0.clip.clipLow, $0.clip.clipHigh) = (0.02, 0.03)
    $0.optimizer.learningRate = 3e-3
    $0.optimizer.maxGradientNorm = 0.3
  }

  /// The weights after one step.
  private func weights(_ settings: GRPOSettings) throws -> [Float] {
    var stage = try Stage(GRPO.self, settings, judgedBy: ScriptedVerifier.mixed)
    _ = try stage.step()
    return stage.policy.floats
  }

  @Test("an option gives the step that its equations give", arguments: changes)
  func options(change: Change) throws {
    var settings = Self.several
    change.apply(&settings)
    try GRPOTests.expectSame(settings, change.name)
  }

  @Test("and another step than the default's", arguments: changes)
  func optionsMatter(change: Change) throws {
    var changed = Self.several
    change.apply(&changed)
    // Measuring alone changes nothing.
    #expect(try (weights(Self.several) == weights(changed)) == (change.name == "log_kl"))
  }

  @Test("one update: clips, caps, levels and surrogates are one and the same step")
  func oneUpdate() throws {
    let changes: [(inout GRPOSettings) -> Void] = [
      { $0.clip.clipHigh = 0.9 }, { $0.clip.ratioCap = 4 }, { $0.ratioLevel = .sequence },
      { $0.ratioLevel = .completion }, { $0.surrogate = .cispo },
    ]
    let plain = try weights(.small())
    for change in changes { #expect(try weights(.small(change)) == plain) }
  }
}
