import Learning
import Testing

@Suite struct AdvantageTests {
  /// Those of losses.json that nothing here computes: each reward's own normalisation before the sum.
  static let notBuilt: Set = ["grpo/two functions/weights 1 0.25/normalize_then_sum"]

  @Test func everyAdvantageOfTRL() throws {
    let losses = try FixtureValue.load("losses.json")
    let entries = losses["advantages"].members
    var checked = 0
    for (name, entry) in entries where !Self.notBuilt.contains(name) {
      let options = entry["options"]
      let rewards = Self.rewards(of: entry, batch: losses["batch"])
      let result =
        if entry["trainer"].text == "RLOOTrainer" {
          leaveOneOutAdvantages(
            rewards: rewards, groupSize: 4, normalized: options["normalize_advantages"].isTrue)
        } else {
          groupRelativeAdvantages(
            rewards: rewards, groupSize: 4,
            scale: AdvantageScale(rawValue: options["scale_rewards"].text ?? "group") ?? .none)
        }
      let gap = largestDifference(result.advantages, entry["advantages"].numbers)
      #expect(gap < 1e-11, "\(name): off by \(gap)")
      // TRL's share looks at the deviation of the whole batch when that is what it divides by.
      if options["scale_rewards"].text != "batch" {
        let flat = Double(result.isFlat.count { $0 }) / Double(result.isFlat.count)
        #expect(flat == entry["metrics"]["frac_reward_zero_std"].number, "\(name)")
      }
      checked += 1
    }
    #expect(checked == entries.count - Self.notBuilt.count && checked == 20)
  }

  /// The rewards that the advantages are taken of: columns summed, clipped, KL taken off.
  private static func rewards(of entry: FixtureValue, batch: FixtureValue) -> [Double?] {
    let options = entry["options"]
    var rewards = entry["rewards"].optionalNumbers
    if entry["rewards"].elements.count == 2 {
      let columns = entry["rewards"].elements.map(\.numbers)
      let weights = options["reward_weights"].numbers
      rewards = columns[0].indices.map { weights[0] * columns[0][$0] + weights[1] * columns[1][$0] }
    }
    if let low = options["reward_clip_range"].numbers.first {
      let high = options["reward_clip_range"].numbers[1]
      rewards = rewards.map { $0.map { min(max($0, low), high) } }
    }
    guard let weight = options["beta"].number, weight > 0 else { return rewards }
    let lengths = batch["lengths"].counts
    return rewards.indices.map { index in
      let old = Array(batch["old_logprobs"].elements[index].numbers.prefix(lengths[index]))
      let reference = Array(
        batch["reference_logprobs"].elements[index].numbers.prefix(lengths[index]))
      return rewards[index].map {
        klPenalizedReward(
          $0, oldLogProbs: old.span, referenceLogProbs: reference.span, weight: weight)
      }
    }
  }

  @Test(arguments: AdvantageScale.allCases)
  func flatGroupsGetExactlyZero(scale: AdvantageScale) {
    // The mean of three times 0.1 is not 0.1 in binary.
    let rewards: [Double?] = [0.1, 0.1, 0.1, 1, 0, 0.5]
    let result = groupRelativeAdvantages(rewards: rewards, groupSize: 3, scale: scale)
    #expect(result.isFlat == [true, false])
    #expect(result.advantages[..<3].allSatisfy { $0 == 0 })
    #expect(result.advantages[3...].contains { $0 != 0 })
    let others = leaveOneOutAdvantages(rewards: rewards, groupSize: 3)
    #expect(others.advantages[..<3].allSatisfy { $0 == 0 } && others.isFlat == [true, false])
  }

  @Test func failuresLeaveTheirGroup() {
    // Only one reward is left in the first group, none in the second, two equal ones in the third.
    let rewards: [Double?] = [nil, 1, nil, nil, nil, nil, 2, nil, 2, nil, 0, 1]
    let result = groupRelativeAdvantages(rewards: rewards, groupSize: 3, scale: .none)
    #expect(result.isFlat == [true, true, true, false])
    #expect(result.advantages == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -0.5, 0.5])
    let others = leaveOneOutAdvantages(rewards: rewards, groupSize: 3)
    #expect(others.advantages == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, 1])
  }

  @Test func aBatchOfFailuresIsFlat() {
    let rewards: [Double?] = [nil, nil, nil, nil]
    for scale in AdvantageScale.allCases {
      let result = groupRelativeAdvantages(rewards: rewards, groupSize: 2, scale: scale)
      #expect(result.advantages == [0, 0, 0, 0] && result.isFlat == [true, true])
    }
    let others = leaveOneOutAdvantages(
      rewards: rewards, groupSize: 2, normalized: true, epsilon: 0)
    #expect(others.advantages == [0, 0, 0, 0])
    #expect(groupRelativeAdvantages(rewards: [], groupSize: 2, scale: .batch).advantages.isEmpty)
  }

  @Test func advantagesDoNotDependOnTheOtherGroups() {
    let alone = groupRelativeAdvantages(rewards: [0, 1, 3], groupSize: 3, scale: .group)
    let among = groupRelativeAdvantages(
      rewards: [5, 5, 5, 0, 1, 3, 9, 8, nil], groupSize: 3, scale: .group)
    #expect(Array(among.advantages[3..<6]) == alone.advantages)
  }

  @Test func leaveOneOutIsTheCentredRewardTimesGOverGMinusOne() {
    let rewards: [Double?] = [0.25, 1, 0, 0.5, 2, 2, 1, 0]
    let centred = groupRelativeAdvantages(rewards: rewards, groupSize: 4, scale: .none)
    let others = leaveOneOutAdvantages(rewards: rewards, groupSize: 4)
    #expect(largestDifference(others.advantages, centred.advantages.map { $0 * 4 / 3 }) < 1e-15)
  }

  @Test func movingAverageUsesThePast() {
    var baseline = MovingAverageBaseline(decay: 0.75)
    #expect(baseline.advantages(of: [nil, nil]) == [0, 0] && baseline.value == nil)
    #expect(baseline.advantages(of: [1, nil, 0]) == [0.5, 0, -0.5])
    #expect(baseline.value == 0.5)
    // 1 is the second batch's own mean: the baseline taken off is still 0.5.
    #expect(baseline.advantages(of: [2, 0]) == [1.5, -0.5])
    #expect(baseline.value == 0.625)
  }

  @Test func softOverlongPenaltyFallsBeforeTheLimit() {
    let penalties = [0, 16, 17, 18, 20, 25].map {
      softOverlongPenalty(tokens: $0, maximum: 20, margin: 4)
    }
    #expect(penalties == [0, 0, -0.25, -0.5, -1, -1])
  }
}
