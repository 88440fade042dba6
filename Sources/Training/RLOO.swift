internal import Learning

/// REINFORCE leave-one-out: each completion against the mean reward of the others of its problem.
///
/// Ahmadian et al., "Back to basics: revisiting REINFORCE style optimization" (arXiv 2402.14740),
/// equation 8 and section 3. Where a step differs from the paper, each difference a field of the
/// configuration:
/// - `loss_normalization`: the mean over all tokens by default; the paper's is `sequence_sum`, which
///   has the same gradient but for one factor per update.
/// - `ratio_level`: the whole completion is one action, as in the paper; so is its ratio where
///   `epochs` or `minibatches` make several updates of a batch, which the paper doesn't.
/// - `clip_low`, `clip_high`, `ratio_cap`: those ratios are clipped as in TRL; with one update per batch,
///   the default, every ratio is 1.
/// - `kl_weight`: 0 by default. Above it, KL goes off the reward as in the paper (`kl_in_reward`), by the
///   estimator k1 (`kl_estimator`).
/// - `entropy_weight`, `overlong_penalty`, `overlong_margin`, `mask_truncated`: not in the paper; off.
/// - A group whose rewards are all equal has no advantage and is skipped before the forward pass; with
///   `entropy_weight` above 0 its pull on it is dropped too.
/// - A completion whose verifier failed leaves its group; it is counted, never scored 0, and more than
///   `verifier_failure_limit` of them end the run.
package struct RLOO: TrainingAlgorithm {
  private let run: RunState
  private let loss: PolicyLoss
  private var config: Configuration { run.configuration }

  package init(_ run: RunState) {
    self.run = run
    // -ρ A once per completion, clipped,   ρ = π_θ(o) / π_old(o)
    loss = PolicyLoss(.clipped(ClippedSurrogate(run.configuration)), run.configuration)
  }

  package func step(_ step: Int) throws -> StepReport {
    // o_1 … o_k ~ π_old(· | q); r_i from the program that checks o_i, never from the policy
    var batch = try PolicyBatch(run, step: step)
    // A_i = r_i - mean of the other r_j of the group
    let relative = leaveOneOutAdvantages(rewards: batch.rewards, groupSize: config.groupSize)
    batch.assign(relative.advantages, skipping: relative.isFlat)
    for epoch in 0..<config.epochs {
      for part in batch.minibatches(epoch: epoch) {
        try batch.update(on: part, by: loss)
      }
    }
    return batch.report()
  }
}
