/// Gives 1 where the completion is well-formed (`Completion.parsed`), right or wrong; part `format`.
///
/// The shipped suites log it at weight 0: correctness asks for the form already, and a form that
/// pays by itself is the first thing a policy learns to exploit.
public struct FormatVerifier: Verifier {
  /// `format`.
  public let name = "format"
  /// The one part, `format`.
  public let partNames = ["format"]

  public init() {}

  /// The verdict on one completion; never a failure.
  public func verify(_ completion: Completion, of problem: Problem) -> Verdict {
    let value = completion.parsed == nil ? 0.0 : 1.0
    return .score(Score(reward: value, parts: ["format": value]))
  }
}
