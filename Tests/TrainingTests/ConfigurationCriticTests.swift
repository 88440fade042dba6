import Foundation
import Kernels
import LanguageModel
import Parallel
import Testing

@Suite("Configuration: algorithms with a critic")
struct ConfigurationCriticTests {
  private func resolved(_ assignments: String...) throws -> Configuration {
    try Configuration(resolving: assignments.map { try ConfigurationSetting(assignment: $0) })
  }

  private func refusal(_ assignments: String...) -> String {
    do {
      _ = try Configuration(
        resolving: assignments.map { try ConfigurationSetting(assignment: $0) })
      return "taken"
    } catch {
      return "\(error)"
    }
  }

  @Test("each algorithm has its defaults, and refuses what it doesn't read")
  func defaults() throws {
    let ppo = try resolved("algorithm=ppo")
    #expect(ppo.whitenAdvantages && ppo.gaeLambda < 1 && ppo.klInReward)
    let a2c = try resolved("algorithm=a2c")
    #expect(!a2c.whitenAdvantages && a2c.gaeLambda == 1 && a2c.updatesPerStep == 1)
    #expect(ppo.completionsPerStep == Configuration().completionsPerStep)
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
    let shared = try resolved("algorithm=ppo", "shared_trunk=true", "value_weight=0.5")
    #expect(shared.criticWarmupSteps == 0)
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
    for configuration in [shared, try resolved("algorithm=a2c", "gamma=0.9")] {
      let data = try JSONEncoder().encode(configuration)
      #expect(try JSONDecoder().decode(Configuration.self, from: data) == configuration)
    }
  }

  @Test("minibatches are of completions, and there can't be more than those")
  func minibatches() throws {
    let odd = try resolved("algorithm=ppo", "problems=3", "group_size=5", "minibatches=7")
    #expect(odd.updatesPerStep == 7 * odd.epochs)
    #expect(try resolved("algorithm=ppo", "group_size=1").completionsPerStep == 64)
    #expect(
      refusal("algorithm=ppo", "problems=2", "group_size=2", "minibatches=5")
        == "minibatches (5) is more than the completions of a step (4); lower it")
  }

  @Test("the critic in words, and settings that can do nothing")
  func words() throws {
    var configuration = Configuration(algorithm: .ppo)
    configuration.criticWarmupSteps = 5
    #expect(
      configuration.explain().contains(
        "the critic is a transformer of its own, updated as often as the policy; the first 5 steps "
          + "move the critic alone\n"))
    configuration.epochs = 1
    configuration.minibatches = 1
    #expect(configuration.notes.contains { $0.hasSuffix("value_clip can't matter") })
    configuration.valueClip = 0
    #expect(!configuration.notes.contains { $0.hasSuffix("value_clip can't matter") })
    configuration.steps = 5
    #expect(configuration.notes.contains { $0.hasSuffix("the policy will not change") })
    configuration.criticWarmupSteps = 0
    configuration.sharedTrunk = true
    #expect(
      configuration.explain().contains(
        "the critic is a head on the policy, and each update moves both\n"))
  }

  @Test("a critic of its own is counted in the memory")
  func memory() {
    func bytes(_ hasCritic: Bool) -> Int {
      MemoryEstimate.bytes(
        LoopLab.tiny, team: Team(threads: 2), stepTokens: 0, comparedTokens: nil,
        hasCritic: hasCritic)
    }
    #expect(bytes(true) == 2 * bytes(false))
  }
}
