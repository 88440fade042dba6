internal import Messages

/// The verifier of a mixture: each problem goes to the verifier of its task.
public struct RoutedVerifier: ConcurrentVerifier {
  /// The name of the mixture.
  public let name: String
  /// The parts of all tasks' verifiers, each once; a score carries those of its own task.
  public let partNames: [String]
  private let routes: [String: any Verifier]

  /// Makes the verifier of a mixture from the verifier of each task, by the task's name.
  public init(name: String, routes: [(task: String, verifier: any Verifier)]) {
    self.name = name
    var partNames: [String] = []
    for part in routes.flatMap(\.verifier.partNames) where !partNames.contains(part) {
      partNames.append(part)
    }
    self.partNames = partNames
    self.routes = Dictionary(routes.map { ($0.task, $0.verifier) }) { first, _ in first }
  }

  /// The verdict of the verifier of the problem's task; `failure` where the task has none.
  public func verify(_ completion: Completion, of problem: Problem) -> Verdict {
    guard let verifier = routes[problem.task] else {
      return .failure("no verifier for the task \(quoted(problem.task))")
    }
    return verifier.verify(completion, of: problem)
  }

  /// The verdicts of the verifiers of the problems' tasks, each asked once for all of its own.
  public func verify(_ submissions: [Submission], failuresAllowed: Int) -> [Verdict] {
    begin(submissions, within: FailureBudget(allowed: failuresAllowed, of: submissions.count))
      .verdicts()
  }

  /// Hands each task's completions to its verifier.
  package func begin(
    _ submissions: [Submission], within budget: FailureBudget
  ) -> PendingVerdicts {
    let byTask = Dictionary(grouping: submissions.indices) { submissions[$0].problem.task }
    let pending = byTask.compactMap { task, places in
      routes[task].map { verifier in
        (places: places, verdicts: verifier.handIn(places.map { submissions[$0] }, within: budget))
      }
    }
    return PendingVerdicts {
      var verdicts = submissions.map {
        Verdict.failure("no verifier for the task \(quoted($0.problem.task))")
      }
      for part in pending {
        for (place, verdict) in zip(part.places, part.verdicts.verdicts()) {
          verdicts[place] = verdict
        }
      }
      return verdicts
    }
  }

  /// The plugins of all tasks, each once.
  public var plugins: [PluginVerifier] {
    var found: [PluginVerifier] = []
    for plugin in routes.values.flatMap(\.plugins) where !found.contains(where: { $0 === plugin }) {
      found.append(plugin)
    }
    return found.sorted { $0.name < $1.name }
  }

  /// The cautions of all tasks' verifiers, each once.
  public var cautions: [String] { Set(routes.values.flatMap(\.cautions)).sorted() }

  /// The objection of the verifier of the problem's task.
  public func objection(to problem: Problem) -> String? {
    guard let verifier = routes[problem.task] else {
      return "no verifier for the task \(quoted(problem.task))"
    }
    return verifier.objection(to: problem)
  }
}
