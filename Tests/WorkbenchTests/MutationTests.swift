import Foundation
import TaskSuites
import Testing
import Workbench

@Suite("The workbench: wrong answers are wrong")
struct MutationTests {
  /// Answers of many forms, made by the test's own generator.
  private static let answers: [String] = {
    var random = SplitMix64(seed: 7)
    var answers = [
      "0", "-0.5", "1", "10", "11", "100", "101", "-1", "1/2", "-3/4", "2/1", "0.25", "12.50", "00",
      "True", "False", "Unknown", "yes", "TRUE", "no", "Paris", "a", "A", "x = 10", "1 2 3", "aa",
      "caf\u{E9}", "\u{130}", "1,000", "3.0", "-", "\u{FF11}\u{FF12}", "0/5", "1e3", "x0.10",
    ]
    for _ in 0..<600 {
      let size = random.next(in: 1...6)
      var text = random.chance(0.3) ? "-" : ""
      for _ in 0..<size { text += String(random.next(below: 10)) }
      if random.chance(0.3) {
        text += (random.chance(0.5) ? "." : "/") + "\(random.next(in: 0...99))"
      }
      answers.append(text)
    }
    return answers
  }()

  /// The value as Foundation reads it, with fractions as a pair multiplied out later.
  private func fraction(_ text: String) -> (Decimal, Decimal)? {
    let parts = text.replacing(",", with: "")
      .split(separator: "/", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { part in
      part.allSatisfy { "+-.0123456789e".contains($0) } && part.contains(where: \.isNumber)
        ? Decimal(string: String(part)) : nil
    }
    guard numbers.count == parts.count, (1...2).contains(parts.count) else { return nil }
    let below = numbers.count == 2 ? numbers[1] : 1
    return below == 0 ? nil : (numbers[0], below)
  }

  @Test("no mutation yields an answer of the same value")
  func neverTheSame() {
    var made: [String: Int] = [:]
    for (place, answer) in Self.answers.enumerated() {
      var random = SplitMix64(seed: UInt64(place))
      let source = Mutation.Source(
        answer: answer, others: [answer, "+" + answer, " \(answer)", "0" + answer, "5", "False"])
      for mutation in Mutation.table {
        guard let wrong = mutation.wrongAnswer(source, using: &random) else { continue }
        made[mutation.name, default: 0] += 1
        #expect(wrong.lowercased() != answer.lowercased(), "\(mutation.name): \(answer)")
        if let first = fraction(answer), let second = fraction(wrong) {
          #expect(first.0 * second.1 != second.0 * first.1, "\(mutation.name): \(answer), \(wrong)")
        }
      }
    }
    for name in Mutation.names { #expect(made[name, default: 0] > 0, "\(name) makes nothing") }
    #expect(made["digit-changed", default: 0] > 500)
  }

  @Test(
    "answers that may mean the same",
    arguments: [
      ("5", "+5"), ("0", "+-0"), ("5", "05"), ("5", "5.0"), ("5", "5."), ("1000", "1,000"),
      ("1000", "1e3"),
      ("2", "6/3"), ("0", "-0"), ("0.25", "1/4"), ("True", "true"), ("a b", "ab"),
      ("5", "\u{FF15}"),
      ("-5", "\u{2212}5"), ("x=1.0", "x = 1"), ("caf\u{E9}", "cafe\u{301}"), ("a.", "a"), ("", ""),
      ("0", "0e9"), ("12.50", "12.5"),
    ])
  func same(_ pair: (String, String)) {
    #expect(AnswerValue.areSame(pair.0, pair.1) && AnswerValue.areSame(pair.1, pair.0))
  }

  @Test(
    "answers that don't",
    arguments: [
      ("5", "-5"), ("5", "50"), ("5", "6"), ("1/2", "2/1"), ("True", "False"), ("x=1", "x=10"),
      ("0.25", "0.52"), ("5", "5 apples"), ("5", ""), ("1/0", "5"), ("5", "five"), ("1e9", "1e8"),
      ("9", String(repeating: "9", count: 20_000)), ("5", "1e999999999999"),
    ])
  func different(_ pair: (String, String)) {
    #expect(!AnswerValue.areSame(pair.0, pair.1) && !AnswerValue.areSame(pair.1, pair.0))
  }
}
