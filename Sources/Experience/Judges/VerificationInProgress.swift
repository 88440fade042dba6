internal import Synchronization
internal import Verifiers

/// A step's completions on their way to a verifier's programs while others are still sampled.
///
/// Each completion is entered when it is finished, on whatever thread sampled it, and handed in with the
/// next ones. A verifier is a function, so what it is asked first changes no verdict.
final class VerificationInProgress: Sendable {
  /// Completions that are handed in together.
  static let chunk = 16

  private let verifier: any Verifier
  private let count: Int
  private let budget: FailureBudget
  private let problem: @Sendable (Int) -> Problem

  private struct State {
    var waiting: [(sequence: Int, submission: Submission)] = []
    var pending: [(sequences: [Int], verdicts: PendingVerdicts)] = []
    var verdicts: [Verdict]?
  }

  private let state = Mutex(State())

  /// Makes one for `count` completions; nil where nothing is gained, since the verifier judges them
  /// where it is called.
  ///
  /// - Parameters:
  ///   - failureLimit: Past this share of failures the rest isn't worth judging.
  ///   - problem: The problem of a sequence.
  init?(
    _ verifier: any Verifier, count: Int, failureLimit: Double,
    problem: @escaping @Sendable (Int) -> Problem
  ) {
    guard verifier.calling == .inBatches else { return nil }
    self.verifier = verifier
    self.count = count
    self.problem = problem
    budget = FailureBudget(allowed: Int(failureLimit * Double(count)), of: count)
  }

  /// Enters a finished completion; each is entered once.
  func enter(_ completion: Completion, _ sequence: Int) {
    let submission = Submission(completion, of: problem(sequence))
    let full = state.withLock { state -> [(sequence: Int, submission: Submission)]? in
      state.waiting.append((sequence, submission))
      guard state.waiting.count >= Self.chunk else { return nil }
      defer { state.waiting = [] }
      return state.waiting
    }
    if let full { handIn(full) }
  }

  /// Waits for the verdicts on all completions, which have been entered by now.
  func verdicts() -> [Verdict] {
    if let known = state.withLock({ $0.verdicts }) { return known }
    handIn(
      state.withLock { state in
        defer { state.waiting = [] }
        return state.waiting
      })
    var verdicts = [Verdict](repeating: .failure("not judged"), count: count)
    for (sequences, pending) in state.withLock({ $0.pending }) {
      for (sequence, verdict) in zip(sequences, pending.verdicts()) {
        verdicts[sequence] = Verification.checked(verdict)
      }
    }
    state.withLock { $0.verdicts = verdicts }
    return verdicts
  }

  private func handIn(_ completions: [(sequence: Int, submission: Submission)]) {
    guard !completions.isEmpty else { return }
    let pending = verifier.handIn(completions.map(\.submission), within: budget)
    state.withLock { $0.pending.append((completions.map(\.sequence), pending)) }
  }
}
