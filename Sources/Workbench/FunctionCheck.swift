internal import TaskSuites
internal import Verifiers

/// Whether a verifier is a function: asked again, in another order, alone, or by several threads at
/// once, it must say the same.
struct FunctionCheck {
  /// One way of asking again.
  struct Way: Sendable {
    var name: String
    var summary: String
    var tried = 0
    /// Completions with another verdict than before, and that verdict.
    var differing: [(submission: Submission, first: Verdict, then: Verdict)] = []
  }

  /// The ways, in the order of the report.
  var ways: [Way] = []
  /// Completions judged in a second, in one batch.
  var throughput = 0.0

  /// The names and descriptions of the ways.
  static let table: [(name: String, summary: String)] = [
    ("again", "the same completions a second time"),
    ("reversed", "the last completion first"),
    ("shuffled", "in another order"),
    ("alone", "one completion a call"),
    ("threads", "several threads at once"),
  ]

  /// Asks again.
  ///
  /// - Parameter submissions: What is judged five times and a few hundred at most.
  init(_ verifier: any Verifier, _ submissions: [Submission], threads: Int, seed: Int) {
    @Sendable func batch(_ order: [Int]) -> [Verdict] {
      verifier.verify(order.map { submissions[$0] }, failuresAllowed: order.count)
    }
    let places = Array(submissions.indices)
    let first = batch(places)
    for (name, summary) in Self.table {
      var order = places
      let start = ContinuousClock.now
      let verdicts: [Verdict]
      switch name {
      case "reversed":
        order.reverse()
        verdicts = batch(order)
      case "shuffled":
        var random = SplitMix64(seed: UInt64(seed))
        random.shuffle(&order)
        verdicts = batch(order)
      case "alone":
        order = places.filter { $0.isMultiple(of: max(1, places.count / 64)) }
        verdicts = order.map { batch([$0])[0] }
      case "threads":
        verdicts = concurrentVerdicts(places.count, chunk: 8, threads: max(2, threads)) {
          batch(Array($0))
        }
      default:
        verdicts = batch(order)
        throughput = Double(order.count) / max(seconds(since: start), 1e-9)
      }
      var way = Way(name: name, summary: summary, tried: order.count)
      for (place, verdict) in zip(order, verdicts) where !Self.areSame(first[place], verdict) {
        way.differing.append((submissions[place], first[place], verdict))
      }
      ways.append(way)
    }
  }

  /// Failures are the same whatever their words: those may name a process.
  private static func areSame(_ left: Verdict, _ right: Verdict) -> Bool {
    if left.isFailure && right.isFailure { return true }
    return left == right
  }
}
