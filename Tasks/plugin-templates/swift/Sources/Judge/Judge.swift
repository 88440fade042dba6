import Verifiers

/// PLUGIN_NAME, a verifier plugin for Hone: says what a completion is worth.
///
/// It runs inside the trainer, on several threads at once: nothing that changes is shared, and nothing
/// may trap.
public struct Judge: Verifier {
  /// The name in plugin.json5.
  public let name = "PLUGIN_NAME"
  /// The parts in plugin.json5, in the same order.
  public let partNames = ["correctness"]

  /// Makes the verifier.
  public init() {}

  /// Gives 1 where the answer is the reference, letter for letter.
  ///
  /// A failure says that the problem is at fault: the completion is left out of training. A wrong
  /// answer is a score of 0 and never a failure.
  public func verify(_ completion: Completion, of problem: Problem) -> Verdict {
    guard !problem.answer.isEmpty else { return .failure("the reference is empty") }
    // `parsed` is nil where the completion isn't one chain of thought and one answer. Bytes are
    // compared, since == on strings takes letters for the same that are encoded otherwise. Whatever
    // this lets through, the policy will find.
    let isRight = completion.parsed?.answer.utf8.elementsEqual(problem.answer.utf8) ?? false
    let reward = isRight ? 1.0 : 0.0
    return .score(Score(reward: reward, parts: ["correctness": reward]))
  }
}
