internal import Learning

/// REINFORCE with a baseline: the policy gradient itself, one update per batch.
///
/// Williams, "Simple statistical gradient-following algorithms for connectionist reinforcement
/// learning" (Machine Learning 8, 1992), sections 3 and 6.2; the completion is the episode.
/// Where a step differs from the paper, each difference a field of the configuration:
/// - `loss_normalization`: the mean over all tokens by default; the paper's is `sequence_sum`, which
///   has the same gradient but for one factor per update.
/// - `baseline_decay`: the baseline is the average of earlier steps' mean rewards; the first step, which
///   has none, takes its own mean.
/// - `group_size`: several completions of a problem, so that runs compare with those of GRPO; the
///   baseline knows nothing of groups.
/// - `kl_weight`, `kl_estimator`, `kl_in_reward`: KL to the first policy, off by default; then k1, taken
///   off the reward.
/// - `entropy_weight`: 0 by default; above it the entropy bonus of A3C.
/// - `overlong_penalty`, `overlong_margin`, `mask_truncated`: DAPO's treatment of long completions; off.
/// - AdamW takes the step (`learning_rate` and the fields after it), not plain gradient ascent.
package struct REINFORCE: TrainingAlgorithm {
  private let run: RunState
  private let loss: PolicyLoss

  package init(_ run: RunState) {
    self.run = run
    // -A log π_θ(o_t) - c H
    loss = PolicyLoss(.policyGradient, run.configuration)
  }

  package func step(_ step: Int) throws -> StepReport {
    // o ~ π_θ(· | q); r from the program that checks o, never from the policy
    var batch = try PolicyBatch(run, step: step)
    // A = r - b, then b ← λ b + (1 - λ) mean r
    var baseline = run.baseline ?? MovingAverageBaseline(decay: run.configuration.baselineDecay)
    let value = baseline.value
    batch.assign(baseline.advantages(of: batch.rewards))
    for part in batch.minibatches(epoch: 0) {
      try batch.update(on: part, by: loss)
    }
    // Only now: a step that failed leaves no trace.
    run.baseline = baseline
    var report = batch.report()
    report.metrics["baseline"] = value
    return report
  }
}
