internal import Learning

/// Proximal policy optimisation with a learned critic.
///
/// Schulman et al., "Proximal Policy Optimization Algorithms" (arXiv 1707.06347), algorithm 1 and
/// equations 7 and 9, with the advantages of "High-Dimensional Continuous Control Using Generalized
/// Advantage Estimation" (arXiv 1506.02438, equation 16). A completion is an episode: its tokens are the
/// actions, the text before a token is the state, and the verifier's reward comes with the last token.
/// Where a step differs from the papers, each difference a field of the configuration:
/// - `shared_trunk`: the critic is a transformer of its own, at first a copy of the policy, with its own
///   `critic_learning_rate`; shared parameters with `value_weight`, the paper's c_1, are an option.
/// - `critic_warmup_steps`: in the first steps the critic alone learns (VC-PPO, arXiv 2503.01491).
/// - `value_clip`: the critic's loss is half the squared error, clipped, as in OpenAI's code of PPO; the
///   paper has the square alone.
/// - `whiten_advantages`: over all tokens of the step; the paper doesn't say so, its code does.
/// - `gamma`, `gae_lambda`: the first is 1 by default, since completions are short and end.
/// - `group_size`: several completions of a problem, so that runs compare with those of GRPO; the
///   advantages know nothing of groups.
/// - `epochs`, `minibatches`: K and NT / M, in completions, with AdamW and a limit on the gradient's
///   norm (`max_gradient_norm`).
/// - `clip_low`, `clip_high`: two ranges, equal by default as in the paper; `ratio_cap`: no bound.
/// - `entropy_weight`: the paper's c_2; 0 by default.
/// - `kl_weight`: 0 by default. Above it KL to the first policy goes off the reward of each token, as in
///   PPO for language models (arXiv 1909.08593), by k1; `kl_in_reward`, `kl_estimator` change that.
/// - `loss_normalization`: of the policy's loss; the critic's is always the mean over tokens.
/// - `overlong_penalty`, `overlong_margin`, `mask_truncated`: DAPO's treatment of long completions; off.
/// - A completion that `max_completion_tokens` cuts off ends there: no value follows its last token.
/// - A completion whose verifier failed takes no part; it is counted, never scored 0, and more than
///   `verifier_failure_limit` of them end the run.
package struct PPO: TrainingAlgorithm {
  private let run: RunState
  private let critic: Critic
  private let loss: PolicyLoss
  private let valueLoss: ValueLoss

  package init(_ run: RunState) {
    guard let critic = run.critic else { preconditionFailure("PPO has a critic") }
    let c = run.configuration
    self.run = run
    self.critic = critic
    // -min(ρ_t Â_t, clip(ρ_t, 1 - ε, 1 + ε) Â_t) - c_2 H,   ρ_t = π_θ(a_t | s_t) / π_old(a_t | s_t)
    loss = PolicyLoss(.clipped(ClippedSurrogate(c)), c)
    // c_1 max((V - R_t)², (clip(V, V_old - c, V_old + c) - R_t)²) / 2
    valueLoss = ValueLoss(clipRange: c.valueClip > 0 ? c.valueClip : nil, c)
  }

  package func step(_ step: Int) throws -> StepReport {
    // Run π_old: a_t ~ π_old(· | s_t), and r_T from the program that checks the completion
    var batch = try PolicyBatch(run, step: step)
    // V_old(s_t) by the critic; δ_t = r_t + γ V_old(s_t+1) - V_old(s_t); Â_t = δ_t + γλ Â_t+1;
    // R_t = Â_t + V_old(s_t); then Â whitened, and log π_old
    batch.assign(by: critic)
    // Optimise both losses, with K epochs of minibatches of shuffled completions
    for epoch in 0..<run.configuration.epochs {
      for part in batch.minibatches(epoch: epoch) {
        try batch.update(on: part, by: loss, and: valueLoss)
      }
    }
    return batch.report()
  }
}
