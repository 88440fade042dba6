internal import Statistics

/// REINFORCE's baseline: an exponential moving average of the mean rewards of past batches.
///
/// Williams' reinforcement comparison (Machine Learning 8, 1992). The baseline taken off a
/// batch is the one from before it, so that it doesn't depend on the batch's own samples and leaves
/// the gradient unbiased. Only the first batch has no past: its own mean is its baseline.
package struct MovingAverageBaseline: Sendable, Equatable, Codable {
  /// How much of the average is kept at each batch, from 0 (only the last batch) to below 1.
  package let decay: Double
  /// The average so far; `nil` before the first batch that was judged.
  package private(set) var value: Double?

  package init(decay: Double) {
    precondition((0..<1).contains(decay), "decay lies from 0 to below 1")
    self.decay = decay
  }

  /// The rewards less the baseline, after which the batch's mean joins the average.
  ///
  /// - Parameter rewards: one per completion; `nil` where the verifier failed, which gives 0 and
  ///   stays out of the average.
  package mutating func advantages(of rewards: [Double?]) -> [Double] {
    let judged = rewards.compactMap { $0 }
    precondition(judged.allSatisfy(\.isFinite), "a reward must be finite")
    guard !judged.isEmpty else { return [Double](repeating: 0, count: rewards.count) }
    let mean = Statistics.mean(judged)
    let baseline = value ?? mean
    value = decay * baseline + (1 - decay) * mean
    return rewards.map { reward in reward.map { $0 - baseline } ?? 0 }
  }
}
