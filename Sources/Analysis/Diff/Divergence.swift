extension RunDiff {
  /// The first place at which two runs differ.
  package struct Divergence: Sendable {
    /// What differs there first, in the order in which a step goes.
    package enum Kind: String, Sendable {
      /// The problem that was posed.
      case problem
      /// The tokens that were drawn.
      case completion
      /// The verdict on the same completion.
      case verdict
      /// The advantage of a completion with the same verdict.
      case advantage
      /// A completion that one run logged and the other didn't.
      case unmatched
      /// What was read or sampled, in completions that aren't logged.
      case batch
      /// The probabilities of the same texts.
      case policy
      /// What the update made of the same batch.
      case update
    }

    /// The step, from 1.
    package let step: Int
    /// What differs first.
    package let kind: Kind
    /// Problem and sample from 0; nil where it isn't in a logged completion.
    package let place: (problem: Int, sample: Int)?
    /// The problem's text, where both have the same.
    package let prompt: String?
    /// The first differing token, where the completions differ.
    package let token: Token?
    /// The keys of the completion's lines that differ.
    package let fields: [Difference]
    /// The step's metrics that differ, times left out.
    package let metrics: [Difference]
  }

  /// The first token at which two completions differ, with the text around it.
  package struct Token: Sendable, Equatable {
    /// Its place in the completion, from 0.
    package let index: Int
    /// The text before it, which both have.
    package let before: String
    /// The token in the first run, `end` or `cutOff`.
    package let first: String
    /// What follows it there.
    package let firstRest: String
    /// The token in the second run.
    package let second: String
    /// What follows it there.
    package let secondRest: String

    /// Stands for the end that the policy chose.
    package static let end = "(end)"
    /// Stands for the end of a completion that ran into the length limit.
    package static let cutOff = "(cut off)"
  }
}

extension RunDiff.Divergence.Kind {
  /// What it means, in one sentence without a full stop.
  package var meaning: String {
    switch self {
    case .problem: "a different problem was posed"
    case .completion: "a different token was drawn"
    case .verdict: "the same completion was judged differently"
    case .advantage: "the same completion and verdict got a different advantage"
    case .unmatched: "only one of them logged this completion"
    case .batch: "the batches differ in something that isn't logged"
    case .policy:
      "the same texts had different probabilities: the weights, or the forward pass, had diverged"
    case .update: "the update differs; what it learned from is the same"
    }
  }
}
