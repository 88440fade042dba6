internal import Synchronization

/// Verdicts that are on their way.
package struct PendingVerdicts: Sendable {
  private let wait: @Sendable () -> [Verdict]

  /// Verdicts that are there once `wait` returns, which is called once.
  package init(_ wait: @escaping @Sendable () -> [Verdict]) { self.wait = wait }

  /// Waits for the verdicts; to be called once. Verdict i is that of submission i.
  package func verdicts() -> [Verdict] { wait() }
}

/// A verifier that takes completions without making the caller wait, since others judge them.
package protocol BatchVerifier: Verifier {
  /// Hands in completions, on any thread; those of several calls are judged side by side.
  ///
  /// - Parameter budget: the failures after which the rest isn't worth judging; shared by all calls
  ///   that belong together.
  func begin(_ submissions: [Submission], within budget: FailureBudget) -> PendingVerdicts
}

extension Verifier {
  /// Hands in completions; a verifier that can only be waited for judges them before this returns.
  package func handIn(
    _ submissions: [Submission], within budget: FailureBudget
  ) -> PendingVerdicts {
    if let verifier = self as? any BatchVerifier {
      return verifier.begin(submissions, within: budget)
    }
    let verdicts = verify(submissions, failuresAllowed: budget.allowed)
    return PendingVerdicts { verdicts }
  }
}

/// How many of some completions may fail before the run is lost, counted as they are judged.
package final class FailureBudget: Sendable {
  /// Failures that may be.
  package let allowed: Int
  /// Completions that are handed in in all.
  package let total: Int

  private struct State {
    var failures = 0
    var incidents = 0
    var firstReason: String?
  }

  private let state = Mutex(State())

  /// A budget of which nothing is used.
  package init(allowed: Int, of total: Int) {
    self.allowed = allowed
    self.total = total
  }

  /// Counts a completion that could not be judged.
  package func countFailure(_ reason: String) {
    state.withLock { state in
      state.failures += 1
      if state.firstReason == nil { state.firstReason = reason }
    }
  }

  /// Counts a process that had to be ended while it held some of the completions.
  package func countIncident() { state.withLock { $0.incidents += 1 } }

  /// Why the first completion failed; nil where none has.
  package var firstReason: String? { state.withLock { $0.firstReason } }

  /// Whether so much went wrong that the run will stop, or that the verifier is no use.
  ///
  /// Incidents after which another process took over count too, but it takes more of them.
  package var isLost: Bool {
    guard allowed < total else { return false }
    return state.withLock { $0.failures > allowed || $0.incidents > 2 * allowed + 32 }
  }
}
