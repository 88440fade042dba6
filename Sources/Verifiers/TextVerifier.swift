internal import Messages

/// Gives 1 where the answer is the reference text, byte for byte; part `correctness`.
///
/// It is for answers that are neither numbers nor truth values. Upper and lower case, spaces and
/// Unicode forms all count: what looks the same but is encoded otherwise is wrong.
public struct TextVerifier: Verifier {
  /// `text`.
  public let name = "text"
  /// The one part, `correctness`.
  public let partNames = ["correctness"]

  public init() {}

  /// The verdict on one completion; `failure` where the reference has no readable form.
  public func verify(_ completion: Completion, of problem: Problem) -> Verdict {
    if let objection = objection(to: problem) { return .failure(objection) }
    guard let parsed = completion.parsed else { return .correctness(false) }
    return .correctness(isSame(parsed.answer, problem.answer))
  }

  /// Refuses references that no well-formed completion can carry.
  public func objection(to problem: Problem) -> String? {
    // A reference that no well-formed completion can carry would make every sample wrong.
    let perfect = Completion(reasoning: "", answer: problem.answer)
    guard perfect.parsed == nil else { return nil }
    return "the answer \(quoted(problem.answer)) is blank or holds a think mark: write plain text"
  }
}

/// Whether two texts have the same bytes; `==` on strings would let canonical equivalents pass.
func isSame(_ left: String, _ right: String) -> Bool {
  left.utf8.elementsEqual(right.utf8)
}
