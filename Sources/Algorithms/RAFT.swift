package import Experience
package import Learning
package import Settings
internal import Statistics

/// Rejection-sampling fine-tuning: supervised learning on the policy's own best completions.
///
/// Dong et al., "RAFT: reward ranked fine-tuning" (arXiv 2304.06767), algorithm 1; with verifiable
/// rewards as in Yuan et al. (arXiv 2308.01825). Where a step differs from RAFT the rows below say so.
package struct RAFTSettings: AlgorithmSettings {
  package static let name = "raft"
  package static let summary = "rejection-sampling fine-tuning on the policy's own best completions"
  package static let paper: String? = "arXiv 2304.06767"

  package var run = RunSettings()
  package var batch = BatchSettings()
  package var sampling = SamplingSettings()
  package var loss = LossSettings()
  package var updates = UpdateSettings()
  package var divergence = DivergenceSettings()
  package var optimizer = OptimizerSettings()

  /// Lowest reward of a completion that is learned from (RAFT, arXiv 2304.06767, section 3).
  package var acceptanceReward = 1.0
  /// Accepted completions of a problem that are learned from at most, the best first; 0 for all. RAFT's
  /// algorithm 1 keeps 1.
  package var acceptedPerGroup = 0

  package init() {}

  package static var fields: [Field<RAFTSettings>] {
    RunSettings.fields(in: \.run)
    BatchSettings.fields(in: \.batch)
    SamplingSettings.fields(in: \.sampling)
    Field(
      "acceptance_reward", \.acceptanceReward, .number(.from(-1e6, to: 1e6)),
      "lowest reward of a completion that is learned from", in: .reward
    ).paper("arXiv 2304.06767").aliases("reward_threshold")
      .deviation(
        "only completions with at least this reward, by default the right ones; RAFT takes a "
          + "problem's best completion however bad it is")
    Field(
      "accepted_per_group", \.acceptedPerGroup, .integer(0...1024),
      "accepted completions learned from at most, the best first; 0: all", in: .reward
    ).paper("arXiv 2304.06767").aliases("best_of")
      .deviation("all accepted completions of a problem by default; RAFT keeps the best 1")
    LossSettings.fields(in: \.loss)
      .deviation("the mean over all tokens that are learned from", in: "loss_normalization")
      .deviation("an entropy bonus; off by default", in: "entropy_weight")
    UpdateSettings.fields(in: \.updates).deviation(
      "one update on each batch by default; RAFT fine-tunes for some epochs", in: "epochs",
      "minibatches")
    DivergenceSettings.fields(in: \.divergence).without("kl_in_reward").deviation(
      "KL to the first policy in the loss; off by default", in: "kl_weight", "kl_estimator")
    OptimizerSettings.fields(in: \.optimizer)
  }

  package func check() throws(SettingsError) { try updates.checkGroupsStayWhole(batch) }

  package var notes: [String] {
    (acceptedPerGroup >= sampling.groupSize
      ? [
        "accepted_per_group \(acceptedPerGroup) keeps all that is accepted: a group has "
          + "\(sampling.groupSize)"
      ] : []) + sampling.notes(run) + notes(divergence) + notes(optimizer)
  }

  package var step: StepDescription {
    let completions = sampling.completions(of: batch)
    var step = StepDescription(
      words: sampling.words(batch, run)
        + updates.words(completions: completions, used: "what is accepted of "),
      examples: completions, updates: updates.perStep)
    step.keepsReference = divergence.needsReference
    return step
  }
}

/// Rejection-sampling fine-tuning, from problems to new weights.
package struct RAFT: Algorithm {
  package let policy: Network
  private let settings: RAFTSettings
  private let lab: Lab
  private let sampler: Sampler
  private let reference: ReferencePolicy
  private let objective: PolicyObjective

  package init(_ settings: RAFTSettings, _ lab: Lab) {
    self.settings = settings
    self.lab = lab
    policy = lab.network(
      lab.model, settings.optimizer, temperature: settings.run.temperature)
    sampler = Sampler(
      lab, policy, run: settings.run, batch: settings.batch, sampling: settings.sampling)
    reference = ReferencePolicy(settings.divergence, lab, beside: policy)
    // -log π_θ(o_t): cross-entropy
    objective = PolicyObjective(
      PolicyLoss(.policyGradient, settings.divergence, settings.loss), settings.loss,
      settings.run)
  }

  package mutating func step(_ step: Int) throws -> StepOutcome {
    // o_1 … o_K ~ π_θ(· | q); r_i from the program that checks o_i, never from the policy
    let samples = try sampler.experience(step: step)
    // The best of each group, if they are good enough
    let isAccepted = acceptedCompletions(
      rewards: samples.rewards, groupSize: settings.sampling.groupSize,
      threshold: settings.acceptanceReward,
      most: settings.acceptedPerGroup == 0
        ? settings.sampling.groupSize : settings.acceptedPerGroup)
    var batch = samples.batch(accepting: isAccepted)
    batch[.advantage] = .sequences(Array(repeating: 1, count: batch.count))
    reference.measure(&batch)
    if settings.updates.perStep > 1 {
      batch[.old] = .occurrences(policy.logProbabilities(of: batch))
    }
    var report = PolicyReport(
      loss: objective.loss, advantages: isAccepted.map { $0 ? 1 : 0 },
      learningRate: lab.learningRate(settings.optimizer, step: step),
      logged: settings.sampling.logCompletions)
    report.fates.append(.rejected)
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
    var outcome = samples.outcome(step: step, lab, report)
    outcome.metrics["completions/accepted_ratio"] =
      Double(isAccepted.count { $0 }) / Double(isAccepted.count)
    return outcome
  }

  package mutating func state(_ snapshot: any Snapshot) throws {
    try policy.state(snapshot)
    try reference.state(snapshot)
  }
}
