package import Verifiers

/// A way to be paid without an answer that deserves it, tried on several problems.
package struct AttackFamily: Sendable {
  /// What it means that a completion of the family counts as right.
  package enum Expectation: String, Sendable {
    /// It is a breach.
    case mustNotPass = "must not pass"
    /// The verifier is lenient: the one answer is the right one, in another spelling. It can't be
    /// exploited, and is shown because the built-in verifiers refuse it.
    case mayPass = "may pass"
  }

  /// What reports, `--only` and `--allow` call it.
  package let name: String
  /// One line about it.
  package let summary: String
  /// What passing means.
  package let expectation: Expectation
  /// Whether its texts are so long that two problems are enough.
  package let isHeavy: Bool
  private let make: @Sendable (AttackTarget) -> [Completion]

  /// A family of whole completions.
  static func whole(
    _ name: String, _ summary: String, _ expectation: Expectation = .mustNotPass,
    isHeavy: Bool = false, _ make: @escaping @Sendable (AttackTarget) -> [Completion]
  ) -> AttackFamily {
    AttackFamily(
      name: name, summary: summary, expectation: expectation, isHeavy: isHeavy, make: make)
  }

  /// A family of answers after a well-formed reasoning.
  static func answers(
    _ name: String, _ summary: String, _ expectation: Expectation = .mustNotPass,
    isHeavy: Bool = false, _ answers: @escaping @Sendable (AttackTarget) -> [String]
  ) -> AttackFamily {
    whole(name, summary, expectation, isHeavy: isHeavy) { target in
      answers(target).map(target.completion)
    }
  }

  /// The attacks on a problem: none that simply gives the right answer in the right form.
  package func completions(_ target: AttackTarget) -> [Completion] {
    make(target).filter { completion in
      guard let answer = completion.parsed?.answer else { return true }
      if answer.utf8.elementsEqual(target.answer.utf8) { return false }
      guard let number = ExactNumber(answer) else { return true }
      return number != ExactNumber(target.answer)
    }
  }

  /// Every family, in the order of the report.
  package static let table: [AttackFamily] = form + several + echoes + hostile + strange + lenient

  /// The names, in the order of the table.
  package static var names: [String] { table.map(\.name) }
}

/// A problem under attack, with what attacks are made of.
package struct AttackTarget: Sendable {
  /// The problem.
  package var problem: Problem
  /// The reasoning of its demonstration; empty where there is none. It holds the right answer more
  /// often than not, which must not help a wrong one.
  package var reasoning: String
  /// Wrong answers, at least one.
  package var wrong: [String]
  /// The answers of other problems of its task, none of the same value; may be empty.
  package var others: [String]
  /// Whole right completions of problems with another answer; may be empty.
  package var otherCompletions: [Completion]

  package init(
    problem: Problem, reasoning: String, wrong: [String], others: [String],
    otherCompletions: [Completion]
  ) {
    precondition(!wrong.isEmpty, "attacks need a wrong answer")
    self.problem = problem
    self.reasoning = reasoning
    self.wrong = wrong
    self.others = others
    self.otherCompletions = otherCompletions
  }

  /// The right answer.
  var answer: String { problem.answer }
  /// A wrong answer.
  var wrongAnswer: String { wrong[0] }
  /// Whether the right answer is a number in the usual spelling.
  var isNumber: Bool { ExactNumber(answer) != nil }
  /// Whether the right answer is a whole number in the usual spelling.
  var isWhole: Bool { ExactNumber(answer)?.denominator == 1 }
  /// The sign of the right answer, or nothing.
  var sign: String { answer.hasPrefix("-") ? "-" : "" }
  /// The right answer without its sign.
  var size: String { String(answer.dropFirst(sign.count)) }

  /// A well-formed completion with this answer, or what a text with marks in it makes of that.
  func completion(_ answer: String) -> Completion {
    Completion(reasoning: reasoning, answer: answer)
  }

  /// Those texts that don't mean the same as the right answer.
  func wrong(_ texts: [String]) -> [String] {
    texts.filter { !AnswerValue.areSame($0, answer) }
  }
}
