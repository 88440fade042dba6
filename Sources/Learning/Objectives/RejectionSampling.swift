/// Which completions rejection sampling keeps: of each group the best, if they are good enough.
///
/// RAFT (arXiv 2304.06767, algorithm 1) keeps the one with the highest reward; here up to `most`, and
/// none below `threshold`. Among equal rewards the earlier completion is kept.
///
/// - Parameters:
///   - rewards: group after group; `nil` where the verifier failed, which is never kept.
///   - groupSize: the completions of one problem; it divides the number of rewards.
///   - threshold: the lowest reward that is kept.
///   - most: kept completions of a group at most.
package func acceptedCompletions(
  rewards: [Double?], groupSize: Int, threshold: Double, most: Int
) -> [Bool] {
  precondition(groupSize > 0, "a group has at least one completion")
  precondition(rewards.count.isMultiple(of: groupSize), "rewards must come in whole groups")
  precondition(most > 0, "nothing would ever be kept")
  var isAccepted = [Bool](repeating: false, count: rewards.count)
  for start in stride(from: 0, to: rewards.count, by: groupSize) {
    let good = (start..<start + groupSize).compactMap { index -> (index: Int, reward: Double)? in
      guard let reward = rewards[index], reward >= threshold else { return nil }
      return (index, reward)
    }
    let best = good.sorted { ($1.reward, $0.index) < ($0.reward, $1.index) }
    for (index, _) in best.prefix(most) { isAccepted[index] = true }
  }
  return isAccepted
}
