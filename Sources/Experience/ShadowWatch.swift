internal import Statistics

/// Watches a shadow verifier's rewards beside those that are trained on, and finds the step at which the
/// two diverge (docs/shadow.md).
///
/// The gap of a problem is the mean, over its completions that both could judge, of the reward less the
/// shadow's. Problems are the units, since completions of one problem aren't independent. After each step
/// the last three steps are held against the first three. The two diverge at the first step where
///
///     rise − 3 √(s₀² / n₀ + s₁² / n₁) > 0.05   and   rise > ½ (reward now − reward at first)
///
/// with rise = mean gap now − mean gap at first, s² the variances of a problem's gap and n the problems.
/// The first says that the gap has grown by more than noise and by something that matters; the second
/// that the shadow confirms less than half of what the reward has gained, so that a shadow which is
/// stricter by a constant factor is no alarm.
package struct ShadowWatch: Sendable, Equatable, Codable {
  /// Steps that are taken together.
  package static let span = 3
  /// Standard errors by which the gap must have grown.
  static let deviations = 3.0
  /// What it must have grown by beyond them.
  static let margin = 0.05
  /// Problems that either side must have: of fewer the variance is no guide.
  static let leastProblems = 12

  /// Sums over the problems of a step that both verifiers could judge.
  struct Tally: Sendable, Equatable, Codable {
    var problems = 0
    var gap = 0.0
    var squaredGap = 0.0
    var reward = 0.0

    static func + (a: Tally, b: Tally) -> Tally {
      Tally(
        problems: a.problems + b.problems, gap: a.gap + b.gap,
        squaredGap: a.squaredGap + b.squaredGap, reward: a.reward + b.reward)
    }

    var meanGap: Double { gap / Double(problems) }
    var meanReward: Double { reward / Double(problems) }
    /// Of the mean gap; with Bessel's correction.
    var squaredError: Double {
      max(0, squaredGap - gap * meanGap) / Double(problems - 1) / Double(problems)
    }
  }

  private(set) var first: [Tally] = []
  private(set) var recent: [Tally] = []
  /// Where the two diverged; nil where they haven't.
  package private(set) var divergence: ShadowDivergence?

  private enum CodingKeys: String, CodingKey {
    case first, recent
    case divergence = "parting"
  }

  package init() {}

  /// Takes note of a step.
  ///
  /// - Parameters:
  ///   - rewards: what is trained on, one per completion; nil where the verifier failed.
  ///   - shadow: the shadow's rewards of the same completions; nil where it failed.
  ///   - groupSize: completions of a problem, which stand together.
  package mutating func enter(
    step: Int, rewards: [Double?], shadow: [Double?], groupSize: Int
  ) {
    precondition(rewards.count == shadow.count && rewards.count.isMultiple(of: groupSize))
    var tally = Tally()
    for start in stride(from: 0, to: rewards.count, by: groupSize) {
      let pairs = (start..<start + groupSize).compactMap { s -> (reward: Double, gap: Double)? in
        guard let reward = rewards[s], let other = shadow[s] else { return nil }
        return (reward, reward - other)
      }
      guard !pairs.isEmpty else { continue }
      let gap = mean(pairs.map(\.gap))
      tally =
        tally
        + Tally(
          problems: 1, gap: gap, squaredGap: gap * gap, reward: mean(pairs.map(\.reward)))
    }
    guard first.count == Self.span else { return first.append(tally) }
    recent.append(tally)
    if recent.count > Self.span { recent.removeFirst() }
    if divergence == nil { divergence = divergence(at: step) }
  }

  /// Mean gap of the last three steps less that of the first three; nil before there are six.
  package var rise: Double? {
    sides.map { $0.now.meanGap - $0.start.meanGap }
  }

  private var sides: (start: Tally, now: Tally)? {
    guard first.count == Self.span, recent.count == Self.span else { return nil }
    let (start, now) = (first.reduce(Tally(), +), recent.reduce(Tally(), +))
    guard min(start.problems, now.problems) >= Self.leastProblems else { return nil }
    return (start, now)
  }

  private func divergence(at step: Int) -> ShadowDivergence? {
    guard let (start, now) = sides else { return nil }
    let rise = now.meanGap - start.meanGap
    let error = (start.squaredError + now.squaredError).squareRoot()
    guard rise - Self.deviations * error > Self.margin,
      rise > (now.meanReward - start.meanReward) / 2
    else { return nil }
    return ShadowDivergence(
      step: step, firstReward: start.meanReward, reward: now.meanReward,
      firstShadow: start.meanReward - start.meanGap, shadow: now.meanReward - now.meanGap)
  }
}

/// The step at which the reward and a shadow's diverge, with both at first and then: means of three steps.
package struct ShadowDivergence: Sendable, Equatable, Codable {
  /// The step after which it was seen.
  package let step: Int
  /// The reward of the first steps.
  package let firstReward: Double
  /// The reward of the three steps up to this one.
  package let reward: Double
  /// The shadow's reward of the first steps.
  package let firstShadow: Double
  /// The shadow's reward of the three steps up to this one.
  package let shadow: Double

  private enum CodingKeys: String, CodingKey {
    case step, reward, shadow
    case firstReward = "first_reward"
    case firstShadow = "first_shadow"
  }

  package init(
    step: Int, firstReward: Double, reward: Double, firstShadow: Double, shadow: Double
  ) {
    self.step = step
    self.firstReward = firstReward
    self.reward = reward
    self.firstShadow = firstShadow
    self.shadow = shadow
  }

  /// One line about it.
  package var sentence: String {
    func change(_ from: Double, _ to: Double) -> String {
      "\(Quantity.fixed(from, digits: 2)) → \(Quantity.fixed(to, digits: 2))"
    }
    return "reward and shadow diverge at step \(step): reward \(change(firstReward, reward)), "
      + "shadow \(change(firstShadow, shadow))"
  }
}

/// What a run says of its shadow at its end.
package struct ShadowResult: Sendable, Equatable, Codable {
  /// The shadow verifier's name.
  package let verifier: String
  /// Where reward and shadow diverged; absent where they didn't.
  package let divergence: ShadowDivergence?

  private enum CodingKeys: String, CodingKey {
    case verifier
    case divergence = "parted"
  }

  package init(verifier: String, divergence: ShadowDivergence?) {
    self.verifier = verifier
    self.divergence = divergence
  }

  /// One line about it.
  package var sentence: String {
    divergence?.sentence ?? "reward and shadow (\(verifier)) didn't diverge"
  }
}
