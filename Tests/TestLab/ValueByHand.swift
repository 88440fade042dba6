internal import Foundation

/// The critic's objective spelled out in double precision, one sequence at a time.
package struct ValueByHand: Sendable {
  /// How far a value may move from the old one; nil for no bound.
  package var clip: Double?
  /// What the gradient is multiplied by.
  package var coefficient = 1.0

  package init(clip: Double? = nil, coefficient: Double = 1) {
    self.clip = clip
    self.coefficient = coefficient
  }

  /// The loss of an update, and its gradient by the weights.
  ///
  /// - Parameter tokens: that the loss is divided by, whether or not they take part.
  package func loss(
    of weights: WeightsByHand, on examples: [ExampleByHand], tokens: Int
  ) -> (loss: Double, gradient: [Double]) {
    var (loss, gradient) = (0.0, weights.zero)
    for example in examples {
      var slopes: [Double] = []
      let (oldValues, returns) = (example.oldValues, example.returns)
      for (t, new) in weights.values(example.prompt, example.completion).enumerated() {
        let (before, target) = (oldValues[t], returns[t])
        let square = pow(new - target, 2) / 2
        let bound = clip ?? .infinity
        let clipped = pow(min(max(new, before - bound), before + bound) - target, 2) / 2
        loss += max(square, clipped) / Double(tokens)
        slopes.append(square >= clipped ? coefficient * (new - target) / Double(tokens) : 0)
      }
      weights.add(example.prompt, example.completion, valueSlopes: slopes, to: &gradient)
    }
    return (loss, gradient)
  }
}

/// Generalized advantages of one completion, each as the sum that the recursion stands for.
package func advantagesByHand(
  rewards: [Double], values: [Double], gamma: Double, lambda: Double
) -> [Double] {
  let value = values + [0]
  let deltas = rewards.indices.map { rewards[$0] + gamma * value[$0 + 1] - value[$0] }
  return rewards.indices.map { t in
    (t..<rewards.count).reduce(0) { $0 + pow(gamma * lambda, Double($1 - t)) * deltas[$1] }
  }
}
