package import Experience
package import Learning
package import Settings
internal import Statistics

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

/// REINFORCE with a moving-average baseline, from problems to new weights.
package struct REINFORCE: Algorithm {
  package let policy: Network
  private let settings: REINFORCESettings
  private let lab: Lab
  private let sampler: Sampler
  private let reference: ReferencePolicy
  private let objective: PolicyObjective
  /// What is remembered from step to step; nil before the first.
  private var baseline: MovingAverageBaseline?

  package init(_ settings: REINFORCESettings, _ lab: Lab) {
    self.settings = settings
    self.lab = lab
    policy = lab.network(
      lab.model, settings.optimizer, temperature: settings.run.temperature)
    sampler = Sampler(
      lab, policy, run: settings.run, batch: settings.batch, sampling: settings.sampling,
      length: settings.length)
    reference = ReferencePolicy(settings.divergence, lab, beside: policy)
    // -A log π_θ(o_t) - c H
    objective = PolicyObjective(
      PolicyLoss(.policyGradient, settings.divergence, settings.loss), settings.loss,
      settings.run)
  }

  package mutating func step(_ step: Int) throws -> StepOutcome {
    // o ~ π_θ(· | q); r from the program that checks o, never from the policy
    var samples = try sampler.experience(step: step)
    reference.takeOffRewards(of: &samples)
    // A = r - b, then b ← λ b + (1 - λ) mean r
    var next = baseline ?? MovingAverageBaseline(decay: settings.baselineDecay)
    let value = next.value
    let advantages = next.advantages(of: samples.rewards)
    var batch = samples.batch()
    batch[.advantage] = .sequences(batch.sequences.map { advantages[$0] })
    reference.measure(&batch)
    var report = PolicyReport(
      loss: objective.loss, advantages: advantages,
      learningRate: lab.learningRate(settings.optimizer, step: step),
      logged: settings.sampling.logCompletions)
    report.tally.sums.enterMembers(of: batch)
    report.tally += try policy.update(
      on: batch, by: objective, learningRate: report.learningRate)
    // Only now: a step that failed leaves no trace.
    baseline = next
    var outcome = samples.outcome(step: step, lab, report)
    outcome.metrics["baseline"] = value
    return outcome
  }

  package mutating func state(_ snapshot: any Snapshot) throws {
    try policy.state(snapshot)
    try reference.state(snapshot)
    try snapshot.value("baseline", &baseline)
  }
}
