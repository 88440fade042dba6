internal import Foundation

/// Where a ratio lies as the objective sees it; it says whether the policy term has a gradient.
package enum RatioRegion: Sendable, Equatable {
  /// The ratio itself is used.
  case inside
  /// Advantage negative, ratio below 1 - clipLow: constant, no gradient.
  case clippedLow
  /// Advantage positive, ratio above 1 + clipHigh: constant, no gradient.
  case clippedHigh
  /// Advantage negative, ratio above the cap of the two-sided clip: constant, no gradient.
  case capped
  /// CISPO, advantage positive, ratio above the cap: the weight is cut, the gradient stays.
  case weightCapped

  /// How the gradient ledger enters a token of this region.
  package var fate: TokenFate {
    switch self {
    case .inside, .weightCapped: .used
    case .clippedLow: .clippedLow
    case .clippedHigh, .capped: .clippedHigh
    }
  }
}

/// One token's term of the policy loss, before its weight.
package struct TokenTerm: Sendable, Equatable {
  /// The term; smaller is better.
  package var loss: Double
  /// Its gradient by the token's log-probability under the policy in training.
  package var slope: Double
  /// Where the ratio lies.
  package var region: RatioRegion
}

/// PPO's clipped surrogate, as GRPO, DAPO and GSPO use it.
///
/// -min(rho A, clip(rho, 1 - clipLow, 1 + clipHigh) A) with rho = pi_theta / pi_old (PPO, arXiv
/// 1707.06347, equation 7; GRPO, arXiv 2402.03300, equation 3). Two ranges are DAPO's "clip higher"
/// (arXiv 2503.14476, section 3.1). A finite `ratioCap` bounds the ratio where the advantage is
/// negative, which the plain minimum doesn't: dual-clip PPO (Ye et al., arXiv 1912.09729),
/// TRL's `delta`, verl's `clip_ratio_c`. A ratio on the edge of the range counts as inside.
package struct ClippedSurrogate: Sendable, Equatable {
  /// How far below 1 the ratio may fall.
  package let clipLow: Double
  /// How far above 1 the ratio may rise.
  package let clipHigh: Double
  /// The largest ratio where the advantage is negative; infinite for no cap.
  package let ratioCap: Double

  package init(clipLow: Double, clipHigh: Double, ratioCap: Double = .infinity) {
    precondition(clipLow >= 0 && clipHigh >= 0, "the clip range holds the ratio 1")
    precondition(ratioCap > 1 + clipHigh, "the cap lies above the clip range")
    self.clipLow = clipLow
    self.clipHigh = clipHigh
    self.ratioCap = ratioCap
  }

  /// The term of one token.
  ///
  /// The gradient is right for a ratio of this token alone, and for one ratio shared by the n tokens of
  /// a completion where each of them carries the term with the same weight: the shared ratio's
  /// gradient by one log-probability is the ratio over n, and n terms have it.
  ///
  /// - Parameters:
  ///   - logRatio: log pi_theta - log pi_old, in nats.
  ///   - advantage: of the token.
  package func term(logRatio: Double, advantage: Double) -> TokenTerm {
    // An infinite ratio times 0 would not be a number.
    guard advantage != 0 else { return TokenTerm(loss: 0, slope: 0, region: .inside) }
    let ratio = exp(logRatio)
    let bound: Double
    let region: RatioRegion
    if advantage > 0, ratio > 1 + clipHigh {
      (bound, region) = (1 + clipHigh, .clippedHigh)
    } else if advantage < 0, ratio < 1 - clipLow {
      (bound, region) = (1 - clipLow, .clippedLow)
    } else if advantage < 0, ratio > ratioCap {
      (bound, region) = (ratioCap, .capped)
    } else {
      return TokenTerm(loss: -ratio * advantage, slope: -ratio * advantage, region: .inside)
    }
    return TokenTerm(loss: -bound * advantage, slope: 0, region: region)
  }
}
