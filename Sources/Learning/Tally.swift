/// What the updates of a step came to.
package struct Tally<Sums: ObjectiveSums>: Sendable {
  /// The objective's sums over all updates.
  package var sums = Sums()
  /// Updates taken.
  package internal(set) var updates = 0
  /// Sum over the updates of the gradient's norm before clipping.
  package internal(set) var gradientNorm = 0.0
  /// Sum over occurrences of the policy's entropy, nats.
  package internal(set) var entropySum = 0.0
  /// Sum over occurrences of the exact KL(π_θ ‖ π_ref), nats; nil where it wasn't measured.
  package internal(set) var divergenceSum: Double?
  /// The largest difference between the sampler's log-probabilities and the trainer's.
  package private(set) var logProbabilityDifference: Double?

  package init() {}

  /// Notes how far the sampler's log-probabilities are from the trainer's.
  package mutating func noteDifference(_ difference: Double?) {
    guard let difference else { return }
    logProbabilityDifference = max(logProbabilityDifference ?? 0, difference)
  }

  /// The means over updates.
  package var meanLoss: Double { sums.loss / Double(max(1, updates)) }
  /// The mean over updates of the gradient's norm before clipping.
  package var meanGradientNorm: Double { gradientNorm / Double(max(1, updates)) }

  /// The same updates, seen by one of the objectives they were taken by.
  package func map<Other: ObjectiveSums>(_ sums: KeyPath<Sums, Other>) -> Tally<Other> {
    var other = Tally<Other>()
    other.sums = self.sums[keyPath: sums]
    other.updates = updates
    other.gradientNorm = gradientNorm
    other.entropySum = entropySum
    other.divergenceSum = divergenceSum
    other.logProbabilityDifference = logProbabilityDifference
    return other
  }

  /// Adds further updates.
  package static func += (left: inout Tally, right: Tally) {
    left.sums += right.sums
    left.updates += right.updates
    left.gradientNorm += right.gradientNorm
    left.entropySum += right.entropySum
    if let sum = right.divergenceSum { left.divergenceSum = (left.divergenceSum ?? 0) + sum }
    left.noteDifference(right.logProbabilityDifference)
  }
}
