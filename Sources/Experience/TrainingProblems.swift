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

  /// The step's problems: consecutive ones in an order that the seed makes, so that runs under different
  /// seeds share no stretch of it, and each pass over a file's rows has every row once.
  ///
  /// A further round of the step (from 1) takes them from another order: what one step needs changes no
  /// other one.
  package func problems(step: Int, round: Int = 0, count: Int? = nil) -> [WorkedProblem] {
    let order = [UInt64(bitPattern: Int64(seed)), UInt64(round)]
    let start = (step - 1) * perStep
    return (0..<(count ?? perStep)).map { suite.trainingProblem(at: start + $0, order: order) }
  }
}
