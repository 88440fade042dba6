internal import Dispatch
internal import Synchronization

/// The completions of one call, and their verdicts as they come.
final class PluginBatch: Sendable {
  /// The requests' bodies, one for each completion.
  let bodies: [[UInt8]]
  /// What may fail, of these and others, before the rest isn't worth judging.
  let budget: FailureBudget

  private struct State {
    var verdicts: [Verdict?]
    var open: Int
  }

  private let state: Mutex<State>
  private let isDone = DispatchSemaphore(value: 0)

  init(_ bodies: [[UInt8]], within budget: FailureBudget) {
    self.bodies = bodies
    self.budget = budget
    state = Mutex(State(verdicts: Array(repeating: nil, count: bodies.count), open: bodies.count))
  }

  /// Enters a verdict; the first one of a completion counts.
  func enter(_ verdict: Verdict, at index: Int) {
    let (isFirst, isLast) = state.withLock { state in
      guard state.verdicts[index] == nil else { return (false, false) }
      state.verdicts[index] = verdict
      state.open -= 1
      return (true, state.open == 0)
    }
    if isFirst, case .failure(let reason) = verdict { budget.countFailure(reason) }
    if isLast { isDone.signal() }
  }

  /// Waits for all verdicts.
  func wait() -> [Verdict] {
    if !bodies.isEmpty { isDone.wait() }
    return state.withLock { $0.verdicts.map { $0 ?? .failure("not judged") } }
  }
}

/// One completion of a batch on its way to a verdict.
struct PluginItem {
  let batch: PluginBatch
  let index: Int
  /// Whether it was there when a process had to be ended: then it is judged alone.
  var isSuspect = false
  /// Whether a process that had judged others before failed on it alone: now a new one has to.
  var needsNewProcess = false

  func enter(_ verdict: Verdict) { batch.enter(verdict, at: index) }
}
