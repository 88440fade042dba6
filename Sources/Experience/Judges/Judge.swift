package import Verifiers

/// What scores completions: a verifier, perhaps with others around it.
///
/// Judges are composed, one around another: `ShadowJudge(VerifierJudge(…), shadow)`. A score can't see the
/// policy: a judge is given the text and nothing of what wrote it.
package protocol Judge: Sendable {
  /// The parts of its scores, in the order they are shown.
  var partNames: [String] { get }
  /// Begins to judge a round of completions, which may be handed in while others are still sampled.
  func begin(_ round: JudgedRound) -> any JudgingSession
}

/// The completions of one round of sampling: copy s mod G of problem s / G is sequence s.
package struct JudgedRound: Sendable {
  /// The problems.
  package let problems: [Problem]
  /// Completions of each.
  package let copies: Int
  /// The training step.
  package let step: Int
  /// The number in the step of the round's first problem.
  package let firstProblem: Int

  package init(problems: [Problem], copies: Int, step: Int, firstProblem: Int) {
    self.problems = problems
    self.copies = copies
    self.step = step
    self.firstProblem = firstProblem
  }

  /// Completions in all.
  package var count: Int { problems.count * copies }
}

/// A round that is being judged.
package protocol JudgingSession: Sendable {
  /// Whether something is gained by handing in each completion as soon as it is finished.
  var takesEarly: Bool { get }
  /// Takes a finished completion, on whatever thread sampled it.
  func enter(_ completion: Completion, _ sequence: Int)
  /// Waits for the judgements on all completions of the round, with the tokens that each has.
  func judgements(of completions: [Completion], lengths: [Int]) -> [Judgement]
}

/// What was said of one completion.
package struct Judgement: Sendable {
  /// The verifier's own verdict.
  package let verdict: Verdict
  /// The verifier's reward, or the coin's; nil where the verifier failed.
  package var reward: Double?
  /// DAPO's soft penalty for length, 0 or more; nil where none is asked for.
  package var overlong: Double?
  /// The weighted divergence from the reference; nil where it isn't taken off the reward.
  package var divergence: Double?
  /// A shadow verifier's verdict, which nothing is trained on; nil without one.
  package var shadow: Verdict?

  package init(_ verdict: Verdict) {
    self.verdict = verdict
    reward = verdict.reward
  }

  /// What is taken off the reward before it becomes an advantage; nil where nothing ever is.
  package var penalty: Double? {
    overlong == nil && divergence == nil ? nil : (overlong ?? 0) + (divergence ?? 0)
  }

  /// The reward less the penalties; nil where the verifier failed.
  package var penalized: Double? { reward.map { $0 - (penalty ?? 0) } }
}
