internal import Dispatch
internal import Synchronization
internal import Verifiers

/// The requests of one call, and what comes of them: of completions a verdict, of places a problem.
final class PluginBatch: Sendable {
  /// The requests' bodies, one for each request.
  let bodies: [[UInt8]]
  /// What may fail, of these and others, before the rest isn't worth judging.
  let budget: FailureBudget
  /// Whether problems are asked for, and not scores.
  let asksForProblems: Bool

  /// How the reason begins for what was given up because of others.
  static let lost = "too much has failed already"

  private struct State {
    var results: [PluginResult?]
    var open: Int
  }

  private let state: Mutex<State>
  private let isDone = DispatchSemaphore(value: 0)

  init(_ bodies: [[UInt8]], within budget: FailureBudget, asksForProblems: Bool = false) {
    self.bodies = bodies
    self.budget = budget
    self.asksForProblems = asksForProblems
    state = Mutex(State(results: Array(repeating: nil, count: bodies.count), open: bodies.count))
  }

  /// Enters a result; the first one of a request counts.
  func enter(_ result: PluginResult, at index: Int) {
    let (isFirst, isLast) = state.withLock { state in
      guard state.results[index] == nil else { return (false, false) }
      state.results[index] = result
      state.open -= 1
      return (true, state.open == 0)
    }
    if isFirst, case .verdict(.failure(let reason)) = result { budget.countFailure(reason) }
    if isLast { isDone.signal() }
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
