import Testing
import Training

@Suite struct StatisticsTests {
  @Test func everyWilsonInterval() throws {
    let rows = try Fixture.load("stats.json")["wilson"].elements
    #expect(rows.count == 20)
    for row in rows {
      let z = row["confidence"].number == 0.95 ? WilsonInterval.z95 : 1.6448536269514722
      let successes = Int(try #require(row["successes"].number))
      let trials = Int(try #require(row["n"].number))
      let interval = WilsonInterval(successes: successes, trials: trials, z: z)
      let ends = [try #require(row["low"].number), try #require(row["high"].number)]
      #expect(
        largestDifference([interval.low, interval.high], ends) < 1e-11, "\(successes)/\(trials)")
    }
  }

  @Test func wilsonAtItsEnds() {
    let none = WilsonInterval(successes: 0, trials: 0)
    #expect(none.low == 0 && none.high == 1)
    for trials in [1, 3, 10, 999, 1_000_000_007] {
      let failed = WilsonInterval(successes: 0, trials: trials)
      let solved = WilsonInterval(successes: trials, trials: trials)
      #expect(failed.low == 0 && failed.high > 0 && failed.high < 1)
      #expect(solved.high == 1 && (solved.low - (1 - failed.high)).magnitude < 1e-15)
    }
  }

  @Test func everyPassAtK() throws {
    let rows = try Fixture.load("stats.json")["pass_at_k"].elements
    #expect(rows.count == 13)
    for row in rows {
      let value = passAtK(
        Int(try #require(row["k"].number)), samples: Int(try #require(row["n"].number)),
        correct: Int(try #require(row["c"].number)))
      #expect((value - (row["value"].number ?? .nan)).magnitude < 1e-12)
    }
  }

  /// Against the share of all subsets that hold a right completion, counted one by one.
  @Test func passAtKCountsSubsets() {
    for samples in 1...9 {
      for correct in 0...samples {
        for k in 1...samples {
          let subsets = (0..<(1 << samples)).filter { $0.nonzeroBitCount == k }
          let solved = subsets.count { $0 & ((1 << correct) - 1) != 0 }
          let share = Double(solved) / Double(subsets.count)
          #expect((passAtK(k, samples: samples, correct: correct) - share).magnitude < 1e-14)
        }
      }
    }
  }

  @Test func passAtKKeepsItsDigits() {
    #expect(passAtK(1, samples: 1_000_000, correct: 0).sign == .plus)
    let rare = passAtK(1, samples: 1_000_000_000_000, correct: 1)
    #expect((rare * 1_000_000_000_000 - 1).magnitude < 1e-12)
  }
}
