internal import Statistics

/// What a group's centred rewards are divided by before they become advantages.
///
/// DeepSeekMath (arXiv 2402.03300, section 4.1.2) divides by the group's standard deviation, which is
/// `group`. Dr. GRPO (arXiv 2503.20783, section 3.1) shows that this favours questions whose rewards
/// hardly vary and divides by nothing, which is `none`. `batch` is TRL's `scale_rewards="batch"`.
package enum AdvantageScale: String, Sendable, CaseIterable, Codable {
  /// The standard deviation of the group's own rewards.
  case group
  /// The standard deviation of all rewards of the batch; the mean taken off stays the group's.
  case batch
  /// Nothing: the advantage is the reward less the group's mean.
  case none
}

/// The advantages of a batch of groups, and the groups that have nothing to teach.
package struct GroupAdvantages: Sendable, Equatable {
  /// One per completion, in the order of the rewards; 0 where the verifier failed.
  package let advantages: [Double]
  /// One per group: whether its remaining rewards are all equal, so that no advantage is left.
  package let isFlat: [Bool]

  package init(advantages: [Double], isFlat: [Bool]) {
    self.advantages = advantages
    self.isFlat = isFlat
  }
}

/// The advantage of each completion relative to the other completions of its group.
///
/// A_i = (r_i - mean r) / (std r + epsilon), the outcome supervision of DeepSeekMath (arXiv
/// 2402.03300, section 4.1.2). What the paper leaves open is chosen as TRL 1.16 has it: the standard
/// deviation has Bessel's correction, and epsilon is added to it. A completion whose verifier failed
/// (`nil`) leaves the mean and the deviation of its group, and its advantage is 0. The advantages of
/// a flat group are exactly 0, where rounding in the mean could leave something else.
///
/// - Parameters:
///   - rewards: group after group. Not a number or infinite is no reward: a verifier that answers
///     so has failed, and its completion comes here as `nil`.
///   - groupSize: G, the completions of one problem.
///   - scale: what the centred rewards are divided by.
///   - epsilon: added to the standard deviation.
package func groupRelativeAdvantages(
  rewards: [Double?], groupSize: Int, scale: AdvantageScale, epsilon: Double = 1e-4
) -> GroupAdvantages {
  precondition(epsilon >= 0, "epsilon is added to a standard deviation")
  let isFlat = flatGroups(rewards: rewards, groupSize: groupSize)
  let batchDeviation = scale == .batch ? sampleDeviation(rewards.compactMap { $0 }) : 0
  var advantages = [Double](repeating: 0, count: rewards.count)
  for group in isFlat.indices where !isFlat[group] {
    let members = group * groupSize..<(group + 1) * groupSize
    let remaining = rewards[members].compactMap { $0 }
    let mean = Statistics.mean(remaining)
    let divisor =
      switch scale {
      case .group: sampleDeviation(remaining) + epsilon
      case .batch: batchDeviation + epsilon
      case .none: 1.0
      }
    for index in members {
      guard let reward = rewards[index] else { continue }
      advantages[index] = (reward - mean) / divisor
    }
  }
  return GroupAdvantages(advantages: advantages, isFlat: isFlat)
}

/// For each group, whether the rewards that remain are all equal, or fewer than two remain.
///
/// - Parameters:
///   - rewards: group after group; `nil` where the verifier failed.
///   - groupSize: the completions of one problem; it divides the number of rewards.
package func flatGroups(rewards: [Double?], groupSize: Int) -> [Bool] {
  precondition(groupSize > 0, "a group has at least one completion")
  precondition(rewards.count.isMultiple(of: groupSize), "rewards must come in whole groups")
  precondition(rewards.allSatisfy { $0?.isFinite ?? true }, "a reward must be finite")
  return stride(from: 0, to: rewards.count, by: groupSize).map { start in
    let remaining = rewards[start..<start + groupSize].compactMap { $0 }
    return remaining.allSatisfy { $0 == remaining[0] }
  }
}

/// The mean over groups of the standard deviation of each group's rewards, with Bessel's correction.
///
/// The metric `reward_std`; TRL 1.16 logs the deviation of all rewards of the batch under that name.
///
/// - Parameters:
///   - rewards: group after group; `nil` where the verifier failed.
///   - groupSize: the completions of one problem; it divides the number of rewards.
package func groupDeviation(rewards: [Double?], groupSize: Int) -> Double {
  mean(
    stride(from: 0, to: rewards.count, by: groupSize).map { start in
      sampleDeviation(rewards[start..<start + groupSize].compactMap { $0 })
    })
}

/// Standard deviation with Bessel's correction; 0 for fewer than two numbers.
package func sampleDeviation(_ numbers: [Double]) -> Double {
  guard numbers.count > 1 else { return 0 }
  let mean = Statistics.mean(numbers)
  let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  return (squares / Double(numbers.count - 1)).squareRoot()
}
