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

  /// How the learning rate goes on after its warm-up.
  package enum Schedule: String, Sendable, CaseIterable {
    /// It stays.
    case constant
    /// It falls along a straight line.
    case linear
    /// It falls along half a cosine.
    case cosine
  }

  // The two enums below also stand at the top of the module, beside the mathematics that reads them;
  // here they only shadow those until the two come together.

  /// What a group's centred rewards are divided by.
  package enum AdvantageScale: String, Sendable, CaseIterable {
    /// The standard deviation of the group's rewards.
    case group
    /// The standard deviation of all rewards of the batch.
    case batch
    /// Nothing.
    case none
  }

  /// How the losses of the tokens of one update become one number.
  package enum LossNormalization: String, Sendable, CaseIterable {
    /// The mean over all completion tokens.
    case tokenMean = "token_mean"
    /// The mean over completions of each one's token mean.
    case sequenceMean = "sequence_mean"
    /// The sum over tokens, over completions times the length limit.
    case constantLength = "constant_length"
  }
}
