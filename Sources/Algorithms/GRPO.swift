package import Experience
package import Learning
package import Settings
internal import Statistics

/// Group relative policy optimization: PPO's clipped objective without a critic.
///
/// Shao et al., "DeepSeekMath" (arXiv 2402.03300), algorithm 1 and equation 3, with outcome rewards.
/// Where a step differs from the paper the rows below say so; `variant` sets several of them to what a
/// paper has. Differences that are no setting:
/// - π_ref is the first policy throughout: the paper's outer loop, which replaces it, is a second run.
/// - A group whose rewards are all equal has no advantage and is skipped before the forward pass;
///   with `kl_weight` or `entropy_weight` above 0 their pull on it is dropped too.
/// - A completion whose verifier failed leaves its group; it is counted, never scored 0, and more than
///   `verifier_failure_limit` of them end the run.
package struct GRPOSettings: AlgorithmSettings {
  package static let name = "grpo"
  package static let summary = "group relative policy optimization, with the variants of its papers"
  package static let paper: String? = "arXiv 2402.03300"
  package static let variants = grpoVariants

  package var run = RunSettings()
  package var batch = BatchSettings()
  package var sampling = SamplingSettings()
  package var length = LengthSettings()
  package var loss = LossSettings()
  package var clip = ClipSettings()
  package var updates = UpdateSettings()
  package var divergence = DivergenceSettings()
  package var optimizer = OptimizerSettings()

  /// Rounds of sampling at most in which flat groups are replaced by groups of other problems (dynamic
  /// sampling, DAPO, arXiv 2503.14476, section 3.2); 1 for none.
  package var samplingRounds = 1
  /// What a group's centred rewards are divided by: the group's standard deviation (DeepSeekMath, arXiv
  /// 2402.03300, section 4.1.2), the batch's, or nothing (Dr. GRPO, arXiv 2503.20783, section 3.1).
  package var advantageScale = AdvantageScale.group
  /// Added to that standard deviation.
  package var advantageEpsilon = 1e-4
  /// Name of the variant; settings that are given win over its own.
  package var variant = SettingsVariant.none
  /// What becomes of the probability ratio: a clip (PPO, arXiv 1707.06347) or a weight with a cap (CISPO,
  /// arXiv 2506.13585).
  package var surrogate = Surrogate.clip
  /// What a probability ratio belongs to: a token (GRPO), a completion as the mean over its tokens (GSPO,
  /// arXiv 2507.18071) or a completion as one action (RLOO, arXiv 2402.14740).
  package var ratioLevel = RatioLevel.token
  /// Largest weight of a token with `surrogate` `cispo` (epsilon_max of ScaleRL, arXiv 2510.13786).
  package var weightCap = 5.0

  package init() {}

  package static var fields: [Field<GRPOSettings>] {
    RunSettings.fields(in: \.run)
    BatchSettings.fields(in: \.batch)
    SamplingSettings.fields(in: \.sampling)
    Field(
      "sampling_rounds", \.samplingRounds, .integer(1...1000),
      "rounds at most in which other problems replace flat groups; 1: none", in: .sampling
    ).rank(-1).paper("arXiv 2503.14476")
      .aliases("max_num_gen_batches", "filter_groups", "dynamic_sampling")
      .deviation(
        "a further round has as many new problems as groups are flat, where DAPO samples whole "
          + "batches; flat means that all rewards are equal, penalties included")
    Field(
      "advantage_scale", \.advantageScale,
      "standard deviation that centred rewards are divided by", in: .reward
    ).paper("arXiv 2402.03300; none: 2503.20783").aliases("scale_rewards", "norm_adv_by_std")
      .deviation("the group's as in the paper, the batch's, or none")
    Field(
      "advantage_epsilon", \.advantageEpsilon, .number(.from(0, to: 1)),
      "added to that standard deviation", in: .reward
    ).deviation("the deviation has Bessel's correction, as in TRL")
    LengthSettings.fields(in: \.length).deviation(
      "DAPO's treatment of long completions; off by default", in: "overlong_penalty",
      "overlong_margin", "mask_truncated")
    Field.variant(\.variant)
    LossSettings.fields(in: \.loss)
      .deviation(
        "the mean over all tokens (DAPO) by default; the paper's is sequence_mean, Dr. GRPO's "
          + "constant_length", in: "loss_normalization"
      ).deviation("0 by default; the paper has no entropy bonus", in: "entropy_weight")
    Field(
      "surrogate", \.surrogate, "what becomes of the ratio: a clip, or a weight with a cap",
      in: .objective
    ).paper("arXiv 1707.06347, 2506.13585").aliases("policy_loss")
      .deviation("cispo weighs log π_θ by a ratio cut at weight_cap; the paper clips")
    Field.ratioLevel(\.ratioLevel)
      .deviation("sequence is GSPO's one ratio for a completion; the paper's is token")
    ClipSettings.fields(in: \.clip)
      .deviation(
        "two ranges (DAPO's clip-higher), equal by default as in the paper", in: "clip_low",
        "clip_high"
      ).deviation(
        "bounds the ratio for negative advantages too; off by default, as in the paper",
        in: "ratio_cap")
    Field(
      "weight_cap", \.weightCap, .number(.from(1, to: 1e6)),
      "largest weight of a token with surrogate cispo", in: .objective
    ).paper("arXiv 2510.13786").aliases("epsilon_max")
    UpdateSettings.fields(in: \.updates).deviation(
      "one update per batch by default, and then every ratio is 1", in: "epochs", "minibatches")
    DivergenceSettings.fields(in: \.divergence)
      .deviation(
        "0 by default; the paper's 0.04 adds its estimator (k3) to each token's loss",
        in: "kl_weight", "kl_estimator", "kl_in_reward")
    OptimizerSettings.fields(in: \.optimizer).deviation(
      "a limit on the gradient's norm, of which the paper doesn't speak", in: "max_gradient_norm")
  }

  package func check() throws(SettingsError) {
    try updates.checkGroupsStayWhole(batch)
    try sampling.checkGroups(of: Self.name)
    if samplingRounds > 1 && divergence.klWeight > 0 && divergence.klInReward {
      throw SettingsError(
        "sampling_rounds (\(samplingRounds)) replaces groups whose rewards are equal, and with "
          + "kl_in_reward none are; leave one of them out")
    }
    if surrogate == .cispo && ratioLevel == .completion {
      throw SettingsError(
        "surrogate cispo weighs tokens, and ratio_level completion makes them one action; take "
          + "ratio_level token or sequence")
    }
    if surrogate == .clip { try clip.check() }
  }

  package var notes: [String] {
    surrogateNotes
      + (advantageScale == .none
        ? idle(["advantage_epsilon"], "with advantage_scale none: nothing is divided") : [])
      + notes(length) + sampling.notes(run) + notes(divergence) + notes(optimizer)
  }

  /// Where all ratios are 1, or where one surrogate leaves the other's settings unread.
  private var surrogateNotes: [String] {
    let clip = ["clip_low", "clip_high", "ratio_cap"]
    if updates.perStep == 1 {
      return ratioNotes(clip + ["ratio_level", "surrogate", "weight_cap"], updates)
    }
    return surrogate == .cispo
      ? idle(clip, "with surrogate cispo: no ratio is clipped")
      : idle(["weight_cap"], "with surrogate clip: the ratio is no weight")
  }

  package var step: StepDescription {
    let completions = sampling.completions(of: batch)
    var step = StepDescription(
      words: sampling.words(batch, run) + roundsInWords + length.words(run)
        + updates.words(completions: completions),
      examples: completions, updates: updates.perStep)
    step.furtherExamples = samplingRounds > 1 ? "those of further rounds" : nil
    step.keepsReference = divergence.needsReference
    return step
  }

  private var roundsInWords: [String] {
    guard samplingRounds > 1 else { return [] }
    return [
      "other problems for those whose groups are flat, in up to "
        + Quantity.counted(samplingRounds - 1, "further round")
    ]
  }
}

/// What becomes of the ratio in the policy's loss.
package enum Surrogate: String, Sendable, CaseIterable {
  /// It is clipped, and beyond the clip a token has no gradient (PPO, arXiv 1707.06347).
  case clip
  /// It is a weight with a cap, and every token keeps a gradient (CISPO, arXiv 2506.13585).
  case cispo
}

/// Group relative policy optimization, from problems to new weights.
package struct GRPO: Algorithm {
  package let policy: Network
  private let settings: GRPOSettings
  private let lab: Lab
  private let sampler: Sampler
  private let reference: ReferencePolicy
  private let objective: PolicyObjective

  package init(_ settings: GRPOSettings, _ lab: Lab) {
    self.settings = settings
    self.lab = lab
    policy = lab.network(
      lab.model, settings.optimizer, temperature: settings.run.temperature)
    sampler = Sampler(
      lab, policy, run: settings.run, batch: settings.batch, sampling: settings.sampling,
      length: settings.length, rounds: settings.samplingRounds)
    reference = ReferencePolicy(settings.divergence, lab, beside: policy)
    // -min(ρ_t Â, clip(ρ_t, 1 - ε_low, 1 + ε_high) Â) + β KL - c H,   ρ_t = π_θ(o_t) / π_old(o_t)
    objective = PolicyObjective(
      PolicyLoss(
        settings.surrogate == .clip
          ? .clipped(ClippedSurrogate(settings.clip))
          : .truncatedWeight(TruncatedWeightSurrogate(cap: settings.weightCap)),
        ratioLevel: settings.ratioLevel, settings.divergence, settings.loss),
      settings.loss, settings.run)
  }

  package mutating func step(_ step: Int) throws -> StepOutcome {
    // o_1 … o_G ~ π_old(· | q); r_i from the program that checks o_i, never from the policy
    var samples = try sampler.experience(step: step)
    reference.takeOffRewards(of: &samples)
    // Â_i = (r_i - mean r) / (std r + δ) inside each group
    let relative = groupRelativeAdvantages(
      rewards: samples.rewards, groupSize: settings.sampling.groupSize,
      scale: settings.advantageScale, epsilon: settings.advantageEpsilon)
    // The groups that are not flat, with log π_ref and log π_old; one update needs no log π_old
    var batch = samples.batch(skipping: relative.isFlat)
    batch[.advantage] = .sequences(batch.sequences.map { relative.advantages[$0] })
    reference.measure(&batch)
    if settings.updates.perStep > 1 {
      batch[.old] = .occurrences(policy.logProbabilities(of: batch))
    }
    // μ passes over the batch
    var report = PolicyReport(
      loss: objective.loss, advantages: relative.advantages,
      learningRate: lab.learningRate(settings.optimizer, step: step),
      logged: settings.sampling.logCompletions)
    for epoch in 0..<settings.updates.epochs {
      for part in batch.minibatches(
        settings.updates.minibatches, keeping: settings.sampling.groupSize,
        order: lab.shuffle(step: step, epoch: epoch))
      {
        // forward, gradients of the loss, backward, clipping to a norm, AdamW
        report.tally.sums.enterMembers(of: part)
        report.tally += try policy.update(
          on: part, by: objective, learningRate: report.learningRate)
      }
    }
    var outcome = samples.outcome(step: step, lab, report)
    if settings.samplingRounds > 1 { outcome.metrics["sampling/rounds"] = Double(samples.rounds) }
    return outcome
  }

  package mutating func state(_ snapshot: any Snapshot) throws {
    try policy.state(snapshot)
    try reference.state(snapshot)
  }
}
