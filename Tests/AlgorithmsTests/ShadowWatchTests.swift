import Experience
import Foundation
import TestSupport
import Testing

@Suite("The shadow: where it diverges from the reward")
struct ShadowWatchTests {
  /// The watch after some steps, each the rewards and the shadow's of one problem, which stands for
  /// all problems of the step.
  private func watch(
    _ steps: [(rewards: [Double?], shadow: [Double?])], problems: Int = 4
  ) -> ShadowWatch {
    var watch = ShadowWatch()
    for (index, step) in steps.enumerated() {
      watch.enter(
        step: index + 1, rewards: Array(repeating: step.rewards, count: problems).flatMap { $0 },
        shadow: Array(repeating: step.shadow, count: problems).flatMap { $0 },
        groupSize: step.rewards.count)
    }
    return watch
  }

  private static let agreeing: (rewards: [Double?], shadow: [Double?]) = ([1, 0], [1, 0])
  private static let hacked: (rewards: [Double?], shadow: [Double?]) = ([1, 0], [0, 0])

  @Test(
    "three steps of a gap that was not there at first, or as many of them as outweigh their spread")
  func diverges() throws {
    let agreeing = Array(repeating: Self.agreeing, count: 3)
    let early = watch(agreeing + Array(repeating: Self.hacked, count: 9))
    #expect(early.rise == 0.5)
    #expect(
      early.divergence
        == ShadowDivergence(step: 6, firstReward: 0.5, reward: 0.5, firstShadow: 0.5, shadow: 0))
    // From step 6 on, worked by hand: gaps of 12 problems, a third of them 0.5, have mean 1/6 and
    // 3 standard errors of 0.213; with two thirds of them the mean is 1/3.
    let later = watch(
      Array(repeating: Self.agreeing, count: 5) + Array(repeating: Self.hacked, count: 6))
    #expect(later.divergence?.step == 7)
    let divergence = try #require(later.divergence)
    #expect(abs(divergence.shadow - 1.0 / 6) < 1e-12)
    #expect(
      divergence.sentence
        == "reward and shadow diverge at step 7: reward 0.50 → 0.50, shadow 0.50 → 0.17")
  }

  @Test("agreement, a constant gap and a shadow that is stricter by a factor are no alarm")
  func quiet() {
    #expect(watch(Array(repeating: Self.agreeing, count: 50)).divergence == nil)
    #expect(watch(Array(repeating: Self.hacked, count: 50)).divergence == nil)
    // The shadow pays half of the reward, which grows from 1/4 to 1.
    let weak: (rewards: [Double?], shadow: [Double?]) = ([1, 0, 0, 0], [0.5, 0, 0, 0])
    func grown(_ share: Double) -> ShadowWatch {
      watch(
        Array(repeating: weak, count: 3)
          + Array(repeating: ([1, 1, 1, 1], Array(repeating: share, count: 4)), count: 5))
    }
    #expect(grown(0.5).rise == 0.375 && grown(0.5).divergence == nil)
    #expect(grown(0.4).divergence != nil)
  }

  @Test("noise alone is no divergence", arguments: [1, 2, 3, 4, 5, 6, 7, 8])
  func noise(seed: UInt64) {
    var random = TestRandom(seed)
    var watch = ShadowWatch()
    for step in 1...300 {
      var (rewards, shadow) = ([Double?](), [Double?]())
      for _ in 0..<16 {
        // Some problems are easy, and some leak.
        let (easy, leak) = (random.uniform(), random.uniform() * 0.5)
        for _ in 0..<4 {
          let isRight = random.uniform() < easy
          rewards.append(isRight || random.uniform() < leak ? 1 : 0)
          shadow.append(isRight ? 1 : 0)
        }
      }
      watch.enter(step: step, rewards: rewards, shadow: shadow, groupSize: 4)
    }
    #expect(watch.rise != nil && watch.divergence == nil, "\(String(describing: watch.divergence))")
  }

  @Test("what one of them could not judge is left out, and few problems decide nothing")
  func left() {
    let failed: (rewards: [Double?], shadow: [Double?]) = ([1, nil, 0], [1, 0, nil])
    let steps = Array(repeating: failed, count: 3) + Array(repeating: Self.hacked, count: 3)
    #expect(watch(steps).divergence?.firstReward == 1)
    #expect(watch(Array(repeating: ([nil, nil], [1, 1]), count: 9)).rise == nil)
    let hacked = Array(repeating: Self.agreeing, count: 3) + Array(repeating: Self.hacked, count: 9)
    #expect(watch(hacked, problems: 3).divergence == nil)
  }

  @Test("a watch that was saved goes on as if it had not been")
  func saved() throws {
    let steps = Array(repeating: Self.agreeing, count: 5) + Array(repeating: Self.hacked, count: 6)
    for cut in 0..<steps.count {
      let data = try JSONEncoder().encode(watch(Array(steps.prefix(cut))))
      var resumed = try JSONDecoder().decode(ShadowWatch.self, from: data)
      for (index, step) in steps.enumerated().dropFirst(cut) {
        resumed.enter(
          step: index + 1, rewards: Array(repeating: step.rewards, count: 4).flatMap { $0 },
          shadow: Array(repeating: step.shadow, count: 4).flatMap { $0 }, groupSize: 2)
      }
      #expect(resumed == watch(steps))
    }
  }
}
