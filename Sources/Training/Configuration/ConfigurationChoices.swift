extension Configuration {
  /// How the policy is trained.
  package enum Algorithm: String, Sendable, CaseIterable {
    /// Group-relative policy optimization (DeepSeekMath, arXiv 2402.03300).
    case grpo
    /// Supervised fine-tuning on the suite's demonstrations.
    case sft
  }

  /// Where the rewards of the completions come from.
  package enum RewardSource: String, Sendable, CaseIterable {
    /// The suite's verifier.
    case verifier
    /// A fair coin for each completion: the null arm, from which nothing about the task can be learned.
    case random
  }
}
