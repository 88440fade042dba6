import Foundation
import LanguageModel
internal import Learning
import Testing
import TestSupport

@Suite("The loop: the exact KL divergence")
struct LoopDivergenceTests {
  /// Exact divergence, and the sampled tokens' estimates, of a rollout in double precision.
  private func divergence(
    _ rollout: Rollout, _ sequences: [Int], _ policy: Parameters, _ reference: Parameters
  ) -> (exact: Double, k1: Double, k3: Double) {
    let (p, q) = (ReferenceTransformer(policy), ReferenceTransformer(reference))
    let V = policy.layout.configuration.vocabularySize
    var (sum, k1, k3, tokens) = (0.0, 0.0, 0.0, 0.0)
    for s in sequences {
      let prompt = rollout.prompts[s / rollout.copies]
      let text = prompt + rollout.sequences[s]
      let (left, right) = (p.logits(of: text), q.logits(of: text))
      for (t, token) in rollout.sequences[s].enumerated() {
        let row = (prompt.count + t - 1) * V..<(prompt.count + t) * V
        let (a, b) = (Array(left[row]), Array(right[row]))
        sum += exactKL(policyLogits: a.span, referenceLogits: b.span)
        let x = Reference.distribution(a, temperature: 1).logProbabilities[Int(token)]
        let y = Reference.distribution(b, temperature: 1).logProbabilities[Int(token)]
        k1 += x - y
        k3 += exp(y - x) - 1 + x - y
        tokens += 1
      }
    }
    return (sum / tokens, k1 / tokens, k3 / tokens)
  }

  @Test(
    "kl is the mean over the tokens that took part, for every algorithm",
    arguments: Configuration.Algorithm.allCases.filter { $0 != .sft })
  func exact(algorithm: Configuration.Algorithm) throws {
    try LoopLab.withFolder { folder in
      let suite = try LoopLab.copySuite(in: folder, judgedBy: LoopGRPOTests.verifier)
      for inReward in [false, true] {
        var configuration = LoopLab.grpo(algorithm)
        configuration.klWeight = 0.05
        (configuration.epochs, configuration.minibatches) = (1, 1)
        configuration.criticWarmupSteps = 0
        if algorithm != .raft { configuration.klInReward = inReward }
        let run = LoopLab.run(configuration, suite)
        let rollout = try run.sample(step: 1, copies: 4)
        let policy = LoopLab.copy(run.policy.parameters)
        let reference = try #require(run.reference).parameters
        let report = try algorithm.type.init(run).step(1)
        let took = report.completions.indices.filter { s in
          let record = report.completions[s]
          return record.failure == nil && (algorithm != .raft || record.advantage == 1)
        }
        let wanted = divergence(rollout, took, policy, reference)
        #expect(abs(try #require(report.metrics["kl"]) / wanted.exact - 1) < 1e-5)
        #expect(abs(try #require(report.metrics["kl/k1"]) - wanted.k1) < 1e-5)
        #expect(abs(try #require(report.metrics["kl/k3"]) / wanted.k3 - 1) < 1e-5)
        #expect((report.metrics["penalty/kl"] != nil) == (inReward && algorithm != .raft))
      }
    }
  }

  @Test("log_kl measures, and a policy is no distance from itself")
  func measured() throws {
    try LoopLab.withFolder { folder in
      let suite = try LoopLab.copySuite(in: folder, judgedBy: LoopGRPOTests.verifier)
      var configuration = LoopLab.grpo()
      #expect(try GRPO(LoopLab.run(configuration, suite)).step(1).metrics["kl"] == nil)
      configuration.logKl = true
      let start = LoopLab.tinyParameters(seed: 3)
      let run = RunState(
        configuration, policy: Transformer(start), reference: LoopLab.copy(start),
        vocabulary: .standard, suite: suite, threads: 2)
      let first = try GRPO(run).step(1).metrics
      #expect(first["kl"] == 0 && first["kl/k1"] == 0 && first["kl/k2"] == 0)
      let second = try #require(try GRPO(run).step(2).metrics["kl"])
      #expect(second > 0 && second < 0.01)
    }
  }

  @Test("with several updates kl is the mean over them, so it grows within a step")
  func severalUpdates() throws {
    try LoopLab.withFolder { folder in
      let suite = try LoopLab.copySuite(in: folder, judgedBy: LoopGRPOTests.verifier)
      let values = try [1, 4].map { epochs in
        var configuration = LoopLab.grpo()
        configuration.logKl = true
        configuration.epochs = epochs
        configuration.learningRate = 1e-3
        let start = LoopLab.tinyParameters(seed: 3)
        let run = RunState(
          configuration, policy: Transformer(start), reference: LoopLab.copy(start),
          vocabulary: .standard, suite: suite, threads: 2)
        return try #require(try GRPO(run).step(1).metrics["kl"])
      }
      #expect(values[0] == 0 && values[1] > 1e-6)
    }
  }
}
