package import TaskSuites

/// The order in which a run walks through a suite's training problems.
package struct TrainingProblems: Sendable {
  private let suite: TaskSuite
  private let seed: Int
  private let perStep: Int

  /// - Parameter perStep: problems of a step.
  package init(_ lab: Lab, perStep: Int) {
    suite = lab.suite
    seed = lab.seed
    self.perStep = perStep
  }

  /// The step's problems; another seed walks through other ones.
  ///
  /// A further round of the step (from 1) has problems of its own, far from those of all first rounds:
  /// what one step needs changes no other one.
  package func problems(step: Int, round: Int = 0, count: Int? = nil) -> [WorkedProblem] {
    let start =
      seed &* 1_000_003 &+ (step - 1) * perStep &+ round &* 1_000_000_007
    return (0..<(count ?? perStep)).map { i in
      suite.problem(at: (start &+ i) & Int.max, split: .train)
    }
  }
}
