package import Settings

/// REINFORCE with a baseline: the policy gradient itself, one update per batch.
///
/// Williams, "Simple statistical gradient-following algorithms for connectionist reinforcement
/// learning" (Machine Learning 8, 1992), sections 3 and 6.2; the completion is the episode.
/// Where a step differs from the paper the rows below say so.
package struct REINFORCESettings: AlgorithmSettings {
  package static let name = "reinforce"
  package static let summary = "the policy gradient with a moving-average baseline"
  package static let paper: String? = "Williams 1992"

  package var run = RunSettings()
  package var batch = BatchSettings()
  package var sampling = SamplingSettings()
  package var length = LengthSettings()
  package var loss = LossSettings()
  package var divergence = DivergenceSettings.inReward
  package var optimizer = OptimizerSettings()

  /// How much of the baseline, a moving average of mean rewards, is kept at each step (Williams,
  /// Machine Learning 8, 1992, section 6.2).
  package var baselineDecay = 0.9

  package init() {}

  package static var fields: [Field<REINFORCESettings>] {
    RunSettings.fields(in: \.run)
    BatchSettings.fields(in: \.batch)
    SamplingSettings.fields(in: \.sampling).deviation(
      "several completions of a problem, so that runs compare with those of group methods; the "
        + "baseline knows nothing of groups", in: "group_size")
    Field(
      "baseline_decay", \.baselineDecay, .number(.from(0, below: 1)),
      "how much of the moving-average baseline each step keeps", in: .reward
    ).paper("Williams 1992")
      .deviation(
        "the baseline is the average of earlier steps' mean rewards; the first step, which has none, "
          + "takes its own mean")
    LengthSettings.fields(in: \.length).deviation(
      "DAPO's treatment of long completions; off by default", in: "overlong_penalty",
      "overlong_margin", "mask_truncated")
    LossSettings.fields(in: \.loss)
      .deviation(
        "the mean over all tokens by default; the paper's is sequence_sum, which has the same "
          + "gradient but for one factor per update", in: "loss_normalization"
      ).deviation("0 by default; above it the entropy bonus of A3C", in: "entropy_weight")
    DivergenceSettings.fields(in: \.divergence).deviation(
      "KL to the first policy, off by default; then k1, taken off the reward", in: "kl_weight",
      "kl_estimator", "kl_in_reward")
    OptimizerSettings.fields(in: \.optimizer).deviation(
      "AdamW takes the step, not plain gradient ascent", in: "learning_rate")
  }

  package var notes: [String] {
    notes(length) + sampling.notes(run) + notes(divergence) + notes(optimizer)
  }

  package var step: StepDescription {
    let completions = sampling.completions(of: batch)
    var step = StepDescription(
      words: sampling.words(batch, run) + length.words(run)
        + UpdateSettings().words(completions: completions),
      examples: completions, updates: 1)
    step.keepsReference = divergence.needsReference
    return step
  }
}
