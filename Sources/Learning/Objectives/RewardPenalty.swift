/// The reward of a completion less its divergence from the reference, for KL in the reward.
///
/// r - weight * sum over tokens of the estimate, taken on the log-probabilities that the sampling
/// policy gave: no gradient goes through it. With `k1` this is what TRL's RLOO trainer subtracts.
///
/// - Parameters:
///   - reward: the verifier's reward.
///   - oldLogProbs: of the completion's tokens, under the policy that sampled them.
///   - referenceLogProbs: of the same tokens, under the reference.
package func klPenalizedReward<Scalar: BinaryFloatingPoint>(
  _ reward: Double, oldLogProbs: Span<Scalar>, referenceLogProbs: Span<Scalar>,
  weight: Double, estimator: KLEstimator = .k1
) -> Double {
  precondition(oldLogProbs.count == referenceLogProbs.count, "one reference per token")
  var divergence = 0.0
  for token in oldLogProbs.indices {
    divergence += estimator.value(
      policy: Double(oldLogProbs[token]), reference: Double(referenceLogProbs[token]))
  }
  return reward - weight * divergence
}

/// The reward of each token for a critic: KL penalty everywhere, the verifier's reward at the last.
///
/// As PPO for language models has it (Ziegler et al., arXiv 1909.08593, equation 2; TRL 0.11.4).
///
/// - Parameters:
///   - rewards: where the token rewards are written, one per token of the completion.
package func writeTokenRewards<Scalar: BinaryFloatingPoint>(
  _ reward: Double, oldLogProbs: Span<Scalar>, referenceLogProbs: Span<Scalar>,
  weight: Double, estimator: KLEstimator = .k1, to rewards: inout MutableSpan<Scalar>
) {
  precondition(oldLogProbs.count == referenceLogProbs.count, "one reference per token")
  precondition(oldLogProbs.count == rewards.count, "one reward per token")
  for token in oldLogProbs.indices {
    let divergence = estimator.value(
      policy: Double(oldLogProbs[token]), reference: Double(referenceLogProbs[token]))
    let score = token == oldLogProbs.count - 1 ? reward : 0
    rewards[token] = Scalar(score - weight * divergence)
  }
}

/// DAPO's soft punishment of completions that come near the length limit: from 0 down to -1.
///
/// Section 3.4 of arXiv 2503.14476: 0 up to `maximum - margin` tokens, then falling in a straight line
/// to -1 at `maximum`, and -1 beyond it. It is added to the reward.
///
/// - Parameters:
///   - tokens: the completion's length.
///   - maximum: L_max, the length limit.
///   - margin: L_cache, how far before the limit the punishment starts.
package func softOverlongPenalty(tokens: Int, maximum: Int, margin: Int) -> Double {
  precondition(tokens >= 0 && margin > 0 && margin <= maximum, "0 < margin <= maximum")
  let excess = tokens - (maximum - margin)
  return -min(max(Double(excess) / Double(margin), 0), 1)
}
