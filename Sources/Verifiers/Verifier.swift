/// How a verifier wants to be called.
public enum VerifierCalling: Sendable {
  /// One completion a call, on as many threads as there are: it computes where it is called.
  case concurrently
  /// Many completions a call, whose verdicts are waited for: others do its work.
  case inBatches
}

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
  /// How it wants to be called.
  var calling: VerifierCalling { get }
  /// The verifiers that it asks, each once; most ask none.
  var components: [any Verifier] { get }
  /// What the user should know before a run that it judges, a line each; most have nothing to say.
  var cautions: [String] { get }
}

extension Verifier {
  /// Judges one completion after another; one that takes batches gets them all at once.
  public func verify(_ submissions: [Submission], failuresAllowed: Int) -> [Verdict] {
    if let verifier = self as? any BatchVerifier {
      let budget = FailureBudget(allowed: failuresAllowed, of: submissions.count)
      return verifier.begin(submissions, within: budget).verdicts()
    }
    return submissions.map { verify($0.completion, of: $0.problem) }
  }

  /// Accepts every problem.
  public func objection(to problem: Problem) -> String? { nil }

  /// As the verifiers that it asks: in batches where one of them is.
  public var calling: VerifierCalling {
    components.contains { $0.calling == .inBatches } ? .inBatches : .concurrently
  }

  /// None.
  public var components: [any Verifier] { [] }

  /// The cautions of the verifiers that it asks, each once.
  public var cautions: [String] {
    var cautions: [String] = []
    for caution in components.flatMap(\.cautions) where !cautions.contains(caution) {
      cautions.append(caution)
    }
    return cautions
  }
}
