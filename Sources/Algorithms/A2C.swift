package import Settings

/// Advantage actor-critic: one update a step along the policy gradient, with a critic as the baseline.
///
/// Mnih et al., "Asynchronous Methods for Deep Reinforcement Learning" (A3C, arXiv 1602.01783),
/// section 4 and algorithm S3, with one synchronous actor. A completion is an episode, as in PPO. Where a
/// step differs from the paper the rows below say so. Differences that are no setting:
/// - A completion that `max_completion_tokens` cuts off ends there: no value follows its last token.
/// - A completion whose verifier failed takes no part; it is counted, never scored 0, and more than
///   `verifier_failure_limit` of them end the run.
package struct A2CSettings: AlgorithmSettings {
  package static let name = "a2c"
  package static let summary = "advantage actor-critic, one update a step"
  package static let paper: String? = "arXiv 1602.01783"

  package var run = RunSettings()
  package var batch = BatchSettings()
  package var sampling = SamplingSettings()
  package var length = LengthSettings()
  package var loss = LossSettings()
  package var divergence = DivergenceSettings.inReward
  package var critic = CriticSettings()
  package var optimizer = OptimizerSettings()

  package init() {
    critic.gaeLambda = 1
    critic.whitenAdvantages = false
  }

  package static var fields: [Field<A2CSettings>] {
    RunSettings.fields(in: \.run)
    BatchSettings.fields(in: \.batch)
    SamplingSettings.fields(in: \.sampling).deviation(
      "several completions of a problem, so that runs compare with those of group methods; the "
        + "advantages know nothing of groups", in: "group_size")
    LengthSettings.fields(in: \.length).deviation(
      "DAPO's treatment of long completions; off by default", in: "overlong_penalty",
      "overlong_margin", "mask_truncated")
    LossSettings.fields(in: \.loss)
      .deviation(
        "of the policy's loss; the critic's is always the mean over tokens of half the squared error",
        in: "loss_normalization"
      ).deviation("the paper's β; 0 by default", in: "entropy_weight")
    DivergenceSettings.fields(in: \.divergence).deviation(
      "KL to the first policy; off by default", in: "kl_weight", "kl_estimator", "kl_in_reward")
    CriticSettings.fields(in: \.critic)
      .deviation("1 by default, since completions are short and end", in: "gamma")
      .deviation(
        "1 by default, which is the paper's return of a whole episode less the value",
        in: "gae_lambda"
      ).deviation("off, as in the paper", in: "whiten_advantages")
      .deviation(
        "the critic is a transformer of its own, at first a copy of the policy; the paper's shared "
          + "parameters, with value_weight, are an option", in: "shared_trunk",
        "critic_learning_rate", "value_weight"
      ).deviation("in the first steps the critic alone learns", in: "critic_warmup_steps")
    OptimizerSettings.fields(in: \.optimizer).deviation(
      "AdamW takes the step, not RMSProp", in: "learning_rate")
  }

  package mutating func deriveDefaults(given keys: Set<String>) {
    critic.deriveDefaults(given: keys)
  }

  package func check() throws(SettingsError) { try critic.check() }

  package var notes: [String] {
    notes(length) + sampling.notes(run) + notes(divergence) + critic.notes(run) + notes(optimizer)
  }

  package var step: StepDescription {
    let completions = sampling.completions(of: batch)
    var step = StepDescription(
      words: sampling.words(batch, run) + length.words(run)
        + UpdateSettings().words(completions: completions) + critic.words,
      examples: completions, updates: 1)
    step.critic = critic.kind
    step.keepsReference = divergence.needsReference
    return step
  }
}
