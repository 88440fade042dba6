internal import Foundation
package import Learning

/// A completion to learn from, with whatever a loss may need of its tokens.
package struct ExampleByHand: Sendable {
  package var prompt: [Int32]
  package var completion: [Int32]
  /// Of each token.
  package var advantages: [Double] = []
  /// log π_old of each token.
  package var old: [Double] = []
  /// log π_ref of each token; nil without a reference.
  package var reference: [Double]?
  /// The critic's values when the batch was made.
  package var oldValues: [Double] = []
  /// What the critic should have said.
  package var returns: [Double] = []

  package init(prompt: [Int32], completion: [Int32]) {
    self.prompt = prompt
    self.completion = completion
  }
}

/// The policy's objective spelled out in double precision, one sequence at a time.
package struct PolicyByHand: Sendable {
  /// What becomes of the ratio.
  package enum Surrogate: Sendable {
    case clipped(low: Double, high: Double, cap: Double?)
    case weighted(cap: Double)
    case logProbability
  }

  package var surrogate: Surrogate
  package var ratioLevel = RatioLevel.token
  package var klWeight = 0.0
  package var klEstimator = KLEstimator.k3
  package var entropyWeight = 0.0
  package var normalization = LossNormalization.tokenMean
  package var maxCompletionTokens: Int

  package init(_ surrogate: Surrogate, maxCompletionTokens: Int) {
    self.surrogate = surrogate
    self.maxCompletionTokens = maxCompletionTokens
  }

  /// The loss of an update, and its gradient by the weights.
  ///
  /// - Parameters:
  ///   - completions: that the loss is divided by, whether or not they take part.
  ///   - tokens: likewise.
  package func loss(
    of weights: WeightsByHand, on examples: [ExampleByHand], completions: Int, tokens: Int
  ) -> (loss: Double, gradient: [Double]) {
    var (loss, gradient) = (0.0, weights.zero)
    for example in examples {
      let (new, entropies) = weights.score(example.prompt, example.completion)
      let weight =
        switch normalization {
        case .tokenMean: 1 / Double(tokens)
        case .sequenceMean: 1 / Double(completions * new.count)
        case .sequenceSum: 1 / Double(completions)
        case .constantLength: 1 / Double(completions * maxCompletionTokens)
        }
      var slopes: [Double] = []
      for (t, logRatio) in logRatios(new, example.old).enumerated() {
        let term = term(exp(logRatio), new[t], example.advantages[t])
        // A completion that is one action counts once.
        if ratioLevel != .completion || t == 0 { loss += weight * term.value }
        var slope = term.slope
        if klWeight > 0, let reference = example.reference {
          let kl = klEstimator.byHand(new[t], reference[t])
          loss += weight * klWeight * kl.value
          slope += klWeight * kl.slope
        }
        loss -= weight * entropyWeight * entropies[t]
        slopes.append(weight * slope)
      }
      weights.add(
        example.prompt, example.completion, slopes: slopes, entropySlope: -weight * entropyWeight,
        to: &gradient)
    }
    return (loss, gradient)
  }

  private func logRatios(_ new: [Double], _ old: [Double]) -> [Double] {
    let own = zip(new, old).map { $0 - $1 }
    let total = own.reduce(0, +)
    switch ratioLevel {
    case .token: return own
    case .sequence: return own.map { _ in total / Double(own.count) }
    case .completion: return own.map { _ in total }
    }
  }

  /// A token's term of the loss and its slope by the log-probability.
  private func term(
    _ ratio: Double, _ new: Double, _ advantage: Double
  ) -> (value: Double, slope: Double) {
    switch surrogate {
    case .logProbability: return (-advantage * new, -advantage)
    case .weighted(let cap):
      let weight = min(ratio, cap)
      return (-weight * advantage * new, -weight * advantage)
    case .clipped(let low, let high, let cap):
      let clipped = min(max(ratio, 1 - low), 1 + high)
      var value = min(ratio * advantage, clipped * advantage)
      if let cap, advantage < 0 { value = max(value, cap * advantage) }
      return (-value, value == ratio * advantage ? -value : 0)
    }
  }
}

extension KLEstimator {
  /// The estimate and its slope, as Schulman's note writes them.
  package func byHand(_ policy: Double, _ reference: Double) -> (value: Double, slope: Double) {
    let d = policy - reference
    switch self {
    case .k1: return (d, 1)
    case .k2: return (d * d / 2, d)
    case .k3: return (exp(-d) - 1 + d, 1 - exp(-d))
    }
  }
}
