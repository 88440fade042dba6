package import Experience
package import Learning
package import Settings
internal import Statistics

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
      "clip range of the critic's values; 0: none", in: .critic
    ).aliases("cliprange_value", "clip_range_vf", "clip_vloss")
      .deviation(
        "half the squared error, clipped, as in OpenAI's code of PPO; the paper has the square alone"
      )
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

/// Proximal policy optimization with a critic, from problems to new weights.
package struct PPO: Algorithm {
  package let policy: Network
  private let settings: PPOSettings
  private let lab: Lab
  private let sampler: Sampler
  private let reference: ReferencePolicy
  private let actorCritic: ActorCritic

  package init(_ settings: PPOSettings, _ lab: Lab) {
    self.settings = settings
    self.lab = lab
    policy = ActorCritic.policy(settings.critic, settings.optimizer, lab, settings.run)
    sampler = Sampler(
      lab, policy, run: settings.run, batch: settings.batch, sampling: settings.sampling,
      length: settings.length)
    reference = ReferencePolicy(settings.divergence, lab, beside: policy)
    actorCritic = ActorCritic(
      settings.critic, settings.optimizer, lab, settings.run, policy: policy,
      // -min(ρ_t Â_t, clip(ρ_t, 1 - ε, 1 + ε) Â_t) - c_2 H,   ρ_t = π_θ(a_t | s_t) / π_old(a_t | s_t)
      actorLoss: PolicyObjective(
        PolicyLoss(
          .clipped(ClippedSurrogate(settings.clip)), settings.divergence, settings.loss),
        settings.loss, settings.run),
      // c_1 max((V - R_t)², (clip(V, V_old - c, V_old + c) - R_t)²) / 2
      valueClip: settings.valueClip > 0 ? settings.valueClip : nil)
  }

  package var networks: [(name: String, network: Network)] { actorCritic.networks }

  package mutating func step(_ step: Int) throws -> StepOutcome {
    // Run π_old: a_t ~ π_old(· | s_t), and r_T from the program that checks the completion
    var samples = try sampler.experience(step: step)
    reference.takeOffRewards(of: &samples)
    var batch = samples.batch()
    reference.measure(&batch)
    // V_old(s_t) by the critic; δ_t = r_t + γ V_old(s_t+1) - V_old(s_t); Â_t = δ_t + γλ Â_t+1;
    // R_t = Â_t + V_old(s_t); then Â whitened, and log π_old
    let estimates = actorCritic.estimate(
      &batch, rewards: samples.outcomeRewards, penalty: reference.tokenPenalty(on: batch))
    if settings.updates.perStep > 1 {
      batch[.old] = .occurrences(policy.logProbabilities(of: batch))
    }
    // Optimize both losses, with K epochs of minibatches of shuffled completions
    var updates = actorCritic.updates(of: step)
    for epoch in 0..<settings.updates.epochs {
      for part in batch.minibatches(
        settings.updates.minibatches, keeping: 1, order: lab.shuffle(step: step, epoch: epoch))
      {
        try updates.take(on: part)
      }
    }
    return actorCritic.outcome(
      step, samples, batch, estimates, updates, logged: settings.sampling.logCompletions)
  }

  package mutating func state(_ snapshot: any Snapshot) throws {
    try policy.state(snapshot)
    try reference.state(snapshot)
    try actorCritic.critic.state(snapshot)
  }
}
