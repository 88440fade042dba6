internal import Statistics

/// The advantage of each completion over the mean reward of the others in its group (RLOO).
///
/// A_i = r_i - mean of r_j over j /= i (Ahmadian et al., arXiv 2402.14740), that is
/// G / (G - 1) times the centred reward. Nothing divides it unless `normalized`, which then takes off
/// the mean of all advantages of the batch and divides by their standard deviation (Bessel's
/// correction) plus epsilon, as TRL's `normalize_advantages`. Completions whose verifier failed leave
/// their group and get 0; so do all completions of a flat group unless `normalized` moves them.
///
/// - Parameters:
///   - rewards: group after group; `nil` where the verifier failed.
///   - groupSize: the completions of one problem.
///   - normalized: whether the advantages of the whole batch are brought to mean 0 and deviation 1.
///   - epsilon: added to the standard deviation when `normalized`.
package func leaveOneOutAdvantages(
  rewards: [Double?], groupSize: Int, normalized: Bool = false, epsilon: Double = 1e-4
) -> GroupAdvantages {
  precondition(epsilon >= 0, "epsilon is added to a standard deviation")
  let isFlat = flatGroups(rewards: rewards, groupSize: groupSize)
  var advantages = [Double](repeating: 0, count: rewards.count)
  for group in isFlat.indices where !isFlat[group] {
    let members = group * groupSize..<(group + 1) * groupSize
    let remaining = rewards[members].compactMap { $0 }
    let total = remaining.reduce(0, +)
    for index in members {
      guard let reward = rewards[index] else { continue }
      advantages[index] = reward - (total - reward) / Double(remaining.count - 1)
    }
  }
  if normalized {
    let judged = rewards.indices.filter { rewards[$0] != nil }
    let present = judged.map { advantages[$0] }
    let mean = Statistics.mean(present)
    let divisor = sampleDeviation(present) + epsilon
    for index in judged where divisor > 0 {
      advantages[index] = (advantages[index] - mean) / divisor
    }
  }
  return GroupAdvantages(advantages: advantages, isFlat: isFlat)
}
