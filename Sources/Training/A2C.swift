internal import Learning

/// Advantage actor-critic: one update a step along the policy gradient, with a critic as the baseline.
///
/// Mnih et al., "Asynchronous Methods for Deep Reinforcement Learning" (A3C, arXiv 1602.01783),
/// section 4 and algorithm S3, with one synchronous actor. A completion is an episode, as in PPO. Where a
/// step differs from the paper, each difference a field of the configuration:
/// - `gae_lambda`: 1 by default, which is the paper's return of a whole episode less the value.
/// - `gamma`: 1 by default, since completions are short and end.
/// - `shared_trunk`: the critic is a transformer of its own, at first a copy of the policy, with its own
///   `critic_learning_rate`; the paper's shared parameters, with `value_weight`, are an option.
/// - `critic_warmup_steps`: in the first steps the critic alone learns.
/// - `whiten_advantages`: off, as in the paper.
/// - `entropy_weight`: the paper's β; 0 by default.
/// - `kl_weight`, `kl_estimator`, `kl_in_reward`: KL to the first policy; off by default.
/// - `group_size`: several completions of a problem, so that runs compare with those of GRPO; the
///   advantages know nothing of groups.
/// - `loss_normalization`: of the policy's loss; the critic's is always the mean over tokens of half the
///   squared error.
/// - `overlong_penalty`, `overlong_margin`, `mask_truncated`: DAPO's treatment of long completions; off.
/// - A completion that `max_completion_tokens` cuts off ends there: no value follows its last token.
/// - A completion whose verifier failed takes no part; it is counted, never scored 0, and more than
///   `verifier_failure_limit` of them end the run.
/// - AdamW takes the step (`learning_rate` and the fields after it), not RMSProp.
package struct A2C: TrainingAlgorithm {
  private let run: RunState
  private let critic: Critic
  private let loss: PolicyLoss
  private let valueLoss: ValueLoss

  package init(_ run: RunState) {
    guard let critic = run.critic else { preconditionFailure("A2C has a critic") }
    self.run = run
    self.critic = critic
    // -Â_t log π_θ(a_t | s_t) - β H, and (R_t - V(s_t))² / 2
    loss = PolicyLoss(.policyGradient, run.configuration)
    valueLoss = ValueLoss(clipRange: nil, run.configuration)
  }

  package func step(_ step: Int) throws -> StepReport {
    // a_t ~ π_θ(· | s_t), and r_T from the program that checks the completion
    var batch = try PolicyBatch(run, step: step)
    // R_t, and Â_t = R_t - V(s_t)
    batch.assign(by: critic)
    for part in batch.minibatches(epoch: 0) {
      try batch.update(on: part, by: loss, and: valueLoss)
    }
    return batch.report()
  }
}
