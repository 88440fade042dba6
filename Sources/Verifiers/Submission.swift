/// A completion handed in for a problem.
public struct Submission: Sendable, Equatable {
  /// What the policy wrote.
  public var completion: Completion
  /// What it was asked.
  public var problem: Problem

  /// Puts a completion and its problem together.
  public init(_ completion: Completion, of problem: Problem) {
    self.completion = completion
    self.problem = problem
  }
}
