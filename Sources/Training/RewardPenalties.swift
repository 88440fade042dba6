internal import Kernels
internal import Learning

/// What is taken off the rewards of a step's completions before they become advantages.
struct RewardPenalties {
  /// DAPO's soft punishment of long completions, one each, 0 or more; nil without one.
  private(set) var overlong: [Double]?
  /// The weighted divergence from the first policy, one each; nil where it isn't in the reward.
  var divergence: [Double]?

  /// The punishments for length, from each completion's tokens.
  init(_ configuration: Configuration, _ rollout: Rollout) {
    guard configuration.overlongPenalty > 0 else { return }
    overlong = rollout.sequences.map { tokens in
      // The function gives 0 down to -1.
      -configuration.overlongPenalty
        * softOverlongPenalty(
          tokens: tokens.count, maximum: configuration.maxCompletionTokens,
          margin: configuration.overlongTokens)
    }
  }

  /// What one completion loses; nil where there are no penalties at all.
  func total(_ sequence: Int) -> Double? {
    if overlong == nil && divergence == nil { return nil }
    return (overlong?[sequence] ?? 0) + (divergence?[sequence] ?? 0)
  }

  /// The rewards less the penalties; nil stays nil.
  func applied(to rewards: [Double?]) -> [Double?] {
    rewards.indices.map { sequence in
      rewards[sequence].map { $0 - (total(sequence) ?? 0) }
    }
  }
}

extension RewardPenalties {
  /// The divergences of a rollout from the first policy, on the tokens that were sampled.
  ///
  /// The sampler's log-probabilities stand for the policy's: they are the trainer's (see
  /// docs/exactness.md), and no slope goes through a reward.
  static func divergences(
    _ rollout: Rollout, _ whole: Selection, reference: FloatView, weight: Double,
    estimator: KLEstimator
  ) -> [Double] {
    var penalties = [Double](repeating: 0, count: rollout.sequences.count)
    for (index, sequence) in whole.sequences.enumerated() {
      let scored = whole.batch.scored(index)
      let noted = rollout.logProbabilities[sequence]
      let rest = reference.slice(scored.lowerBound, scored.count).withSpan { reference in
        klPenalizedReward(
          0, oldLogProbs: noted.span, referenceLogProbs: reference,
          weight: weight, estimator: estimator)
      }
      penalties[sequence] = -rest
    }
    return penalties
  }
}
