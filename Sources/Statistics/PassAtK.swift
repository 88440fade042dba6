internal import Foundation

/// The chance that at least one of k completions of a problem is right, estimated without bias.
///
/// 1 - C(n - c, k) / C(n, k) (Chen et al., arXiv 2107.03374, equation 1): k of the n samples are drawn
/// without replacement. Computed as a product whose logarithm is summed, so that neither large
/// binomials nor a value close to 0 lose digits.
///
/// - Parameters:
///   - k: how many completions would be tried, from 1 to `samples`.
///   - samples: n, the completions there are.
///   - correct: c, how many of them are right.
package func passAtK(_ k: Int, samples: Int, correct: Int) -> Double {
  precondition(k >= 1 && k <= samples, "k lies from 1 to the number of samples")
  precondition((0...samples).contains(correct), "correct lies from 0 to the number of samples")
  if samples - correct < k { return 1 }
  // C(n - c, k) / C(n, k) is the product over i = n - c + 1 ... n of 1 - k / i.
  var logFailure = 0.0
  for i in samples - correct..<samples { logFailure += log1p(-Double(k) / Double(i + 1)) }
  return 0 - expm1(logFailure)
}
