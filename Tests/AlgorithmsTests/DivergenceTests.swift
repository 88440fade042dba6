import Algorithms
import Experience
import Foundation
import LanguageModel
import Learning
import Settings
import TestLab
import TestSupport
import Testing

@Suite("The exact KL divergence from the first policy")
struct DivergenceTests {
  /// Exact divergence, and the sampled tokens' estimates, of samples in double precision.
  private func divergence(
    _ samples: Samples, _ sequences: [Int], _ policy: Parameters, _ reference: Parameters
  ) -> (exact: Double, k1: Double, k3: Double) {
    let (p, q) = (ReferenceTransformer(policy), ReferenceTransformer(reference))
    let V = policy.layout.configuration.vocabularySize
    var (sum, k1, k3, tokens) = (0.0, 0.0, 0.0, 0.0)
    for s in sequences {
      let prompt = samples.prompts[s / samples.copies]
      let text = prompt + samples.sequences[s]
      let (left, right) = (p.logits(of: text), q.logits(of: text))
      for (t, token) in samples.sequences[s].enumerated() {
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
    "kl is the mean over the tokens that took part, for every algorithm that can measure it",
    arguments: everySampler, [false, true])
  func exact(algorithm: String, inReward: Bool) throws {
    var configuration = try configuration(algorithm)
    guard configuration.value("kl_weight") != nil else { return }
    configuration.shrink()
    configuration.setWhereKnown([
      ("kl_weight", .number(0.05)), ("kl_in_reward", .boolean(inReward)),
      ("epochs", .integer(1)), ("minibatches", .integer(1)), ("critic_warmup_steps", .integer(0)),
    ])
    let lab = Lab.tiny(
      try CopySuite.judged(by: ScriptedVerifier.mixed), configuration.run, model: 4)
    let reference = lab.model.parameters.copied
    var made = try AlgorithmRegistry.shared.make(configuration, lab)
    let policy = TinyModel.parameters(seed: 3)
    made.policy.model.parameters.become(policy)
    let samples = try lab.sampler(configuration, made.policy).experience(step: 1)
    let outcome = try made.step(1)
    let rejects = outcome.metrics["ledger/rejected"] != nil
    let took = outcome.completions.indices.filter { s in
      let record = outcome.completions[s]
      return record.failure == nil && (!rejects || record.advantage == 1)
    }
    let wanted = divergence(samples, took, policy, reference)
    #expect(abs(try #require(outcome.metrics["kl"]) / wanted.exact - 1) < 1e-5)
    #expect(abs(try #require(outcome.metrics["kl/k1"]) - wanted.k1) < 1e-5)
    #expect(abs(try #require(outcome.metrics["kl/k3"]) / wanted.k3 - 1) < 1e-5)
    let isTakenOff = configuration.value("kl_in_reward") == .boolean(true)
    #expect((outcome.metrics["penalty/kl"] != nil) == isTakenOff)
  }

  private func lab(_ settings: GRPOSettings) throws -> Lab {
    Lab.tiny(try CopySuite.judged(by: ScriptedVerifier.mixed), settings.run)
  }

  @Test("log_kl measures, and a policy is no distance from itself")
  func measured() throws {
    var settings = GRPOSettings.small()
    var unmeasured = GRPO(settings, try lab(settings))
    #expect(try unmeasured.step(1).metrics["kl"] == nil)
    settings.divergence.logKl = true
    var algorithm = GRPO(settings, try lab(settings))
    let first = try algorithm.step(1).metrics
    #expect(first["kl"] == 0 && first["kl/k1"] == 0 && first["kl/k2"] == 0)
    let second = try #require(try algorithm.step(2).metrics["kl"])
    #expect(second > 0 && second < 0.01)
  }

  @Test("with several updates kl is the mean over them, so it grows within a step")
  func severalUpdates() throws {
    let values = try [1, 4].map { epochs in
      let settings = GRPOSettings.small {
        $0.divergence.logKl = true
        $0.updates.epochs = epochs
        $0.optimizer.learningRate = 1e-3
      }
      var algorithm = GRPO(settings, try lab(settings))
      return try #require(try algorithm.step(1).metrics["kl"])
    }
    #expect(values[0] == 0 && values[1] > 1e-6)
  }
}
