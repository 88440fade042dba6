import Foundation
import Kernels
import LanguageModel
internal import Learning
import Testing
import TestSupport
import Verifiers

@Suite("The critic in a run")
struct CriticTests {
  /// Completions with an odd number of letters earn 1.
  private static let verifier = ScriptedVerifier { completion, _ in
    ScriptedVerifier.score(Double(completion.text.utf8.count % 2))
  }

  private func configuration(_ algorithm: Configuration.Algorithm = .ppo) -> Configuration {
    var configuration = Configuration(algorithm: algorithm)
    configuration.problems = 8
    configuration.groupSize = 8
    configuration.maxCompletionTokens = 7
    configuration.logCompletions = 0
    configuration.criticLearningRate = 3e-3
    return configuration
  }

  private func withRun(
    _ configuration: Configuration, judgedBy verifier: ScriptedVerifier = verifier,
    _ body: (RunState, any TrainingAlgorithm) throws -> Void
  ) throws {
    try LoopLab.withFolder { folder in
      let suite = try LoopLab.copySuite(in: folder, judgedBy: verifier)
      let run = LoopLab.run(configuration, suite)
      try body(run, configuration.algorithm.type.init(run))
    }
  }

  private func floats(_ model: Transformer) -> [Float] { model.parameters.values.all.array }

  @Test("it starts as the policy with a head of 0, so that the first returns are the rewards")
  func start() throws {
    var configuration = configuration()
    configuration.gaeLambda = 0.3
    configuration.whitenAdvantages = false
    configuration.criticWarmupSteps = 1
    try withRun(configuration) { run, algorithm in
      let critic = try #require(run.critic)
      #expect(!critic.sharesTrunk && critic.model.parameters.hash == run.policy.parameters.hash)
      let report = try algorithm.step(1)
      #expect(report.metrics["value/mean"] == 0)
      for record in report.completions {
        let advantages = try #require(record.advantages)
        // Only the last token has a reward, and lambda brings it back.
        #expect(record.values?.allSatisfy { $0 == 0 } == true)
        #expect(advantages.last == record.reward.map { Float($0) })
        #expect(advantages.count < 2 || abs(advantages[0]) < 1 || record.reward == 0)
      }
    }
  }

  @Test("in its warm-up it learns and the policy doesn't, and every token is accounted for")
  func warmUp() throws {
    var configuration = configuration()
    configuration.criticWarmupSteps = 12
    configuration.gaeLambda = 1
    configuration.valueClip = 0
    try withRun(configuration) { run, algorithm in
      let (policy, critic) = (run.policy.parameters.hash, try #require(run.critic).model)
      let before = floats(critic)
      let reports = try (1...12).map { try algorithm.step($0) }
      #expect(run.policy.parameters.hash == policy && floats(critic) != before)
      for report in reports {
        #expect(report.metrics["updates"] == 0 && report.metrics["ledger/critic_warmup"] == 1)
        #expect(report.metrics["ledger/used"] == 0)
      }
      let losses = reports.compactMap { $0.metrics["vf_loss"] }
      #expect(losses.count == 12 && losses[11] < 0.8 * losses[0], "\(losses)")
      let last = try algorithm.step(13)
      #expect(run.policy.parameters.hash != policy)
      #expect(last.metrics["ledger/critic_warmup"] == 0 && last.metrics["ledger/used"] ?? 0 > 0.5)
    }
  }

  @Test("a critic that can know the return learns to tell it", arguments: [false, true])
  func explains(isShared: Bool) throws {
    var configuration = configuration(.a2c)
    configuration.sharedTrunk = isShared
    configuration.criticWarmupSteps = 0
    configuration.learningRate = isShared ? 3e-3 : 0
    configuration.valueWeight = 1
    // Even digits are rewarded, whatever is written: the prompt tells all.
    let verifier = ScriptedVerifier { _, problem in
      ScriptedVerifier.score((Int(problem.answer) ?? 0) % 2 == 0 ? 1 : 0)
    }
    try withRun(configuration, judgedBy: verifier) { _, algorithm in
      let reports = try (1...60).map { try algorithm.step($0) }
      let explained = reports.map { $0.metrics["value/explained_variance"] ?? .nan }
      #expect(explained[0] == 0)
      #expect(explained.suffix(5).reduce(0, +) / 5 > 0.8, "\(explained)")
    }
  }

  @Test("its rate has the shape of the policy's, and falls along a token budget too")
  func rates() throws {
    var configuration = configuration()
    configuration.schedule = .linear
    configuration.warmupSteps = 2
    configuration.steps = 6
    configuration.learningRate = 1e-4
    try withRun(configuration) { run, _ in
      for step in 1...6 {
        let ratio = run.criticLearningRate(step: step) / run.learningRate(step: step)
        #expect(abs(ratio - 30) < 1e-9)
      }
      #expect(run.criticLearningRate(step: 6) < run.criticLearningRate(step: 3))
    }
  }

  @Test("on a shared trunk it is the policy's own model, and the policy given is left alone")
  func sharedTrunk() throws {
    var configuration = configuration()
    configuration.sharedTrunk = true
    configuration.criticWarmupSteps = 0
    try withRun(configuration) { run, algorithm in
      let critic = try #require(run.critic)
      let policy = run.policy.parameters
      #expect(critic.sharesTrunk && critic.model.parameters === policy)
      #expect(policy.hash == LoopLab.tinyParameters(seed: 3).hash)
      let report = try algorithm.step(1)
      #expect(policy.hash != LoopLab.tinyParameters(seed: 3).hash)
      #expect(policy.layout.valueHeadEntries.allSatisfy { policy[$0].array.contains { $0 != 0 } })
      #expect(report.metrics["vf_loss"] ?? 0 > 0)
      #expect(report.metrics["value/learning_rate"] == nil)
      #expect(report.metrics["value/grad_norm"] == nil)
    }
  }

  @Test("completions that can't be judged, or are cut off and masked, teach neither")
  func withheld() throws {
    let verifier = ScriptedVerifier { completion, _ in
      ScriptedVerifier.hash(completion.text, below: 3) == 0
        ? .failure("of the script") : ScriptedVerifier.score(1)
    }
    var configuration = configuration()
    configuration.verifierFailureLimit = 1
    configuration.criticWarmupSteps = 0
    configuration.maskTruncated = true
    var reports: [StepReport] = []
    try withRun(configuration, judgedBy: verifier) { reports.append(try $1.step(1)) }
    let failed = try #require(reports[0].metrics["ledger/verifier_failed"])
    let truncated = try #require(reports[0].metrics["ledger/truncated"])
    #expect(failed > 0 && truncated > 0 && failed + truncated < 1)
    let taking = reports[0].completions.filter { $0.failure == nil && $0.finished }
    let others = reports[0].completions.filter { $0.failure != nil || !$0.finished }
    #expect(taking.allSatisfy { $0.advantages != nil && $0.values != nil })
    #expect(others.allSatisfy { $0.advantages == nil && $0.values == nil && $0.advantage == 0 })
  }

  @Test("a step in which nobody can be judged changes nothing")
  func nobody() throws {
    var configuration = configuration()
    configuration.verifierFailureLimit = 1
    configuration.criticWarmupSteps = 0
    let verifier = ScriptedVerifier { _, _ in .failure("of the script") }
    try withRun(configuration, judgedBy: verifier) { run, algorithm in
      let critic = try #require(run.critic).model
      let (policyBefore, criticBefore) = (floats(run.policy), floats(critic))
      let report = try algorithm.step(1)
      #expect(floats(run.policy) == policyBefore && floats(critic) == criticBefore)
      #expect(report.metrics["ledger/verifier_failed"] == 1 && report.metrics["updates"] == 0)
      #expect(report.metrics["vf_loss"] == nil && report.metrics["value/mean"] == nil)
    }
  }

  @Test("a critic that overflows is told by its gradient, and nothing is updated")
  func overflow() throws {
    var configuration = configuration()
    configuration.criticWarmupSteps = 0
    try withRun(configuration) { run, algorithm in
      let critic = try #require(run.critic).model.parameters
      let head = try #require(critic.layout.valueHeadEntries.first)
      critic[head].fill(.greatestFiniteMagnitude)
      let before = run.policy.parameters.hash
      let error = #expect(throws: TrainingError.self) { try algorithm.step(1) }
      #expect(error?.description.contains("of the critic is not finite") == true)
      #expect(run.policy.parameters.hash == before)
    }
  }
}
