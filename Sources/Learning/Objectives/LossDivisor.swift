/// How the losses of the tokens of one update become one number.
package enum LossNormalization: String, Sendable, CaseIterable, Codable {
  /// The mean over all completion tokens (DAPO, arXiv 2503.14476, section 3.3; TRL `dapo`, and `bnpo`
  /// when one piece holds the whole update): a long completion weighs more than a short one.
  case tokenMean = "token_mean"
  /// The mean over completions of each one's token mean (GRPO, arXiv 2402.03300, equation 3; TRL
  /// `grpo`): every completion weighs the same, so a token of a long one weighs less.
  case sequenceMean = "sequence_mean"
  /// The mean over completions of each one's token sum (REINFORCE; RLOO, arXiv 2402.14740, where a
  /// completion is one action; verl `seq-mean-token-sum`, TRL `luspo`): the gradient of the expected
  /// reward. Within an update it is proportional to those of `tokenMean` and `constantLength`.
  case sequenceSum = "sequence_sum"
  /// The sum over completions and tokens, over completions times the length limit (Dr. GRPO, arXiv
  /// 2503.20783, section 3.2; TRL `dr_grpo`): no token's weight depends on any length.
  case constantLength = "constant_length"
}

/// The weight of a completion's tokens in the loss, from counts over the whole update.
///
/// It is made once per optimizer update, before the update is cut into pieces, and that is why loss
/// and gradient don't depend on the cut. The counts are those of TRL 1.16: completions of flat groups
/// and those whose verifier failed count here even where they are dropped before the forward pass, so
/// the step doesn't grow when fewer groups have a signal. Truncated completions that are masked count
/// as completions, but their tokens don't. What dynamic or rejection sampling drops has left the update
/// and counts nowhere.
package struct LossDivisor: Sendable, Equatable {
  /// How the token losses become one number.
  package let normalization: LossNormalization
  /// Completions of the update, whatever became of them.
  package let completions: Int
  /// Tokens of those completions, less those of masked completions.
  package let tokens: Int
  /// The length limit that `constantLength` divides by, in tokens.
  package let maxCompletionTokens: Int

  package init(
    _ normalization: LossNormalization, completions: Int, tokens: Int, maxCompletionTokens: Int
  ) {
    precondition(completions > 0, "an update has at least one completion")
    precondition(tokens >= 0 && maxCompletionTokens > 0, "counts of tokens")
    self.normalization = normalization
    self.completions = completions
    self.tokens = tokens
    self.maxCompletionTokens = maxCompletionTokens
  }

  /// The weight of each token of a completion of so many tokens.
  package func weight(completionTokens: Int) -> Double {
    precondition(completionTokens >= 0, "a count of tokens")
    switch normalization {
    case .tokenMean: return 1 / Double(max(tokens, 1))
    case .sequenceMean: return 1 / (Double(completions) * Double(max(completionTokens, 1)))
    case .sequenceSum: return 1 / Double(completions)
    case .constantLength: return 1 / (Double(completions) * Double(maxCompletionTokens))
    }
  }
}
