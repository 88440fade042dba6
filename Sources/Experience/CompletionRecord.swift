internal import Verifiers

/// One sampled completion with what became of it; a line of `completions.jsonl`.
package struct CompletionRecord: Sendable, Encodable {
  /// The training step.
  package var step: Int
  /// The problem's place in the step's batch.
  package var problem: Int
  /// The sample's place in its group.
  package var sample: Int
  /// The task that made the problem.
  package var task: String
  /// The prompt.
  package var prompt: String
  /// The reference answer.
  package var answer: String
  /// What the policy wrote.
  package var completion: String
  /// Whether the policy ended it itself.
  package var finished: Bool
  /// The reward of the verifier, or of the coin; absent where the verifier failed.
  package var reward: Double?
  /// What was taken off the reward before it was trained on; absent where nothing is.
  package var penalty: Double?
  /// The score's named parts.
  package var parts: [String: Double]?
  /// Why the verifier failed.
  package var failure: String?
  /// What the shadow verifier said; absent without one.
  package var shadow: ShadowRecord?
  /// The advantage relative to the group; with a critic the mean of those of the tokens.
  package var advantage: Double
  /// The advantage of each token, the end mark's last; only with a critic.
  package var advantages: [Float]?
  /// The critic's value before each token; only with a critic.
  package var values: [Float]?
}

/// A shadow verifier's verdict in a line of `completions.jsonl`.
package struct ShadowRecord: Sendable, Encodable {
  /// Its reward; absent where it failed.
  package var reward: Double?
  /// The parts of its score; absent where it failed.
  package var parts: [String: Double]?
  /// Why it failed; absent otherwise.
  package var failure: String?

  init(_ verdict: Verdict) {
    switch verdict {
    case .score(let score): (reward, parts) = (score.reward, score.parts)
    case .failure(let text): failure = text
    }
  }
}
