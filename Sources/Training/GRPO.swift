internal import Learning

/// Group relative policy optimisation: PPO's clipped objective without a critic.
///
/// Shao et al., "DeepSeekMath" (arXiv 2402.03300), algorithm 1 and equation 3, with outcome rewards.
/// Where a step differs from the paper, each difference a field of the configuration; `variant` sets
/// several of them to what a paper has:
/// - `loss_normalization`: the mean over all tokens (DAPO) by default; the paper's is
///   `sequence_mean`, Dr. GRPO's `constant_length`.
/// - `advantage_scale`: the group's standard deviation as in the paper, the batch's, or none.
/// - `advantage_epsilon` is added to that deviation, which has Bessel's correction, as in TRL.
/// - `clip_low`, `clip_high`: two ranges (DAPO's clip-higher); equal by default as in the paper.
/// - `ratio_cap` bounds the ratio for negative advantages too; no bound by default, as in the paper.
/// - `ratio_level`: `sequence` is GSPO's one ratio for a completion; the paper's is `token`.
/// - `surrogate`: `cispo` weighs log π_θ by a ratio cut at `weight_cap`; the paper clips.
/// - `kl_weight`: 0 by default; the paper's 0.04 adds its estimator (k3) to each token's loss.
///   `kl_estimator` and `kl_in_reward` change which estimate, and where it goes. π_ref is the first
///   policy throughout: the paper's outer loop, which replaces it, is a second run here.
/// - `entropy_weight`: 0 by default; the paper has no entropy bonus.
/// - `epochs`, `minibatches`: one update per batch by default, and then every ratio is 1.
/// - `sampling_rounds`: DAPO's dynamic sampling; a further round has as many new problems as groups are
///   flat, where DAPO samples whole batches. Flat means that all rewards are equal, penalties included.
/// - `overlong_penalty`, `overlong_margin`, `mask_truncated`: DAPO's treatment of long completions.
/// - A group whose rewards are all equal has no advantage and is skipped before the forward pass;
///   with `kl_weight` or `entropy_weight` above 0 their pull on it is dropped too.
/// - A completion whose verifier failed leaves its group; it is counted, never scored 0, and more than
///   `verifier_failure_limit` of them end the run.
/// - `max_gradient_norm`: AdamW has a limit on the gradient's norm, of which the paper doesn't speak.
package struct GRPO: TrainingAlgorithm {
  private let run: RunState
  private let loss: PolicyLoss
  private var config: Configuration { run.configuration }

  package init(_ run: RunState) {
    self.run = run
    let c = run.configuration
    // -min(ρ_t Â, clip(ρ_t, 1 - ε_low, 1 + ε_high) Â) + β KL - c H,   ρ_t = π_θ(o_t) / π_old(o_t)
    loss = PolicyLoss(
      c.surrogate == .clip
        ? .clipped(ClippedSurrogate(c))
        : .truncatedWeight(TruncatedWeightSurrogate(cap: c.weightCap)), c)
  }

  package func step(_ step: Int) throws -> StepReport {
    // o_1 … o_G ~ π_old(· | q); r_i from the program that checks o_i, never from the policy
    var batch = try PolicyBatch(run, step: step)
    // Â_i = (r_i - mean r) / (std r + δ) inside each group
    let relative = groupRelativeAdvantages(
      rewards: batch.rewards, groupSize: config.groupSize, scale: config.advantageScale,
      epsilon: config.advantageEpsilon)
    // log π_old and log π_ref of the groups that are not flat
    batch.assign(relative.advantages, skipping: relative.isFlat)
    // μ passes over the batch
    for epoch in 0..<config.epochs {
      for part in batch.minibatches(epoch: epoch) {
        // forward, slopes of the loss, backward, clipping to a norm, AdamW
        try batch.update(on: part, by: loss)
      }
    }
    return batch.report()
  }
}
