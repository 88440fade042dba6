internal import Dispatch
internal import Synchronization

/// The requests of one call, and what comes of them: of completions a verdict, of places a problem.
final class PluginBatch: Sendable {
  /// The requests' bodies, one for each request.
  let bodies: [[UInt8]]
  /// Whether problems are asked for, and not scores.
  let asksForProblems: Bool
  /// Past this number of failures the rest isn't worth judging.
  let failuresAllowed: Int

  /// How the reason begins for what was given up because of others.
  static let lost = "too much has failed already"

  private struct State {
    var results: [PluginResult?]
    var open: Int
    var failures = 0
    var incidents = 0
  }

  private let state: Mutex<State>
  private let isDone = DispatchSemaphore(value: 0)

  init(_ bodies: [[UInt8]], failuresAllowed: Int, asksForProblems: Bool = false) {
    self.bodies = bodies
    self.failuresAllowed = failuresAllowed
    self.asksForProblems = asksForProblems
    state = Mutex(State(results: Array(repeating: nil, count: bodies.count), open: bodies.count))
  }

  /// Enters a result; the first one of a request counts.
  func enter(_ result: PluginResult, at index: Int) {
    let isLast = state.withLock { state in
      guard state.results[index] == nil else { return false }
      state.results[index] = result
      state.open -= 1
      if case .verdict(.failure) = result { state.failures += 1 }
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

  /// Waits for all results.
  func wait() -> [PluginResult] {
    if !bodies.isEmpty { isDone.wait() }
    return state.withLock { $0.results.map { $0 ?? .failure("not judged") } }
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

  func enter(_ result: PluginResult) { batch.enter(result, at: index) }
}
