internal import Learning

extension Configuration {
  /// The fields of algorithms that have a critic.
  static let criticSection = ConfigurationSection(
    "Critic",
    [
      ConfigurationField(
        "gamma", \.gamma, .number(.from(0, to: 1)), "discount of what is still to come"
      ).only(.ppo, .a2c).from("arXiv 1506.02438").elsewhere("discount"),
      ConfigurationField(
        "gae_lambda", \.gaeLambda, .number(.from(0, to: 1)),
        "how far advantages look ahead: 0 one token, 1 to the end"
      ).only(.ppo, .a2c).own(1.0, for: .a2c).from("arXiv 1506.02438")
        .elsewhere("lam", "lambda", "lambd"),
      ConfigurationField(
        "whiten_advantages", \.whitenAdvantages, .boolean,
        "bring a step's advantages to mean 0 and variance 1"
      ).only(.ppo, .a2c).own(false, for: .a2c).elsewhere("normalize_advantage", "norm_adv"),
      ConfigurationField(
        "value_clip", \.valueClip, .number(.from(0, to: 1e6)),
        "how far a value may move in a step; 0: no bound"
      ).only(.ppo).elsewhere("cliprange_value", "clip_range_vf", "clip_vloss"),
      ConfigurationField(
        "critic_learning_rate", \.criticLearningRate, .number(.from(0, to: 1)),
        "highest learning rate of the critic"
      ).only(.ppo, .a2c).elsewhere("critic_lr", "value_learning_rate"),
      ConfigurationField(
        "critic_warmup_steps", \.criticWarmupSteps, .integer(0...1_000_000),
        "first steps, in which the critic alone learns"
      ).only(.ppo, .a2c).from("arXiv 2503.01491").elsewhere("critic_warmup"),
      ConfigurationField(
        "shared_trunk", \.sharedTrunk, .boolean,
        "make the critic a second head on the policy, not a model of its own"
      ).only(.ppo, .a2c).elsewhere("share_features_extractor"),
      ConfigurationField(
        "value_weight", \.valueWeight, .number(.above(0, to: 100)),
        "weight of the critic's loss with a shared trunk"
      ).only(.ppo, .a2c).from("arXiv 1707.06347").elsewhere("vf_coef", "value_loss_coef"),
    ])
}
