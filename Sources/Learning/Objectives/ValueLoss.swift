/// One token's term of the critic's loss, before its weight.
package struct ValueTerm: Sendable, Equatable {
  /// The term.
  package var loss: Double
  /// Its gradient by the critic's new value.
  package var slope: Double
  /// Whether the clip makes the loss larger, which leaves no gradient.
  package var isClipped: Bool
}

/// The weighted critic's loss of some completions; the sums of pieces add up.
package struct ValueLossSums: Sendable, Equatable {
  /// The weighted loss, without the critic's coefficient.
  package var loss = 0.0
  /// Tokens that took part.
  package var tokens = 0
  /// Tokens whose gradient the clip took.
  package var clipped = 0

  package init() {}

  /// The share of tokens whose gradient the clip took: verl's `vf_clipfrac`.
  package var clipRatio: Double { Double(clipped) / Double(max(tokens, 1)) }

  /// Takes over the sums of another piece.
  package static func += (left: inout ValueLossSums, right: ValueLossSums) {
    left.loss += right.loss
    left.tokens += right.tokens
    left.clipped += right.clipped
  }
}

/// The critic's loss: half the squared error, clipped around the values that the batch was made with.
///
/// 0.5 max((V - R)^2, (clip(V, V_old - c, V_old + c) - R)^2), as in the code of PPO (OpenAI baselines),
/// TRL and verl; the paper has the square alone, which is `clipRange` nil. Stable-Baselines3 leaves out
/// both the half and, with a clip, the maximum.
package struct ValueLoss: Sendable, Equatable {
  /// c, how far a value may move from the old one; `nil` for no bound.
  package let clipRange: Double?
  /// What the gradients are multiplied by where the critic shares parameters with the policy: c1 of PPO's
  /// equation 9, TRL's `vf_coef`. The loss that is reported is without it.
  package let coefficient: Double

  package init(clipRange: Double?, coefficient: Double = 1) {
    precondition(clipRange.map { $0 > 0 } ?? true, "a clip range of 0 would never let a value move")
    precondition(coefficient >= 0, "a negative coefficient would drive the critic from the returns")
    self.clipRange = clipRange
    self.coefficient = coefficient
  }

  /// The term of one token.
  package func term(newValue: Double, oldValue: Double, target: Double) -> ValueTerm {
    let error = newValue - target
    if let clipRange {
      let clippedValue = min(max(newValue, oldValue - clipRange), oldValue + clipRange)
      let clippedError = clippedValue - target
      if clippedError * clippedError > error * error {
        return ValueTerm(loss: 0.5 * clippedError * clippedError, slope: 0, isClipped: true)
      }
    }
    return ValueTerm(loss: 0.5 * error * error, slope: error, isClipped: false)
  }

  /// The loss of one completion, and its gradients.
  ///
  /// - Parameters:
  ///   - newValues: V of the critic in training, before each token.
  ///   - oldValues: V when the batch was made.
  ///   - returns: R, what the critic should have said.
  ///   - weight: of each token, from `LossDivisor`.
  ///   - slopes: where d loss / d V is written, one per token.
  package func write<Scalar: BinaryFloatingPoint>(
    newValues: Span<Scalar>, oldValues: Span<Scalar>, returns: Span<Scalar>, weight: Double,
    slopes: inout MutableSpan<Scalar>
  ) -> ValueLossSums {
    precondition(oldValues.count == newValues.count, "one old value per token")
    precondition(returns.count == newValues.count, "one return per token")
    precondition(slopes.count == newValues.count, "one gradient per token")
    var sums = ValueLossSums()
    for token in newValues.indices {
      let term = term(
        newValue: Double(newValues[token]), oldValue: Double(oldValues[token]),
        target: Double(returns[token]))
      sums.loss += term.loss
      sums.tokens += 1
      sums.clipped += term.isClipped ? 1 : 0
      slopes[token] = Scalar(coefficient * weight * term.slope)
    }
    sums.loss *= weight
    return sums
  }
}

/// The share of the returns' variance that the critic's values explain: 1 is perfect, 0 a constant.
///
/// `nil` where the returns don't vary.
package func explainedVariance<Scalar: BinaryFloatingPoint>(
  values: Span<Scalar>, returns: Span<Scalar>
) -> Double? {
  precondition(values.count == returns.count, "one value per return")
  func variance(_ number: (Int) -> Double) -> Double {
    let count = Double(max(returns.count, 1))
    var sum = 0.0
    for index in 0..<returns.count { sum += number(index) }
    let mean = sum / count
    var squares = 0.0
    for index in 0..<returns.count { squares += (number(index) - mean) * (number(index) - mean) }
    return squares / count
  }
  let total = variance { Double(returns[$0]) }
  guard total > 0 else { return nil }
  return 1 - variance { Double(returns[$0]) - Double(values[$0]) } / total
}
