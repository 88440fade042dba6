/// A question with a checkable answer, as a verifier sees it.
public struct Problem: Sendable, Equatable, Codable {
  /// The task that made the problem, for example `addition`; results are broken down by it.
  public var task: String
  /// The text the policy is given.
  public var prompt: String
  /// The reference answer, in the form the task's verifier reads.
  public var answer: String
  /// Further columns of the data set, by name; a verifier may read them.
  public var columns: [String: String]

  public init(task: String, prompt: String, answer: String, columns: [String: String] = [:]) {
    self.task = task
    self.prompt = prompt
    self.answer = answer
    self.columns = columns
  }
}
