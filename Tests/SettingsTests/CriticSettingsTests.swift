import Algorithms
import Foundation
import Settings
import Testing

@Suite("Settings: algorithms with a critic")
struct CriticSettingsTests {
  @Test("each algorithm has its defaults, and refuses what it doesn't read")
  func defaults() throws {
    let ppo = try settings(PPOSettings.self)
    #expect(ppo.critic.whitenAdvantages && ppo.critic.gaeLambda < 1 && ppo.divergence.klInReward)
    let a2c = try settings(A2CSettings.self)
    #expect(!a2c.critic.whitenAdvantages && a2c.critic.gaeLambda == 1 && a2c.step.updates == 1)
    #expect(ppo.step.examples == GRPOSettings().step.examples)
    #expect(
      refusal("gamma=0.9")
        == "--set: gamma is not used by grpo, only by ppo, a2c; leave it out")
    for setting in ["epochs=2", "minibatches=2", "clip_low=0.1", "value_clip=0.1"] {
      #expect(refusal("algorithm=a2c", setting).contains("is not used by a2c"), "\(setting)")
    }
    #expect(refusal("algorithm=ppo", "advantage_scale=none").contains("is not used by ppo"))
    #expect(refusal("algorithm=ppo", "vf_coef=1").contains("here it is called value_weight"))
  }

  @Test("values out of range", arguments: ["gamma=1.1", "gae_lambda=-0.1", "value_weight=0"])
  func ranges(setting: String) {
    #expect(refusal("algorithm=ppo", "shared_trunk=true", setting).contains(" takes a number "))
  }

  @Test("a shared trunk has no warm-up and no rate of its own, an own critic no weight")
  func kinds() throws {
    let shared = try settings(PPOSettings.self, "shared_trunk=true", "value_weight=0.5")
    #expect(shared.critic.criticWarmupSteps == 0)
    #expect(
      refusal("algorithm=ppo", "shared_trunk=true", "critic_warmup_steps=3")
        == "critic_warmup_steps (3) is for a critic of its own: with shared_trunk the critic can't "
        + "learn without moving the policy; leave it out")
    #expect(
      refusal("algorithm=a2c", "shared_trunk=true", "critic_learning_rate=0.5")
        == "critic_learning_rate is not used: with shared_trunk learning_rate moves both; leave it "
        + "out")
    #expect(
      refusal("algorithm=a2c", "value_weight=0.5")
        == "value_weight is not used: without shared_trunk the critic has a loss of its own; leave "
        + "it out")
    // What is written down reads back.
    for settings in [shared as any AlgorithmSettings, try settings(A2CSettings.self, "gamma=0.9")] {
      let configuration = Configuration(settings)
      let data = try JSONEncoder().encode(configuration)
      let written = try JSONDecoder().decode(WrittenSettings.self, from: data)
      #expect(try catalog.resolve(written.settings) == configuration)
    }
  }

  @Test("minibatches are of completions, and there can't be more than those")
  func minibatches() throws {
    let odd = try settings(PPOSettings.self, "problems=3", "group_size=5", "minibatches=7")
    #expect(odd.step.updates == 7 * odd.updates.epochs)
    #expect(try settings(PPOSettings.self, "group_size=1").step.examples == 64)
    #expect(
      refusal("algorithm=ppo", "problems=2", "group_size=2", "minibatches=5")
        == "minibatches (5) is more than the completions of a step (4); lower it")
  }

  @Test("the critic in words, and settings that can do nothing")
  func words() throws {
    var ppo = PPOSettings()
    ppo.critic.criticWarmupSteps = 5
    #expect(
      Configuration(ppo).explain().contains(
        "the critic is a transformer of its own, updated as often as the policy; the first 5 steps "
          + "move the critic alone\n"))
    ppo.updates.epochs = 1
    ppo.updates.minibatches = 1
    #expect(ppo.notes.contains { $0.hasSuffix("value_clip can't matter") })
    ppo.valueClip = 0
    #expect(!ppo.notes.contains { $0.hasSuffix("value_clip can't matter") })
    ppo.run.steps = 5
    #expect(ppo.notes.contains { $0.hasSuffix("the policy will not change") })
    ppo.critic.criticWarmupSteps = 0
    ppo.critic.sharedTrunk = true
    #expect(ppo.step.critic == .sharedTrunk)
    #expect(
      Configuration(ppo).explain().contains(
        "the critic is a head on the policy, and each update moves both\n"))
  }
}
