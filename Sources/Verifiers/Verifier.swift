/// A program that checks completions; it never sees the policy.
///
/// A verifier is a function: the same problem and completion get the same verdict, in any order,
/// on any thread.
public protocol Verifier: Sendable {
  /// The name suites and `hone verifiers` use.
  var name: String { get }
  /// The names of the parts each score carries, in the order they are shown.
  var partNames: [String] { get }
  /// Judges one completion.
  func verify(_ completion: Completion, of problem: Problem) -> Verdict
}
