import Algorithms
import Experience
import Foundation
import LanguageModel
import Learning
import Settings
import TestLab
import Testing
import Verifiers

@Suite("The critic in an algorithm")
struct CriticTests {
  /// Completions with an odd number of letters earn 1.
  private static let odd = ScriptedVerifier { completion, _ in
    ScriptedVerifier.score(Double(completion.text.utf8.count % 2))
  }

  private func ppo(_ change: (inout PPOSettings) -> Void = { _ in }) -> PPOSettings {
    var settings = PPOSettings()
    (settings.batch.problems, settings.sampling.groupSize) = (8, 8)
    settings.run.maxCompletionTokens = 7
    settings.sampling.logCompletions = 0
    settings.critic.criticLearningRate = 3e-3
    change(&settings)
    return settings
  }

  private func lab(_ run: RunSettings, judgedBy verifier: ScriptedVerifier = odd) throws -> Lab {
    Lab.tiny(try CopySuite.judged(by: verifier), run)
  }

  private func critic(of algorithm: some Algorithm) throws -> Network {
    try #require(algorithm.networks.first { $0.name == "critic" }?.network)
  }

  @Test("it starts as the policy with a head of 0, so that the first returns are the rewards")
  func start() throws {
    let settings = ppo {
      $0.critic.gaeLambda = 0.3
      $0.critic.whitenAdvantages = false
      $0.critic.criticWarmupSteps = 1
    }
    var algorithm = PPO(settings, try lab(settings.run))
    let critic = try critic(of: algorithm).model.parameters
    let policy = algorithm.policy.model.parameters
    #expect(Array(critic.floats.prefix(policy.values.count)) == policy.floats)
    #expect(critic.layout.valueHeadEntries.count == 2)
    #expect(critic.layout.valueHeadEntries.allSatisfy { critic[$0].array.allSatisfy { $0 == 0 } })
    let outcome = try algorithm.step(1)
    #expect(outcome.metrics["value/mean"] == 0)
    for record in outcome.completions {
      let advantages = try #require(record.advantages)
      // Only the last token has a reward, and lambda brings it back.
      #expect(record.values?.allSatisfy { $0 == 0 } == true)
      #expect(advantages.last == record.reward.map { Float($0) })
      #expect(advantages.count < 2 || abs(advantages[0]) < 1 || record.reward == 0)
    }
  }

  @Test("in its warm-up it learns and the policy doesn't, and every token is accounted for")
  func warmUp() throws {
    let settings = ppo {
      $0.critic.criticWarmupSteps = 12
      $0.critic.gaeLambda = 1
      $0.valueClip = 0
    }
    var algorithm = PPO(settings, try lab(settings.run))
    let critic = try critic(of: algorithm).model.parameters
    let policy = algorithm.policy.model.parameters
    let (policyBefore, criticBefore) = (policy.floats, critic.floats)
    let outcomes = try (1...12).map { try algorithm.step($0) }
    #expect(policy.floats == policyBefore && critic.floats != criticBefore)
    for outcome in outcomes {
      #expect(outcome.metrics["updates"] == 0 && outcome.metrics["ledger/critic_warmup"] == 1)
      #expect(outcome.metrics["ledger/used"] == 0)
    }
    let losses = outcomes.compactMap { $0.metrics["vf_loss"] }
    #expect(losses.count == 12 && losses[11] < 0.8 * losses[0], "\(losses)")
    let last = try algorithm.step(13)
    #expect(policy.floats != policyBefore)
    #expect(last.metrics["ledger/critic_warmup"] == 0 && last.metrics["ledger/used"] ?? 0 > 0.5)
  }

  @Test("a critic that can know the return learns to tell it", arguments: [false, true])
  func explains(isShared: Bool) throws {
    var settings = A2CSettings()
    (settings.batch.problems, settings.sampling.groupSize) = (8, 8)
    settings.run.maxCompletionTokens = 7
    settings.critic.criticLearningRate = 3e-3
    settings.critic.sharedTrunk = isShared
    settings.critic.criticWarmupSteps = 0
    settings.optimizer.learningRate = isShared ? 3e-3 : 0
    settings.critic.valueWeight = 1
    // Even digits are rewarded, whatever is written: the prompt tells all.
    let even = ScriptedVerifier { _, problem in
      ScriptedVerifier.score((Int(problem.answer) ?? 0) % 2 == 0 ? 1 : 0)
    }
    var algorithm = A2C(settings, try lab(settings.run, judgedBy: even))
    let explained = try (1...60).map {
      try algorithm.step($0).metrics["value/explained_variance"] ?? .nan
    }
    #expect(explained[0] == 0)
    #expect(explained.suffix(5).reduce(0, +) / 5 > 0.8, "\(explained)")
  }

  @Test("its rate has the shape of the policy's, and falls along a token budget too")
  func rates() throws {
    let settings = ppo {
      $0.optimizer.schedule = .linear
      $0.optimizer.warmupSteps = 2
      $0.optimizer.learningRate = 1e-4
      $0.critic.criticWarmupSteps = 0
      $0.run.steps = 6
      $0.run.tokenBudget = 2000
    }
    let lab = try lab(settings.run)
    var algorithm = PPO(settings, lab)
    var rates: [Double] = []
    for step in 1...4 {
      let metrics = try algorithm.step(step).metrics
      let (rate, critic) = (metrics["learning_rate"], metrics["value/learning_rate"])
      #expect(abs(try #require(critic) / #require(rate) - 30) < 1e-9)
      rates.append(try #require(rate))
      // As the loop counts them.
      lab.completionTokens += 400
    }
    #expect(rates[0] == 5e-5 && rates[1] == 1e-4 && rates[3] < rates[2])
    // Three fifths of the budget are spent before the fourth step, one of four steps by number.
    let wanted = LearningRateSchedule(
      peak: 1e-4, shape: .linear, warmUpUpdates: 2, totalUpdates: 6,
      finalFraction: settings.optimizer.finalLearningRateFraction
    ).rate(update: 3, spent: 0.6)
    #expect(rates[3] == wanted)
  }

  @Test("on a shared trunk it is the policy's own model, and the policy given is left alone")
  func sharedTrunk() throws {
    let settings = ppo {
      $0.critic.sharedTrunk = true
      $0.critic.criticWarmupSteps = 0
    }
    let lab = try lab(settings.run)
    var algorithm = PPO(settings, lab)
    let given = TinyModel.parameters(seed: 3).floats
    let policy = algorithm.policy.model.parameters
    #expect(algorithm.networks.map(\.name) == ["policy"])
    #expect(Array(policy.floats.prefix(given.count)) == given)
    let outcome = try algorithm.step(1)
    #expect(Array(policy.floats.prefix(given.count)) != given)
    #expect(lab.model.parameters.floats == given)
    #expect(policy.layout.valueHeadEntries.allSatisfy { policy[$0].array.contains { $0 != 0 } })
    #expect(outcome.metrics["vf_loss"] ?? 0 > 0)
    #expect(outcome.metrics["value/learning_rate"] == nil)
    #expect(outcome.metrics["value/grad_norm"] == nil)
  }

  @Test("completions that can't be judged, or are cut off and masked, teach neither")
  func withheld() throws {
    let unsure = ScriptedVerifier { completion, _ in
      ScriptedVerifier.hash(completion.text, below: 3) == 0
        ? .failure("of the script") : ScriptedVerifier.score(1)
    }
    let settings = ppo {
      $0.sampling.verifierFailureLimit = 1
      $0.critic.criticWarmupSteps = 0
      $0.length.maskTruncated = true
    }
    var algorithm = PPO(settings, try lab(settings.run, judgedBy: unsure))
    let outcome = try algorithm.step(1)
    let failed = try #require(outcome.metrics["ledger/verifier_failed"])
    let truncated = try #require(outcome.metrics["ledger/truncated"])
    #expect(failed > 0 && truncated > 0 && failed + truncated < 1)
    let taking = outcome.completions.filter { $0.failure == nil && $0.finished }
    let others = outcome.completions.filter { $0.failure != nil || !$0.finished }
    #expect(taking.allSatisfy { $0.advantages != nil && $0.values != nil })
    #expect(others.allSatisfy { $0.advantages == nil && $0.values == nil && $0.advantage == 0 })
  }

  @Test("a step in which nobody can be judged changes nothing")
  func nobody() throws {
    let settings = ppo {
      $0.sampling.verifierFailureLimit = 1
      $0.critic.criticWarmupSteps = 0
    }
    let failing = ScriptedVerifier { _, _ in .failure("of the script") }
    var algorithm = PPO(settings, try lab(settings.run, judgedBy: failing))
    let before = algorithm.weights
    let outcome = try algorithm.step(1)
    #expect(algorithm.weights == before && algorithm.updates == 0)
    #expect(outcome.metrics["ledger/verifier_failed"] == 1 && outcome.metrics["updates"] == 0)
    #expect(outcome.metrics["vf_loss"] == nil && outcome.metrics["value/mean"] == nil)
  }

  @Test("a critic that overflows is told by its gradient, and nothing is updated")
  func overflow() throws {
    let settings = ppo { $0.critic.criticWarmupSteps = 0 }
    var algorithm = PPO(settings, try lab(settings.run))
    let critic = try critic(of: algorithm).model.parameters
    let head = try #require(critic.layout.valueHeadEntries.first)
    critic[head].fill(.greatestFiniteMagnitude)
    let before = algorithm.policy.model.parameters.floats
    let error = #expect(throws: NotFinite.self) { try algorithm.step(1) }
    #expect(error?.what.hasSuffix("of the critic") == true)
    #expect(algorithm.policy.model.parameters.floats == before && algorithm.updates == 0)
  }
}
