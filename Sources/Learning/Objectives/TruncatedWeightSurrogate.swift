internal import Foundation

/// CISPO's surrogate: the log-probability weighted by a capped importance ratio that has no gradient.
///
/// -stop(min(rho, cap)) A log pi_theta (MiniMax-M1, arXiv 2506.13585, whose runs leave the
/// lower bound open as here). No token loses its gradient; the cap only bounds its weight. The cap
/// is the bound itself as in TRL's `cispo`, not the distance from 1.
package struct TruncatedWeightSurrogate: Sendable, Equatable {
  /// The largest weight.
  package let cap: Double

  package init(cap: Double) {
    precondition(cap > 0, "a cap of 0 would leave no gradient")
    self.cap = cap
  }

  /// The term of one token.
  ///
  /// - Parameters:
  ///   - logRatio: log pi_theta - log pi_old, of the token or of its completion, in nats.
  ///   - newLogProb: the token's own log pi_theta.
  ///   - advantage: of the token.
  package func term(logRatio: Double, newLogProb: Double, advantage: Double) -> TokenTerm {
    let ratio = exp(logRatio)
    let slope = -min(ratio, cap) * advantage
    let isCapped = ratio > cap && advantage > 0
    return TokenTerm(
      loss: slope * newLogProb, slope: slope, region: isCapped ? .weightCapped : .inside)
  }
}
