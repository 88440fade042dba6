internal import Foundation

/// An estimate of KL(policy || reference) from the log-probabilities of one sampled token.
///
/// Schulman, "Approximating KL divergence" (2020), with d = log policy - log reference. Over tokens
/// drawn from the policy, `k1` and `k3` have the exact divergence as their mean and `k2` nearly so.
/// As a term of the loss it's the gradient that counts: that of `k1` is 1 whatever the reference, so its
/// mean pull is 0 and it does nothing but add noise; that of `k2` has the exact gradient as its mean;
/// that of `k3`, which is GRPO's (DeepSeekMath, arXiv 2402.03300, equation 4), that of the reverse
/// divergence. The estimates are not multiplied by the importance ratio as TRL's
/// `use_bias_correction_kl` does by default: the paper doesn't.
package enum KLEstimator: String, Sendable, CaseIterable, Codable {
  /// d: unbiased, noisy, may be negative.
  case k1
  /// d * d / 2: biased, quiet.
  case k2
  /// exp(-d) - 1 + d: unbiased, quiet, never negative.
  case k3

  /// The estimate for a token with these two log-probabilities, in nats.
  package func value(policy: Double, reference: Double) -> Double {
    let difference = policy - reference
    switch self {
    case .k1: return difference
    case .k2: return 0.5 * difference * difference
    case .k3: return expm1(-difference) + difference
    }
  }

  /// The gradient of the estimate by the policy's log-probability, the sampled token held fixed.
  package func slope(policy: Double, reference: Double) -> Double {
    let difference = policy - reference
    switch self {
    case .k1: return 1
    case .k2: return difference
    case .k3: return -expm1(-difference)
    }
  }
}
