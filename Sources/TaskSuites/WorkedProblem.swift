package import Verifiers

/// A problem and, where one is known, a completion that solves it.
package struct WorkedProblem: Sendable, Equatable {
  /// The problem.
  package var problem: Problem
  /// The whole text of a correct completion, `<think>…</think>answer`; supervised warm-up learns it.
  package var demonstration: String?

  package init(problem: Problem, demonstration: String?) {
    self.problem = problem
    self.demonstration = demonstration
  }
}
