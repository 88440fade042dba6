import Statistics
import Testing

@Suite struct StatisticsTests {
  @Test func everyWilsonInterval() throws {
    let rows = try ReferenceStatistics.all.get().wilson
    #expect(rows.count == 20)
    for row in rows {
      let z = row.confidence == 0.95 ? WilsonInterval.z95 : 1.6448536269514722
      let interval = WilsonInterval(successes: row.successes, trials: row.n, z: z)
      let distance = ReferenceStatistics.distance(interval.low, interval.high, [row.low, row.high])
      #expect(distance < 1e-11, "\(row.successes)/\(row.n)")
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
    let rows = try ReferenceStatistics.all.get().pass_at_k
    #expect(rows.count == 13)
    for row in rows {
      #expect((passAtK(row.k, samples: row.n, correct: row.c) - row.value).magnitude < 1e-12)
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
