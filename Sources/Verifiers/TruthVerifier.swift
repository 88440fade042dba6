internal import Messages

/// Gives 1 where the answer is the reference truth value, spelled exactly; part `correctness`.
///
/// The values are `True`, `False` and, for tasks where facts may not suffice, `Unknown`.
public struct TruthVerifier: Verifier {
  /// `truth`.
  public let name = "truth"
  /// The one part, `correctness`.
  public let partNames = ["correctness"]
  /// The spellings that count as truth values.
  public static let values: Set<String> = ["True", "False", "Unknown"]

  public init() {}

  /// The verdict on one completion; `failure` where the reference is no truth value.
  public func verify(_ completion: Completion, of problem: Problem) -> Verdict {
    if let objection = objection(to: problem) { return .failure(objection) }
    guard let parsed = completion.parsed else { return .correctness(false) }
    return .correctness(isSame(parsed.answer, problem.answer))
  }

  /// Refuses references that are no truth value.
  public func objection(to problem: Problem) -> String? {
    guard !TruthVerifier.values.contains(problem.answer) else { return nil }
    return "the answer \(quoted(problem.answer)) is not a truth value: write True, False or Unknown"
  }
}
