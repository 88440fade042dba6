package import Settings

/// Proximal policy optimization with a learned critic.
///
/// Schulman et al., "Proximal Policy Optimization Algorithms" (arXiv 1707.06347), algorithm 1 and
/// equations 7 and 9, with the advantages of "High-Dimensional Continuous Control Using Generalized
/// Advantage Estimation" (arXiv 1506.02438, equation 16). A completion is an episode: its tokens are the
/// actions, the text before a token is the state, and the verifier's reward comes with the last token.
/// Where a step differs from the papers the rows below say so. Differences that are no setting:
/// - A completion that `max_completion_tokens` cuts off ends there: no value follows its last token.
/// - A completion whose verifier failed takes no part; it is counted, never scored 0, and more than
///   `verifier_failure_limit` of them end the run.
package struct PPOSettings: AlgorithmSettings {
  package static let name = "ppo"
  package static let summary = "proximal policy optimization with a critic"
  package static let paper: String? = "arXiv 1707.06347"

  package var run = RunSettings()
  package var batch = BatchSettings()
  package var sampling = SamplingSettings()
  package var length = LengthSettings()
  package var loss = LossSettings()
  package var clip = ClipSettings()
  package var updates = UpdateSettings()
  package var divergence = DivergenceSettings.inReward
  package var critic = CriticSettings()
  package var optimizer = OptimizerSettings()

  /// Clip range of the critic's values around those that the advantages were made with, as in the code
  /// of PPO (OpenAI baselines); 0 for none.
  package var valueClip = 0.2

  package init() {
    updates.epochs = 2
    updates.minibatches = 2
    optimizer.learningRate = 5e-5
  }

  package static var fields: [Field<PPOSettings>] {
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
        "of the policy's loss; the critic's is always the mean over tokens",
        in: "loss_normalization"
      ).deviation("the paper's c_2; 0 by default", in: "entropy_weight")
    ClipSettings.fields(in: \.clip)
      .deviation("two ranges, equal by default as in the paper", in: "clip_low", "clip_high")
      .deviation("off by default, as in the paper", in: "ratio_cap")
    UpdateSettings.fields(in: \.updates).deviation(
      "K and NT / M, in completions", in: "epochs", "minibatches")
    DivergenceSettings.fields(in: \.divergence).deviation(
      "0 by default; above it KL to the first policy goes off the reward of each token, as in PPO for "
        + "language models (arXiv 1909.08593), by k1", in: "kl_weight", "kl_estimator",
      "kl_in_reward")
    CriticSettings.fields(in: \.critic)
      .deviation("1 by default, since completions are short and end", in: "gamma", "gae_lambda")
      .deviation(
        "over all tokens of the step; the paper doesn't say so, its code does",
        in: "whiten_advantages"
      ).deviation(
        "the critic is a transformer of its own, at first a copy of the policy; shared parameters "
          + "with value_weight, the paper's c_1, are an option", in: "shared_trunk",
        "critic_learning_rate", "value_weight"
      ).deviation(
        "in the first steps the critic alone learns (VC-PPO, arXiv 2503.01491)",
        in: "critic_warmup_steps")
    Field(
      "value_clip", \.valueClip, .number(.from(0, to: 1e6)),
      "how far a value may move in a step; 0: no bound", in: .critic
    ).aliases("cliprange_value", "clip_range_vf", "clip_vloss")
      .deviation(
        "half the squared error, clipped, as in OpenAI's code of PPO; the paper has the square alone")
    OptimizerSettings.fields(in: \.optimizer).deviation(
      "AdamW with a limit on the gradient's norm", in: "max_gradient_norm")
  }

  package mutating func deriveDefaults(given keys: Set<String>) {
    critic.deriveDefaults(given: keys)
  }

  package func check() throws(SettingsError) {
    try updates.checkNoneIsEmpty(completions: sampling.completions(of: batch))
    try clip.check()
    try critic.check()
  }

  package var notes: [String] {
    ratioNotes(["clip_low", "clip_high", "ratio_cap"], updates) + notes(length)
      + sampling.notes(run) + notes(divergence) + valueNotes + critic.notes(run) + notes(optimizer)
  }

  private var valueNotes: [String] {
    guard updates.perStep == 1 && valueClip > 0 else { return [] }
    return [
      "epochs = minibatches = 1: no value has moved when the critic is updated, so value_clip can't "
        + "matter"
    ]
  }

  package var step: StepDescription {
    let completions = sampling.completions(of: batch)
    var step = StepDescription(
      words: sampling.words(batch, run) + length.words(run)
        + updates.words(completions: completions) + critic.words,
      examples: completions, updates: updates.perStep)
    step.critic = critic.kind
    step.keepsReference = divergence.needsReference
    return step
  }
}
