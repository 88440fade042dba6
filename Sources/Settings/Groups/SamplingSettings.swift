internal import Statistics

/// What every algorithm has that samples completions and has them judged.
package struct SamplingSettings: SettingsGroup {
  /// G of GRPO: completions sampled for each problem.
  package var groupSize = 16
  /// Name of a verifier, or folder of a plugin, that judges the same completions without being trained
  /// on, so that a reward which is only hacked shows; empty for none.
  package var shadowVerifier = ""
  /// Where rewards come from: the verifier, or a coin (the null arm).
  package var rewards = RewardSource.verifier
  /// Share of verifier failures among a step's completions above which the run stops.
  package var verifierFailureLimit = 0.1
  /// Completions of each step written to `completions.jsonl`; 0 for all.
  package var logCompletions = 16

  package init() {}

  package static var fields: [Field<SamplingSettings>] {
    Field(
      "group_size", \.groupSize, .integer(1...1024), "completions for each problem (G)",
      in: .sampling
    ).rank(-1).paper("arXiv 2402.03300").aliases("num_generations", "n_samples", "copies")
    Field(
      "shadow_verifier", \.shadowVerifier, .text(placeholder: "NAME|FOLDER"),
      "a second, stricter one that judges beside it and isn't trained on; empty: none",
      in: .reward
    ).file(.verifier)
    Field(
      "rewards", \.rewards, "random: a fair coin for each completion, the null arm", in: .reward
    ).paper("arXiv 2506.10947").aliases("reward_funcs", "reward")
    Field(
      "verifier_failure_limit", \.verifierFailureLimit, .number(.from(0, to: 1)),
      "stop where more than this share of a step's verdicts fail", in: .reward)
    Field(
      "log_completions", \.logCompletions, .integer(0...1_000_000),
      "completions of each step that are written down; 0: all", in: .saving)
  }

  /// Refuses groups in which a completion has nothing to be compared with.
  package func checkGroups(of algorithm: String) throws(SettingsError) {
    if groupSize < 2 {
      throw SettingsError(
        "group_size (\(groupSize)) leaves nothing to compare a completion with; "
          + "\(algorithm) takes 2 or more")
    }
  }

  /// Completions of one step.
  package func completions(of batch: BatchSettings) -> Int { batch.problems * groupSize }

  /// The arithmetic of the samples of one step.
  package func words(_ batch: BatchSettings, _ run: RunSettings) -> [String] {
    let completions = completions(of: batch)
    return [
      "\(Quantity.counted(batch.problems, "problem")) × \(Quantity.grouped(groupSize)) samples = "
        + Quantity.counted(completions, "completion"),
      "up to \(Quantity.counted(run.maxCompletionTokens, "token")) each: at most "
        + Quantity.counted(completions * run.maxCompletionTokens, "sampled token"),
    ]
  }

  /// What is worth knowing of the judges.
  package func notes(_ run: RunSettings) -> [String] {
    var notes: [String] = []
    if !shadowVerifier.isEmpty && shadowVerifier == run.verifier {
      notes.append("shadow_verifier is the verifier itself: the two can't diverge")
    }
    if rewards == .random {
      notes.append("rewards random is the null arm: a lift here is noise or a mistake")
    }
    return notes
  }
}

/// Where the rewards of the completions come from.
package enum RewardSource: String, Sendable, CaseIterable {
  /// The suite's verifier.
  case verifier
  /// A fair coin for each completion: the null arm, from which nothing about the task can be learned.
  case random
}
