internal import Foundation
package import Kernels

/// Direct preference optimization: the loss of pairs whose first completion is preferred.
///
/// -log sigma(beta ((log pi(c) - log pi_ref(c)) - (log pi(r) - log pi_ref(r)))), the mean over pairs; a
/// completion's log-probability is the sum over its tokens (Rafailov et al., arXiv 2305.18290, equation 7;
/// TRL's `sigmoid`). Reads the column `reference`; a unit is a pair, the chosen completion before the
/// rejected one.
package struct DPOLoss: Objective {
  /// beta, how closely the reference is kept to.
  package let beta: Double

  package init(beta: Double) {
    precondition(beta > 0, "without a weight the preference has no gradient")
    self.beta = beta
  }

  /// What a step's pairs came to; all but the loss are sums over pairs.
  package struct Sums: ObjectiveSums {
    package fileprivate(set) var loss = 0.0
    /// Pairs.
    package fileprivate(set) var pairs = 0
    /// Pairs whose chosen completion has the larger implicit reward.
    package fileprivate(set) var right = 0
    /// beta (log pi - log pi_ref) of the chosen completions.
    package fileprivate(set) var chosenReward = 0.0
    /// The same of the rejected ones.
    package fileprivate(set) var rejectedReward = 0.0
    /// log pi of the chosen completions.
    package fileprivate(set) var chosenLogProb = 0.0
    /// log pi of the rejected ones.
    package fileprivate(set) var rejectedLogProb = 0.0

    package init() {}

    package static func += (left: inout Sums, right: Sums) {
      left.loss += right.loss
      left.pairs += right.pairs
      left.right += right.right
      left.chosenReward += right.chosenReward
      left.rejectedReward += right.rejectedReward
      left.chosenLogProb += right.chosenLogProb
      left.rejectedLogProb += right.rejectedLogProb
    }

    /// The metrics of the step, under TRL's names.
    package var entries: [(name: String, value: Double)] {
      let count = Double(max(pairs, 1))
      return [
        ("rewards/chosen", chosenReward / count), ("rewards/rejected", rejectedReward / count),
        ("rewards/accuracies", Double(right) / count),
        ("rewards/margins", (chosenReward - rejectedReward) / count),
        ("logps/chosen", chosenLogProb / count), ("logps/rejected", rejectedLogProb / count),
      ]
    }
  }

  package var reads: Reading { .logProbabilities }

  package func write(_ unit: ObjectiveUnit) -> Sums {
    precondition(unit.sequences.count == 2, "a pair")
    let (chosen, rejected) = (unit.sequences.lowerBound, unit.sequences.lowerBound + 1)
    let (policy, reference) = (
      (sum(of: unit, chosen), sum(of: unit, rejected)),
      (referenceSum(of: unit, chosen), referenceSum(of: unit, rejected))
    )
    let (sums, slope) = loss(
      policy: policy, reference: reference, weight: 1 / Double(unit.batch.count / 2))
    unit.gradient(\.logProbabilities, chosen).fill(Float(slope))
    unit.gradient(\.logProbabilities, rejected).fill(Float(-slope))
    return sums
  }

  /// The weighted loss of a pair, and its slope by each log-probability of the chosen completion; by those
  /// of the rejected one it is the opposite.
  package func loss(
    policy: (chosen: Double, rejected: Double), reference: (chosen: Double, rejected: Double),
    weight: Double
  ) -> (sums: Sums, slope: Double) {
    var sums = Sums()
    sums.pairs = 1
    (sums.chosenLogProb, sums.rejectedLogProb) = policy
    sums.chosenReward = beta * (policy.chosen - reference.chosen)
    sums.rejectedReward = beta * (policy.rejected - reference.rejected)
    let margin = sums.chosenReward - sums.rejectedReward
    sums.right = margin > 0 ? 1 : 0
    // -log sigma(x) = log(1 + e^-x), without overflow on either side.
    sums.loss = weight * (max(-margin, 0) + log1p(exp(-abs(margin))))
    return (sums, -weight * beta / (1 + exp(margin)))
  }

  private func sum(of unit: ObjectiveUnit, _ sequence: Int) -> Double {
    Self.sum(unit.output(\.logProbabilities, sequence))
  }

  private func referenceSum(of unit: ObjectiveUnit, _ sequence: Int) -> Double {
    guard let reference = unit.column(.reference, sequence) else {
      preconditionFailure("DPO needs the reference's log-probabilities")
    }
    return Self.sum(reference)
  }

  private static func sum(_ values: FloatView) -> Double {
    values.withSpan { values in
      var sum = 0.0
      for i in values.indices { sum += Double(values[i]) }
      return sum
    }
  }
}
