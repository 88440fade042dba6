import Foundation
import Statistics
import Testing

@Suite struct PairedDifferenceTests {
  private func solved(_ tasks: [String: String]) throws -> SolvedProblems {
    let text = tasks.map { "\"\($0.key)\": \"\($0.value)\"" }.joined(separator: ",")
    return try JSONDecoder().decode(SolvedProblems.self, from: Data("{\(text)}".utf8))
  }

  /// Every resample of two seeds and of two tasks with three and two problems, weighed by hand: the
  /// interval must end where the exact distribution does.
  @Test func allResamplesCounted() throws {
    let first = try [
      solved(["a": "110", "b": "00"]), solved(["a": "111", "b": "11"]),
    ]
    let second = try [
      solved(["a": "101", "b": "01"]), solved(["a": "000", "b": "01"]),
    ]
    let table = [[0.0, 1, -1, 0, -1], [1, 1, 1, 1, 0]]
    var exact: [Double] = []
    for s in 0..<4 {
      for p in 0..<27 {
        for q in 0..<4 {
          let problems = [p % 3, p / 3 % 3, p / 9, 3 + q % 2, 3 + q / 2]
          let total = [s % 2, s / 2].reduce(0.0) { sum, seed in
            sum + problems.reduce(0) { $0 + table[seed][$1] }
          }
          exact.append(total / 10)
        }
      }
    }
    exact.sort()
    let difference = PairedDifference(first, second, Bootstrap(resamples: 40_000))
    let all = try #require(difference.all)
    #expect(abs(all.point - 0.3) < 1e-15)
    // 432 resamples, all as likely: the ends are between the 11th and 12th from either end.
    #expect(abs(all.low - exact[10]) < 1e-12 && abs(all.high - exact[421]) < 1e-12)
    #expect(exact[7] == exact[14] && exact[417] == exact[424], "the ends must lie inside a step")
    #expect(difference.onlyFirst == 5 && difference.onlySecond == 2)
    #expect(abs(try #require(difference.tasks["a"]).point - 0.5) < 1e-15)
    #expect(try #require(difference.tasks["b"]).point == 0)
  }

  @Test func theOtherWayRound() throws {
    let one = try [solved(["a": "1101", "b": "0-1"]), solved(["a": "1001", "b": "011"])]
    let other = try [solved(["a": "0101", "b": "011"]), solved(["a": "0000", "b": "1-1"])]
    let there = PairedDifference(one, other, Bootstrap(resamples: 999))
    let back = PairedDifference(other, one, Bootstrap(resamples: 999))
    let (a, b) = (try #require(there.all), try #require(back.all))
    #expect(a.point == -b.point && abs(a.low + b.high) < 1e-12 && abs(a.high + b.low) < 1e-12)
    #expect(there.onlyFirst == back.onlySecond && there.onlySecond == back.onlyFirst)
    let same = try #require(PairedDifference(one, one, Bootstrap(resamples: 99)).all)
    #expect(same.point == 0 && same.low == 0 && same.high == 0)
  }

  /// A problem that one of both wasn't judged on is in neither the difference nor its divisor.
  @Test func unjudgedProblems() throws {
    let first = try [solved(["a": "1-11", "b": "--"])]
    let second = try [solved(["a": "01-0", "b": "11"])]
    let difference = PairedDifference(first, second, Bootstrap(resamples: 500))
    #expect(try #require(difference.all).point == 1)
    #expect(difference.tasks["b"] == nil && difference.onlyFirst == 2)
    #expect(try PairedDifference([solved(["a": "-"])], second: "1").all == nil)
  }

  @Test func marks() throws {
    let text = #"{"a":"10-","b":""}"#
    let marks = try JSONDecoder().decode(SolvedProblems.self, from: Data(text.utf8))
    #expect(marks.marks == ["a": [.solved, .unsolved, .unjudged], "b": []])
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(String(decoding: try encoder.encode(marks), as: UTF8.self) == text)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(SolvedProblems.self, from: Data(#"{"a":"12"}"#.utf8))
    }
    #expect(marks.hasShape(of: marks.noneSolved) && !marks.hasShape(of: SolvedProblems()))
  }
}

extension PairedDifference {
  fileprivate init(_ first: [SolvedProblems], second: String) throws {
    let other = try JSONDecoder().decode(
      SolvedProblems.self, from: Data(#"{"a":"\#(second)"}"#.utf8))
    self.init(first, [other], Bootstrap(resamples: 10))
  }
}
