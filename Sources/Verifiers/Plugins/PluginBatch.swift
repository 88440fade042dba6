internal import Dispatch
internal import Synchronization

/// The completions of one call, and their verdicts as they come.
final class PluginBatch: Sendable {
  /// The requests' bodies, one for each completion.
  let bodies: [[UInt8]]
  /// Past this number of failures the rest isn't worth judging.
  let failuresAllowed: Int

  private struct State {
    var verdicts: [Verdict?]
    var open: Int
    var failures = 0
    var incidents = 0
  }

  private let state: Mutex<State>
  private let isDone = DispatchSemaphore(value: 0)

  init(_ bodies: [[UInt8]], failuresAllowed: Int) {
    self.bodies = bodies
    self.failuresAllowed = failuresAllowed
    state = Mutex(State(verdicts: Array(repeating: nil, count: bodies.count), open: bodies.count))
  }

  /// Enters a verdict; the first one of a completion counts.
  func enter(_ verdict: Verdict, at index: Int) {
    let isLast = state.withLock { state in
      guard state.verdicts[index] == nil else { return false }
      state.verdicts[index] = verdict
      state.open -= 1
      if case .failure = verdict { state.failures += 1 }
      return state.open == 0
    }
    if isLast { isDone.signal() }
  }

  /// Counts a process that had to be ended while it held some of these completions.
  func countIncident() { state.withLock { $0.incidents += 1 } }

  /// Whether so much went wrong that the run will stop, or that the plugin is no use.
  ///
  /// Incidents that were mended by another process count too, but it takes more of them.
  var isLost: Bool {
    state.withLock { state in
      guard failuresAllowed < bodies.count else { return false }
      return state.failures > failuresAllowed || state.incidents > 2 * failuresAllowed + 32
    }
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
