internal import Foundation

/// The exact KL(policy || reference) of two rows of logits over the whole vocabulary, in nats.
package func exactKL<Scalar: BinaryFloatingPoint>(
  policyLogits: Span<Scalar>, referenceLogits: Span<Scalar>
) -> Double {
  precondition(policyLogits.count == referenceLogits.count, "both rows have one vocabulary")
  let policyTotal = logSumExp(policyLogits)
  let referenceTotal = logSumExp(referenceLogits)
  var sum = 0.0
  for index in policyLogits.indices {
    let policy = Double(policyLogits[index]) - policyTotal
    let reference = Double(referenceLogits[index]) - referenceTotal
    sum += exp(policy) * (policy - reference)
  }
  return sum
}

/// The exact entropy of a row of logits over the whole vocabulary, in nats.
package func exactEntropy<Scalar: BinaryFloatingPoint>(logits: Span<Scalar>) -> Double {
  let total = logSumExp(logits)
  var sum = 0.0
  for index in logits.indices {
    let logProb = Double(logits[index]) - total
    sum -= exp(logProb) * logProb
  }
  return sum
}

/// Adds weight * d KL(policy || reference) / d policy logits to a row of gradients.
///
/// d KL / d z_j = p_j (log p_j - log q_j - KL).
package func addExactKLSlope<Scalar: BinaryFloatingPoint>(
  policyLogits: Span<Scalar>, referenceLogits: Span<Scalar>, weight: Double,
  to slopes: inout MutableSpan<Scalar>
) {
  precondition(policyLogits.count == slopes.count, "one gradient per logit")
  let divergence = exactKL(policyLogits: policyLogits, referenceLogits: referenceLogits)
  let policyTotal = logSumExp(policyLogits)
  let referenceTotal = logSumExp(referenceLogits)
  for index in policyLogits.indices {
    let policy = Double(policyLogits[index]) - policyTotal
    let reference = Double(referenceLogits[index]) - referenceTotal
    slopes[index] += Scalar(weight * exp(policy) * (policy - reference - divergence))
  }
}

/// Adds weight * d entropy / d logits to a row of gradients.
///
/// d H / d z_j = -p_j (log p_j + H). An entropy bonus c takes c times the mean entropy off the loss, so
/// its weight here is -c times the token's weight in that mean. It can't be had from the gradient by the
/// sampled token's log-probability: it needs the whole row.
package func addExactEntropySlope<Scalar: BinaryFloatingPoint>(
  logits: Span<Scalar>, weight: Double, to slopes: inout MutableSpan<Scalar>
) {
  precondition(logits.count == slopes.count, "one gradient per logit")
  let entropy = exactEntropy(logits: logits)
  let total = logSumExp(logits)
  for index in logits.indices {
    let logProb = Double(logits[index]) - total
    slopes[index] -= Scalar(weight * exp(logProb) * (logProb + entropy))
  }
}

/// log of the sum of exp over a row, the largest logit taken out first.
private func logSumExp<Scalar: BinaryFloatingPoint>(_ logits: Span<Scalar>) -> Double {
  precondition(!logits.isEmpty, "a vocabulary has at least one token")
  var largest = Double(logits[0])
  for index in logits.indices { largest = max(largest, Double(logits[index])) }
  var sum = 0.0
  for index in logits.indices { sum += exp(Double(logits[index]) - largest) }
  return largest + log(sum)
}
