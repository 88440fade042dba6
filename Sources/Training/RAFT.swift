internal import Learning

/// Rejection-sampling fine-tuning: supervised learning on the policy's own best completions.
///
/// Dong et al., "RAFT: reward ranked fine-tuning" (arXiv 2304.06767), algorithm 1; with verifiable
/// rewards as in Yuan et al. (arXiv 2308.01825). Where a step differs from RAFT, each difference a field
/// of the configuration:
/// - `acceptance_reward`: only completions with at least this reward are learned from, by default the
///   right ones. RAFT takes a problem's best completion however bad it is.
/// - `accepted_per_group`: all accepted completions of a problem by default; RAFT keeps the best 1.
/// - `loss_normalization`: the mean over all tokens that are learned from.
/// - `epochs`, `minibatches`: one update on each batch by default; RAFT fine-tunes for some epochs.
/// - `kl_weight`, `kl_estimator`: KL to the first policy in the loss; off by default.
/// - `entropy_weight`: an entropy bonus; off by default.
package struct RAFT: TrainingAlgorithm {
  private let run: RunState
  private let loss: PolicyLoss
  private var config: Configuration { run.configuration }

  package init(_ run: RunState) {
    self.run = run
    // -log π_θ(o_t): cross-entropy
    loss = PolicyLoss(.policyGradient, run.configuration)
  }

  package func step(_ step: Int) throws -> StepReport {
    // o_1 … o_K ~ π_θ(· | q); r_i from the program that checks o_i, never from the policy
    var batch = try PolicyBatch(run, step: step)
    // The best of each group, if they are good enough
    let isAccepted = acceptedCompletions(
      rewards: batch.rewards, groupSize: config.groupSize, threshold: config.acceptanceReward,
      most: config.acceptedPerGroup == 0 ? config.groupSize : config.acceptedPerGroup)
    batch.assign(isAccepted.map { $0 ? 1 : 0 }, accepting: isAccepted)
    for epoch in 0..<config.epochs {
      for part in batch.minibatches(epoch: epoch) {
        try batch.update(on: part, by: loss)
      }
    }
    var report = batch.report()
    report.metrics["completions/accepted_ratio"] =
      Double(isAccepted.count { $0 }) / Double(isAccepted.count)
    return report
  }
}
