import Foundation
import Testing
import Training

/// Aggregates and intervals against those of rliable on the same scores.
@Suite struct ComparisonStatisticsTests {
  private static let fixture = Result { try Fixture.load("stats.json") }
  private static let names = ["alpha", "beta", "gamma", "delta", "epsilon"]

  private static func scores(_ name: String) throws -> ScoreMatrix {
    ScoreMatrix(try fixture.get()["scores"][name].elements.map(\.numbers))
  }

  @Test(arguments: names)
  func aggregates(name: String) throws {
    let expected = try Self.fixture.get()["aggregates"][name]
    let estimates = try Self.scores(name).estimates(
      Aggregate.allCases, Bootstrap(resamples: 50_000))
    #expect(expected.members.count == Aggregate.allCases.count)
    #expect(try Self.fixture.get()["confidence"].number == Bootstrap.confidence)
    for (aggregate, estimate) in zip(Aggregate.allCases, estimates) {
      let row = expected[aggregate.rawValue]
      let point = try #require(row["point"].number)
      #expect(abs(estimate.point - point) < 1e-12, "\(aggregate)")
      let ends = [estimate.low, estimate.high]
      for key in ["interval", "interval_other_seed"] {
        #expect(largestDifference(ends, row[key].numbers) < 0.005, "\(aggregate): \(ends)")
      }
    }
  }

  @Test func probabilities() throws {
    let expected = try Self.fixture.get()["probability_of_improvement"]
    #expect(expected.members.count == 20)
    for (key, row) in expected.members {
      let pair = key.split(separator: ",").map(String.init)
      let (first, second) = (try Self.scores(pair[0]), try Self.scores(pair[1]))
      let estimate = probabilityOfImprovement(
        of: first, over: second, Bootstrap(resamples: 5_000))
      let point = try #require(row["point"].number)
      #expect(abs(estimate.point - point) < 1e-12, "\(key)")
      if !row["interval"].numbers.isEmpty {
        let ends = [estimate.low, estimate.high]
        #expect(largestDifference(ends, row["interval"].numbers) < 0.01, "\(key): \(ends)")
      }
    }
  }

  /// An arm against itself is neither better nor worse, ties and all.
  @Test func againstItself() throws {
    let scores = try Self.scores("alpha")
    let estimate = probabilityOfImprovement(of: scores, over: scores, Bootstrap(resamples: 2_000))
    #expect(estimate.point == 0.5 && estimate.low < 0.5 && estimate.high > 0.5)
  }

  @Test func theDrawsAreAFunctionOfTheSeed() throws {
    let scores = try Self.scores("beta")
    func estimate(_ seed: UInt64) -> [IntervalEstimate] {
      scores.estimates([.iqm, .median], Bootstrap(seed: seed, resamples: 1_000))
    }
    #expect(estimate(7) == estimate(7) && estimate(7) != estimate(8))
    #expect(estimate(7)[0].point == estimate(8)[0].point)
  }

  /// One run, or runs that are all alike, leave nothing to resample.
  @Test func nothingVaries() {
    for rows in [[[0.25, 0.5, 1]], Array(repeating: [0.25, 0.5, 1], count: 6)] {
      for estimate in ScoreMatrix(rows).estimates(Aggregate.allCases, Bootstrap(resamples: 100)) {
        #expect(estimate.low == estimate.point && estimate.high == estimate.point)
      }
    }
  }

  /// numpy.percentile on four values, done by hand: place 0.025 * 3 lies between the first two.
  @Test func intervalEnds() throws {
    let estimate = IntervalEstimate(point: 2, resampled: [4, 1, 3, 2])
    #expect(abs(estimate.low - 1.075) < 1e-15 && abs(estimate.high - 3.925) < 1e-15)
    let data = try JSONEncoder().encode(estimate)
    #expect(try JSONDecoder().decode(IntervalEstimate.self, from: data) == estimate)
  }
}
