package import Experience
package import Learning
package import Settings
internal import Statistics

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

/// Advantage actor-critic, from problems to new weights.
package struct A2C: Algorithm {
  package let policy: Network
  private let settings: A2CSettings
  private let sampler: Sampler
  private let reference: ReferencePolicy
  private let actorCritic: ActorCritic

  package init(_ settings: A2CSettings, _ lab: Lab) {
    self.settings = settings
    policy = ActorCritic.policy(settings.critic, settings.optimizer, lab, settings.run)
    sampler = Sampler(
      lab, policy, run: settings.run, batch: settings.batch, sampling: settings.sampling,
      length: settings.length)
    reference = ReferencePolicy(settings.divergence, lab, beside: policy)
    actorCritic = ActorCritic(
      settings.critic, settings.optimizer, lab, settings.run, policy: policy,
      // -Â_t log π_θ(a_t | s_t) - β H, and (R_t - V(s_t))² / 2
      actorLoss: PolicyObjective(
        PolicyLoss(.policyGradient, settings.divergence, settings.loss), settings.loss,
        settings.run),
      valueClip: nil)
  }

  package var networks: [(name: String, network: Network)] { actorCritic.networks }

  package mutating func step(_ step: Int) throws -> StepOutcome {
    // a_t ~ π_θ(· | s_t), and r_T from the program that checks the completion
    var samples = try sampler.experience(step: step)
    reference.takeOffRewards(of: &samples)
    var batch = samples.batch()
    reference.measure(&batch)
    // R_t, and Â_t = R_t - V(s_t)
    let estimates = actorCritic.estimate(
      &batch, rewards: samples.outcomeRewards, penalty: reference.tokenPenalty(on: batch))
    var updates = actorCritic.updates(of: step)
    try updates.take(on: batch)
    return actorCritic.outcome(
      step, samples, batch, estimates, updates, logged: settings.sampling.logCompletions)
  }

  package mutating func state(_ snapshot: any Snapshot) throws {
    try policy.state(snapshot)
    try reference.state(snapshot)
    try actorCritic.critic.state(snapshot)
  }
}
