internal import Statistics

/// A critic and the advantages made with it.
package struct CriticSettings: SettingsGroup {
  /// Discount of what is still to come, for each token (arXiv 1506.02438, section 2).
  package var gamma = 1.0
  /// How far an advantage looks ahead: 0 for one token, 1 for the whole completion (generalized advantage
  /// estimation, arXiv 1506.02438, equation 16).
  package var gaeLambda = 0.95
  /// Whether the advantages of a step's tokens are brought to mean 0 and variance 1.
  package var whitenAdvantages = true
  /// Highest learning rate of the critic.
  package var criticLearningRate = 1e-3
  /// First steps in which the critic alone learns (value pretraining, VC-PPO, arXiv 2503.01491).
  package var criticWarmupSteps = 2
  /// Whether the critic is a second head on the policy instead of a transformer of its own.
  package var sharedTrunk = false
  /// Weight of the critic's loss beside the policy's where they share a trunk: c_1 of PPO (arXiv
  /// 1707.06347, equation 9).
  package var valueWeight = 0.1

  package init() {}

  package static var fields: [Field<CriticSettings>] {
    Field(
      "gamma", \.gamma, .number(.from(0, to: 1)), "discount of what is still to come", in: .critic
    ).paper("arXiv 1506.02438").aliases("discount")
    Field(
      "gae_lambda", \.gaeLambda, .number(.from(0, to: 1)),
      "how far advantages look ahead: 0 one token, 1 to the end", in: .critic
    ).paper("arXiv 1506.02438").aliases("lam", "lambda", "lambd")
    Field(
      "whiten_advantages", \.whitenAdvantages, .boolean,
      "bring a step's advantages to mean 0 and variance 1", in: .critic
    ).aliases("normalize_advantage", "norm_adv")
    Field(
      "critic_learning_rate", \.criticLearningRate, .number(.from(0, to: 1)),
      "highest learning rate of the critic", in: .critic
    ).rank(1).aliases("critic_lr", "value_learning_rate")
    Field(
      "critic_warmup_steps", \.criticWarmupSteps, .integer(0...1_000_000),
      "first steps, in which the critic alone learns", in: .critic
    ).rank(1).paper("arXiv 2503.01491").aliases("critic_warmup")
    Field(
      "shared_trunk", \.sharedTrunk, .boolean,
      "make the critic a second head on the policy, not a model of its own", in: .critic
    ).rank(1).aliases("share_features_extractor")
    Field(
      "value_weight", \.valueWeight, .number(.above(0, to: 100)),
      "weight of the critic's loss with a shared trunk", in: .critic
    ).rank(1).paper("arXiv 1707.06347").aliases("vf_coef", "value_loss_coef")
  }

  /// Which critic it is.
  package var kind: StepDescription.Critic { sharedTrunk ? .sharedTrunk : .own }

  /// A critic on the policy's trunk can't learn alone, so it has no warm-up unless one was asked for,
  /// which `check` refuses.
  package mutating func deriveDefaults(given keys: Set<String>) {
    if sharedTrunk && !keys.contains("critic_warmup_steps") { criticWarmupSteps = 0 }
  }

  /// Refuses what a critic of the other kind would read.
  package func check() throws(SettingsError) {
    if sharedTrunk && criticWarmupSteps > 0 {
      throw SettingsError(
        "critic_warmup_steps (\(criticWarmupSteps)) is for a critic of its own: with shared_trunk the "
          + "critic can't learn without moving the policy; leave it out")
    }
    let defaults = CriticSettings()
    if sharedTrunk && criticLearningRate != defaults.criticLearningRate {
      throw SettingsError(
        "critic_learning_rate is not used: with shared_trunk learning_rate moves both; leave it out"
      )
    }
    if !sharedTrunk && valueWeight != defaults.valueWeight {
      throw SettingsError(
        "value_weight is not used: without shared_trunk the critic has a loss of its own; leave it "
          + "out")
    }
  }

  /// The critic in words.
  package var words: [String] {
    if sharedTrunk { return ["the critic is a head on the policy, and each update moves both"] }
    let first =
      criticWarmupSteps == 0
      ? "" : "; the first \(Quantity.counted(criticWarmupSteps, "step")) move the critic alone"
    return ["the critic is a transformer of its own, updated as often as the policy" + first]
  }

  /// Warns of a run that ends before the policy learns.
  package func notes(_ run: RunSettings) -> [String] {
    guard criticWarmupSteps >= run.steps else { return [] }
    return [
      "critic_warmup_steps (\(criticWarmupSteps)) isn't below steps (\(run.steps)): the policy will "
        + "not change"
    ]
  }
}
