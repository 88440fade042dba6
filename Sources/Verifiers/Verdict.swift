/// What a verifier says of one completion: a score, or that it could not judge.
public enum Verdict: Sendable, Equatable {
  /// A reward with its named parts.
  case score(Score)
  /// The verifier crashed, hung or answered nonsense; never to be read as a wrong answer.
  case failure(String)
}

extension Verdict {
  /// The reward; nil for a failure.
  package var reward: Double? {
    if case .score(let score) = self { score.reward } else { nil }
  }

  /// Whether it is a score that counts the problem as solved.
  package var isSolved: Bool {
    if case .score(let score) = self { score.isSolved } else { false }
  }

  /// Whether the verifier could not judge.
  package var isFailure: Bool {
    if case .failure = self { true } else { false }
  }
}

/// A reward and the named parts it was made of.
public struct Score: Sendable, Equatable, Codable {
  /// What the policy is trained on.
  public var reward: Double
  /// Named measures, for example `correctness` and `format`; logged even where they weigh nothing.
  public var parts: [String: Double]

  public init(reward: Double, parts: [String: Double]) {
    self.reward = reward
    self.parts = parts
  }
}

extension Score {
  /// Whether the answer is right: full `correctness`, or where a verifier has no such part, a
  /// reward of at least 1.
  package var isSolved: Bool { (parts["correctness"] ?? reward) >= 1 }
}
