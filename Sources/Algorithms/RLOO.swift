package import Experience
package import Learning
package import Settings
internal import Statistics

/// REINFORCE leave-one-out: each completion against the mean reward of the others of its problem.
///
/// Ahmadian et al., "Back to basics: revisiting REINFORCE style optimization" (arXiv 2402.14740),
/// equation 8 and section 3. Where a step differs from the paper the rows below say so. Differences that
/// are no setting:
/// - A group whose rewards are all equal has no advantage and is skipped before the forward pass; with
///   `entropy_weight` above 0 its pull on it is dropped too.
/// - A completion whose verifier failed leaves its group; it is counted, never scored 0, and more than
///   `verifier_failure_limit` of them end the run.
package struct RLOOSettings: AlgorithmSettings {
  package static let name = "rloo"
  package static let summary = "REINFORCE with a leave-one-out baseline"
  package static let paper: String? = "arXiv 2402.14740"

  package var run = RunSettings()
  package var batch = BatchSettings()
  package var sampling = SamplingSettings()
  package var length = LengthSettings()
  package var loss = LossSettings()
  package var clip = ClipSettings()
  package var updates = UpdateSettings()
  package var divergence = DivergenceSettings.inReward
  package var optimizer = OptimizerSettings()

  /// What a probability ratio belongs to.
  package var ratioLevel = RatioLevel.completion

  package init() {}

  package static var fields: [Field<RLOOSettings>] {
    RunSettings.fields(in: \.run)
    BatchSettings.fields(in: \.batch)
    SamplingSettings.fields(in: \.sampling)
    LengthSettings.fields(in: \.length).deviation(
      "not in the paper; off by default", in: "overlong_penalty", "overlong_margin",
      "mask_truncated")
    LossSettings.fields(in: \.loss)
      .deviation(
        "the mean over all tokens by default; the paper's is sequence_sum, which has the same "
          + "gradient but for one factor per update", in: "loss_normalization"
      ).deviation("not in the paper; off by default", in: "entropy_weight")
    Field.ratioLevel(\.ratioLevel)
      .deviation("the whole completion is one action, as in the paper")
    ClipSettings.fields(in: \.clip).deviation(
      "ratios are clipped as in TRL; with one update per batch, the default, every ratio is 1",
      in: "clip_low", "clip_high", "ratio_cap")
    UpdateSettings.fields(in: \.updates).deviation(
      "several updates of a batch, which the paper doesn't make; one by default", in: "epochs",
      "minibatches")
    DivergenceSettings.fields(in: \.divergence).deviation(
      "0 by default; above it, KL goes off the reward as in the paper, by the estimator k1",
      in: "kl_weight", "kl_estimator", "kl_in_reward")
    OptimizerSettings.fields(in: \.optimizer)
  }

  package func check() throws(SettingsError) {
    try updates.checkGroupsStayWhole(batch)
    try sampling.checkGroups(of: Self.name)
    try clip.check()
  }

  package var notes: [String] {
    ratioNotes(["clip_low", "clip_high", "ratio_cap", "ratio_level"], updates) + notes(length)
      + sampling.notes(run) + notes(divergence) + notes(optimizer)
  }

  package var step: StepDescription {
    let completions = sampling.completions(of: batch)
    var step = StepDescription(
      words: sampling.words(batch, run) + length.words(run)
        + updates.words(completions: completions),
      examples: completions, updates: updates.perStep)
    step.keepsReference = divergence.needsReference
    return step
  }
}

/// REINFORCE leave-one-out, from problems to new weights.
package struct RLOO: Algorithm {
  package let policy: Network
  private let settings: RLOOSettings
  private let lab: Lab
  private let sampler: Sampler
  private let reference: ReferencePolicy
  private let objective: PolicyObjective

  package init(_ settings: RLOOSettings, _ lab: Lab) {
    self.settings = settings
    self.lab = lab
    policy = lab.network(
      lab.model, settings.optimizer, temperature: settings.run.temperature)
    sampler = Sampler(
      lab, policy, run: settings.run, batch: settings.batch, sampling: settings.sampling,
      length: settings.length)
    reference = ReferencePolicy(settings.divergence, lab, beside: policy)
    // -ρ A once per completion, clipped,   ρ = π_θ(o) / π_old(o)
    objective = PolicyObjective(
      PolicyLoss(
        .clipped(ClippedSurrogate(settings.clip)), ratioLevel: settings.ratioLevel,
        settings.divergence, settings.loss),
      settings.loss, settings.run)
  }

  package mutating func step(_ step: Int) throws -> StepOutcome {
    // o_1 … o_k ~ π_old(· | q); r_i from the program that checks o_i, never from the policy
    var samples = try sampler.experience(step: step)
    reference.takeOffRewards(of: &samples)
    // A_i = r_i - mean of the other r_j of the group
    let relative = leaveOneOutAdvantages(
      rewards: samples.rewards, groupSize: settings.sampling.groupSize)
    var batch = samples.batch(skipping: relative.isFlat)
    batch[.advantage] = .sequences(batch.sequences.map { relative.advantages[$0] })
    reference.measure(&batch)
    if settings.updates.perStep > 1 {
      batch[.old] = .occurrences(policy.logProbabilities(of: batch))
    }
    var report = PolicyReport(
      loss: objective.loss, advantages: relative.advantages,
      learningRate: lab.learningRate(settings.optimizer, step: step),
      logged: settings.sampling.logCompletions)
    for epoch in 0..<settings.updates.epochs {
      for part in batch.minibatches(
        settings.updates.minibatches, keeping: settings.sampling.groupSize,
        order: lab.shuffle(step: step, epoch: epoch))
      {
        report.tally.sums.enterMembers(of: part)
        report.tally += try policy.update(
          on: part, by: objective, learningRate: report.learningRate)
      }
    }
    return samples.outcome(step: step, lab, report)
  }

  package mutating func state(_ snapshot: any Snapshot) throws {
    try policy.state(snapshot)
    try reference.state(snapshot)
  }
}
