import Foundation
internal import Learning
import Testing

@Suite("The loop: variants and critic-free algorithms by hand")
struct LoopVariantTests {
  /// Something to change in a configuration.
  struct Change: Sendable, CustomTestStringConvertible {
    let name: String
    let apply: @Sendable (inout Configuration) -> Void
    var testDescription: String { name }

    init(_ name: String, _ apply: @escaping @Sendable (inout Configuration) -> Void) {
      self.name = name
      self.apply = apply
    }
  }

  /// Options of GRPO, each with several updates, so that it can matter.
  static let changes: [Change] = [
    Change("ratio_level sequence") {
      $0.ratioLevel = .sequence
      $0.clipLow = 0.01
      $0.clipHigh = 0.02
    },
    Change("ratio_level completion") { $0.ratioLevel = .completion },
    Change("ratio_cap") { $0.ratioCap = 1.05 },
    Change("surrogate cispo") {
      $0.surrogate = .cispo
      $0.weightCap = 1.02
    },
    Change("surrogate cispo, ratio_level sequence") {
      $0.surrogate = .cispo
      $0.weightCap = 1.01
      $0.ratioLevel = .sequence
    },
    Change("mask_truncated") { $0.maskTruncated = true },
    Change("overlong_penalty") {
      $0.overlongPenalty = 0.7
      $0.overlongMargin = 0.6
    },
    Change("entropy_weight") { $0.entropyWeight = 0.05 },
    Change("kl_weight, k1") {
      $0.klWeight = 0.05
      $0.klEstimator = .k1
    },
    Change("kl_weight, k2") {
      $0.klWeight = 0.05
      $0.klEstimator = .k2
    },
    Change("kl_in_reward, k1") {
      $0.klWeight = 0.05
      $0.klEstimator = .k1
      $0.klInReward = true
    },
    Change("kl_in_reward, k3") {
      $0.klWeight = 0.05
      $0.klInReward = true
    },
    Change("log_kl") { $0.logKl = true },
    Change("everything") {
      $0.entropyWeight = 0.02
      $0.klWeight = 0.05
      $0.maskTruncated = true
      $0.overlongPenalty = 0.5
      $0.ratioLevel = .sequence
      $0.lossNormalization = .sequenceMean
      $0.advantageScale = .batch
    },
  ]

  /// Several updates with a clip range that binds.
  private static func several(_ algorithm: Configuration.Algorithm) -> Configuration {
    var configuration = LoopLab.grpo(algorithm)
    configuration.problems = 4
    configuration.epochs = 2
    configuration.minibatches = 2
    configuration.clipLow = 0.02
    configuration.clipHigh = 0.03
    configuration.learningRate = 3e-3
    configuration.maxGradientNorm = 0.3
    return configuration
  }

  @Test("an option of GRPO gives the step that its equations give", arguments: changes)
  func options(change: Change) throws {
    var configuration = Self.several(.grpo)
    change.apply(&configuration)
    try LoopGRPOTests.expectSame(configuration, change.name)
  }

  @Test("and another step than the default's", arguments: changes)
  func optionsMatter(change: Change) throws {
    try LoopLab.withFolder { folder in
      let suite = try LoopLab.copySuite(in: folder, judgedBy: LoopGRPOTests.verifier)
      let plain = Self.several(.grpo)
      var changed = plain
      change.apply(&changed)
      let hashes = try [plain, changed].map { configuration in
        let run = LoopLab.run(configuration, suite)
        _ = try GRPO(run).step(1)
        return run.policy.parameters.hash
      }
      // Measuring alone changes nothing.
      #expect((hashes[0] == hashes[1]) == (change.name == "log_kl"))
    }
  }

  @Test(
    "REINFORCE, RLOO and RAFT, with everything they read",
    arguments: [.reinforce, .rloo, .raft] as [Configuration.Algorithm],
    LossNormalization.allCases)
  func algorithms(
    algorithm: Configuration.Algorithm, normalization: LossNormalization
  ) throws {
    for full in [false, true] {
      var configuration =
        algorithm == .reinforce || !full ? LoopLab.grpo(algorithm) : Self.several(algorithm)
      configuration.lossNormalization = normalization
      configuration.maxGradientNorm = 0.3
      if full {
        configuration.klWeight = 0.05
        configuration.entropyWeight = 0.03
        if algorithm == .raft {
          configuration.acceptedPerGroup = 2
          configuration.acceptanceReward = 2
        } else {
          configuration.maskTruncated = true
          configuration.overlongPenalty = 0.5
        }
      }
      try LoopGRPOTests.expectSame(configuration, full ? "full" : "plain")
    }
  }

  @Test("one update: clips, caps, levels and surrogates are one and the same step")
  func oneUpdate() throws {
    try LoopLab.withFolder { folder in
      let suite = try LoopLab.copySuite(in: folder, judgedBy: LoopGRPOTests.verifier)
      let changes: [(inout Configuration) -> Void] = [
        { _ in }, { $0.clipHigh = 0.9 }, { $0.ratioCap = 4 }, { $0.ratioLevel = .sequence },
        { $0.ratioLevel = .completion }, { $0.surrogate = .cispo },
      ]
      let hashes = try changes.map { change in
        var configuration = LoopLab.grpo()
        change(&configuration)
        let run = LoopLab.run(configuration, suite)
        _ = try GRPO(run).step(1)
        return run.policy.parameters.hash
      }
      #expect(Set(hashes).count == 1)
    }
  }

  @Test("REINFORCE's baseline follows the mean rewards and is off by one step")
  func baseline() throws {
    try LoopLab.withFolder { folder in
      let suite = try LoopLab.copySuite(in: folder, judgedBy: LoopGRPOTests.verifier)
      var configuration = LoopLab.grpo(.reinforce)
      configuration.baselineDecay = 0.75
      let run = LoopLab.run(configuration, suite)
      let algorithm = REINFORCE(run)
      var baseline: Double?
      for step in 1...4 {
        let report = try algorithm.step(step)
        #expect(report.metrics["baseline"] == baseline)
        let reward = try #require(report.metrics["reward"])
        for record in report.completions {
          guard let own = record.reward else { continue }
          #expect(abs(record.advantage - (own - (baseline ?? reward))) < 1e-12)
        }
        baseline = 0.75 * (baseline ?? reward) + 0.25 * reward
        #expect(abs(try #require(run.baseline?.value) - (baseline ?? .nan)) < 1e-12)
        baseline = run.baseline?.value
      }
    }
  }

  @Test("truncated completions that are masked, in the ledger")
  func ledger() throws {
    try LoopLab.withFolder { folder in
      let suite = try LoopLab.copySuite(in: folder, judgedBy: LoopGRPOTests.verifier)
      for algorithm in [Configuration.Algorithm.grpo, .reinforce, .rloo] {
        var configuration = LoopLab.grpo(algorithm)
        configuration.maskTruncated = true
        let report = try algorithm.type.init(LoopLab.run(configuration, suite)).step(1)
        let truncated = try #require(report.metrics["ledger/truncated"])
        #expect(truncated > 0 && report.completions.contains { !$0.finished })
        #expect(
          report.metrics["completions/clipped_ratio"] ?? 0 > 0 && truncated < 1, "\(algorithm)")
      }
      let report = try RAFT(LoopLab.run(LoopLab.grpo(.raft), suite)).step(1)
      let accepted = report.completions.filter { $0.advantage == 1 }
      #expect(accepted.allSatisfy { $0.reward ?? 0 >= 1 } && !accepted.isEmpty)
      #expect(report.completions.allSatisfy { ($0.advantage == 1) == ($0.reward ?? 0 >= 1) })
      #expect(
        report.metrics["completions/accepted_ratio"]
          == Double(accepted.count) / Double(report.completions.count))
      #expect(try #require(report.metrics["ledger/rejected"]) > 0)
    }
  }
}
