import Foundation
import Learning
import Testing

@Suite struct LearningRateTests {
  @Test(arguments: LearningRateShape.allCases)
  func warmUpIsAStraightLine(shape: LearningRateShape) {
    let schedule = LearningRateSchedule(
      peak: 0.8, shape: shape, warmUpUpdates: 4, totalUpdates: 20)
    let rates = (0...4).map { schedule.rate(update: $0) }
    #expect(largestDifference(rates, [0.2, 0.4, 0.6, 0.8, 0.8]) < 1e-15)
  }

  @Test func theShapes() {
    func rates(_ shape: LearningRateShape, _ updates: [Int], warmUp: Int = 0) -> [Double] {
      let schedule = LearningRateSchedule(
        peak: 2, shape: shape, warmUpUpdates: warmUp, totalUpdates: 8 + warmUp, finalFraction: 0.25)
      return updates.map { schedule.rate(update: $0) }
    }
    #expect(rates(.constant, [0, 7, 8, 100]) == [2, 2, 2, 2])
    #expect(
      largestDifference(rates(.linear, [0, 2, 4, 8, 100]), [2, 1.625, 1.25, 0.5, 0.5]) < 1e-15)
    let quarter = 0.5 + 1.5 * 0.5 * (1 + 0.5.squareRoot())
    #expect(
      largestDifference(rates(.cosine, [0, 2, 4, 8, 9]), [2, quarter, 1.25, 0.5, 0.5]) < 1e-15)
    #expect(rates(.cosine, [13], warmUp: 11) == rates(.cosine, [2]))
  }

  /// Under a token budget the fall follows what is spent, where that is further than the updates.
  @Test func theFallFollowsTheBudget() {
    let schedule = LearningRateSchedule(
      peak: 1, shape: .linear, warmUpUpdates: 2, totalUpdates: 12)
    let rates = [(0, 0.9), (2, 0), (2, 0.25), (7, 0.25), (7, 0.75), (8, 1.5)].map {
      schedule.rate(update: $0.0, spent: $0.1)
    }
    #expect(largestDifference(rates, [0.5, 1, 0.75, 0.5, 0.25, 0]) < 1e-15)
  }

  @Test(arguments: LearningRateShape.allCases)
  func noUpdateIsWastedAndNoneExceedsThePeak(shape: LearningRateShape) {
    for (warmUp, total) in [(0, 1), (1, 1), (5, 5), (9, 3), (0, 7), (3, 40), (0, 0)] {
      let schedule = LearningRateSchedule(
        peak: 1e-3, shape: shape, warmUpUpdates: warmUp, totalUpdates: total)
      for update in 0..<total {
        let rate = schedule.rate(update: update)
        #expect(rate > 0 && rate <= 1e-3, "update \(update) of \(total)")
      }
    }
  }
}
