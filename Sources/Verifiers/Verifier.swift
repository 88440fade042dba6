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
  /// Judges several completions; verdict i is that of submission i.
  ///
  /// - Parameter failuresAllowed: Past this number of failures the run is lost: a verifier whose
  ///   verdicts take long may answer the rest with failures at once.
  func verify(_ submissions: [Submission], failuresAllowed: Int) -> [Verdict]
  /// Why no completion of this problem could be judged, for example because its reference answer
  /// isn't in the form this verifier reads; nil where it can.
  ///
  /// Suites ask this of every row they load, so that bad data is an error with a line number, not a
  /// failure in the middle of a run.
  func objection(to problem: Problem) -> String?
  /// The plugins behind this verifier, whose programs judge many completions at once; most have none.
  var plugins: [PluginVerifier] { get }
  /// What the user is told before a run that it judges, a line each; most have nothing to say.
  var cautions: [String] { get }
}

extension Verifier {
  /// Judges one completion after another.
  public func verify(_ submissions: [Submission], failuresAllowed: Int) -> [Verdict] {
    submissions.map { verify($0.completion, of: $0.problem) }
  }

  /// Accepts every problem.
  public func objection(to problem: Problem) -> String? { nil }

  /// None.
  public var plugins: [PluginVerifier] { [] }

  /// None.
  public var cautions: [String] { [] }
}
