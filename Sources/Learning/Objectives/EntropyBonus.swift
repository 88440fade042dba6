/// What the entropy bonus adds to the loss of one completion.
package struct EntropyTerm: Sendable, Equatable {
  /// The weighted bonus, not above 0.
  package let loss: Double
  /// Its gradient by each token's entropy.
  package let slope: Double
}

extension PolicyLoss {
  /// The entropy bonus of one completion: -entropyWeight * weight * sum of its tokens' entropies.
  ///
  /// A3C (Mnih et al., arXiv 1602.01783, section 4) and PPO (arXiv 1707.06347, equation 9) take the mean
  /// entropy of the policy, times a weight, off the loss. The entropies are exact: those of the whole
  /// distribution, whose gradient by the logits `addExactEntropySlope` states. Tokens have the weight that
  /// they have in the rest of the loss, as in verl; with the token mean that is TRL's `entropy_coef`.
  ///
  /// - Parameters:
  ///   - entropies: of the completion's tokens, in nats.
  ///   - weight: of each token, from `LossDivisor`.
  package func entropyTerm<Scalar: BinaryFloatingPoint>(
    entropies: Span<Scalar>, weight: Double
  ) -> EntropyTerm {
    let slope = -entropyWeight * weight
    var sum = 0.0
    for token in entropies.indices { sum += Double(entropies[token]) }
    return EntropyTerm(loss: slope * sum, slope: slope)
  }
}
