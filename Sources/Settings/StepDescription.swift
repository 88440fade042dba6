/// What one step of an algorithm does, for those who plan runs: `--dry-run`, comparisons, memory.
package struct StepDescription: Sendable, Equatable {
  /// Where the values of an actor-critic method come from.
  package enum Critic: Sendable, Equatable {
    /// It has none.
    case none
    /// A transformer of its own.
    case own
    /// A second head on the policy.
    case sharedTrunk
  }

  /// What the step does, a line each.
  package var words: [String]
  /// What it learns from: completions, demonstrations.
  package var examples: Int
  /// What one of them is called.
  package var example = "completion"
  /// Where further examples come from that aren't counted, if there may be any.
  package var furtherExamples: String?
  /// Optimizer updates.
  package var updates: Int
  /// Whether the policy samples completions that a verifier judges.
  package var samplesCompletions = true
  /// Whether the suite's demonstrations are learned from.
  package var needsDemonstrations = false
  /// What critic learns beside the policy.
  package var critic = Critic.none
  /// Whether the first policy is kept, for the divergence from it.
  package var keepsReference = false

  package init(
    words: [String], examples: Int, updates: Int
  ) {
    self.words = words
    self.examples = examples
    self.updates = updates
  }
}
