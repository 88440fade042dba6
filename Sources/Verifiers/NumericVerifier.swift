internal import Messages

/// Gives 1 where the answer is the reference number, exactly; part `correctness`.
///
/// Integers, fractions such as `-3/4` and decimals such as `0.25` are compared by value, without
/// rounding. An answer must be one of the spellings `ExactNumber` lists and nothing else, so `12`
/// earns nothing inside `123`, and neither do `012`, `+12`, `12.0`, ` 12` or `1.2e1`. The
/// completion must be well-formed (`Completion.parsed`). Nothing in the text is evaluated.
public struct NumericVerifier: Verifier {
  /// `numeric`.
  public let name = "numeric"
  /// The one part, `correctness`.
  public let partNames = ["correctness"]

  public init() {}

  /// The verdict on one completion; `failure` where the reference is no number.
  public func verify(_ completion: Completion, of problem: Problem) -> Verdict {
    guard let reference = ExactNumber(problem.answer) else {
      return .failure(objection(to: problem) ?? "the reference answer is not a number")
    }
    guard let parsed = completion.parsed, let answer = ExactNumber(parsed.answer) else {
      return .correctness(false)
    }
    return .correctness(answer == reference)
  }

  /// Refuses references that are no number in one of the accepted spellings.
  public func objection(to problem: Problem) -> String? {
    guard ExactNumber(problem.answer) == nil else { return nil }
    return "the answer \(quoted(problem.answer)) is not a number as the numeric verifier reads it: "
      + "write it like 12, -3/4 or 0.25, without leading or trailing zeros, spaces or exponent"
  }
}

extension Verdict {
  /// A score with the one part `correctness`, which is also the reward.
  static func correctness(_ isCorrect: Bool) -> Verdict {
    let value = isCorrect ? 1.0 : 0.0
    return .score(Score(reward: value, parts: ["correctness": value]))
  }
}
