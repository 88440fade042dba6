internal import Learning
internal import Verifiers

extension RunState {
  /// What the shadow verifier said of a step, beside the reward; nothing without one.
  func enterShadow(
    _ m: inout Metrics, step: Int, _ rollout: Rollout, _ verdicts: Verdicts
  ) {
    guard let shadow, let judged = verdicts.shadow else { return }
    let rewards = judged.map(\.reward)
    m["shadow/reward"] = mean(rewards.compactMap { $0 })
    for part in shadow.partNames {
      m["shadow/rewards/\(part)/mean"] = mean(
        judged.compactMap { verdict in
          if case .score(let score) = verdict { score.parts[part] } else { nil }
        })
    }
    let gaps = zip(verdicts.rewards, rewards).compactMap { reward, other in
      reward.flatMap { reward in other.map { reward - $0 } }
    }
    if !gaps.isEmpty { m["shadow/gap"] = mean(gaps) }
    shadowWatch?.enter(
      step: step, rewards: verdicts.rewards, shadow: rewards, groupSize: rollout.copies)
    if let rise = shadowWatch?.rise { m["shadow/gap_rise"] = rise }
    m["shadow/failures"] = Double(rewards.count { $0 == nil })
    m["shadow/parted"] = Double(shadowWatch?.divergence?.step ?? 0)
  }
}
