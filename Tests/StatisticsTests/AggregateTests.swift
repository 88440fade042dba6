import Foundation
import Statistics
import Testing

/// Aggregates and intervals against those of rliable on the same scores.
@Suite struct AggregateTests {
  private static let names = ["alpha", "beta", "gamma", "delta", "epsilon"]

  private static func scores(_ name: String) throws -> ScoreMatrix {
    ScoreMatrix(try #require(ReferenceStatistics.all.get().scores[name]))
  }

  @Test(arguments: names)
  func aggregates(name: String) throws {
    let reference = try ReferenceStatistics.all.get()
    let expected = try #require(reference.aggregates[name])
    let estimates = try Self.scores(name).estimates(
      Aggregate.allCases, Bootstrap(resamples: 50_000))
    #expect(expected.count == Aggregate.allCases.count)
    #expect(reference.confidence == Bootstrap.confidence)
    for (aggregate, estimate) in zip(Aggregate.allCases, estimates) {
      let row = try #require(expected[aggregate.rawValue])
      #expect(abs(estimate.point - row.point) < 1e-12, "\(aggregate)")
      for ends in [row.interval, row.interval_other_seed] {
        let distance = ReferenceStatistics.distance(estimate.low, estimate.high, ends ?? [])
        #expect(distance < 0.005, "\(aggregate): \(estimate)")
      }
    }
  }

  @Test func probabilities() throws {
    let expected = try ReferenceStatistics.all.get().probability_of_improvement
    #expect(expected.count == 20)
    for (key, row) in expected {
      let pair = key.split(separator: ",").map(String.init)
      let (first, second) = (try Self.scores(pair[0]), try Self.scores(pair[1]))
      let estimate = probabilityOfImprovement(
        of: first, over: second, Bootstrap(resamples: 5_000))
      #expect(abs(estimate.point - row.point) < 1e-12, "\(key)")
      if let ends = row.interval {
        let distance = ReferenceStatistics.distance(estimate.low, estimate.high, ends)
        #expect(distance < 0.01, "\(key): \(estimate)")
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
