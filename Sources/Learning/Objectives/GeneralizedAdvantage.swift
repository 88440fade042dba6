/// Generalized advantage estimates of one completion, and the returns its critic learns.
///
/// delta_t = r_t + gamma V_(t+1) - V_t, A_t = delta_t + gamma lambda A_(t+1), R_t = A_t + V_t
/// (Schulman et al., arXiv 1506.02438, equation 16). The advantages are raw: `whiten` comes after.
///
/// - Parameters:
///   - rewards: of each token.
///   - values: V, the critic's value before each token.
///   - gamma: the discount.
///   - lambda: from 0 (one-step) to 1 (the whole return).
///   - finalValue: V after the last token: 0 where the completion ended; the critic's value where it
///     was cut off and the caller wants what might have come counted.
///   - advantages: where A is written.
///   - returns: where R is written.
package func writeGeneralizedAdvantages<Scalar: BinaryFloatingPoint>(
  rewards: Span<Scalar>, values: Span<Scalar>, gamma: Double, lambda: Double,
  finalValue: Double = 0, advantages: inout MutableSpan<Scalar>, returns: inout MutableSpan<Scalar>
) {
  precondition(values.count == rewards.count, "one value per token")
  precondition(advantages.count == rewards.count, "one advantage per token")
  precondition(returns.count == rewards.count, "one return per token")
  precondition((0...1).contains(gamma) && (0...1).contains(lambda), "from 0 to 1")
  var nextValue = finalValue
  var advantage = 0.0
  for token in rewards.indices.reversed() {
    let value = Double(values[token])
    let delta = Double(rewards[token]) + gamma * nextValue - value
    advantage = delta + gamma * lambda * advantage
    advantages[token] = Scalar(advantage)
    returns[token] = Scalar(advantage + value)
    nextValue = value
  }
}

/// Brings numbers to mean 0 and variance 1, in place; fewer than two are left as they are.
///
/// (x - mean) / sqrt(variance + epsilon), the variance with Bessel's correction: TRL's
/// `masked_whiten` over all tokens of the batch.
///
/// - Parameters:
///   - numbers: advantages, or token rewards, of all tokens of the batch.
///   - shiftsMean: whether the mean goes; without it, which is TRL's `whiten_rewards`, only the scale
///     changes around the mean.
///   - epsilon: added to the variance.
package func whiten<Scalar: BinaryFloatingPoint>(
  _ numbers: inout MutableSpan<Scalar>, shiftsMean: Bool = true, epsilon: Double = 1e-8
) {
  guard numbers.count > 1 else { return }
  let count = Double(numbers.count)
  var sum = 0.0
  for index in numbers.indices { sum += Double(numbers[index]) }
  let mean = sum / count
  var squares = 0.0
  for index in numbers.indices {
    let centred = Double(numbers[index]) - mean
    squares += centred * centred
  }
  let scale = 1 / (squares / (count - 1) + epsilon).squareRoot()
  for index in numbers.indices {
    let whitened = (Double(numbers[index]) - mean) * scale
    numbers[index] = Scalar(shiftsMean ? whitened : whitened + mean)
  }
}
