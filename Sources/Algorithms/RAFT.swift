package import Settings

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
