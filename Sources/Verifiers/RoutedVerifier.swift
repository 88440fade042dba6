internal import Messages

/// The verifier of a mixture: each problem goes to the verifier of its task.
public struct RoutedVerifier: BatchVerifier {
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

  /// The verifiers of all tasks, in the order of the tasks' names.
  public var components: [any Verifier] {
    routes.sorted { $0.key < $1.key }.map(\.value)
  }

  /// The objection of the verifier of the problem's task.
  public func objection(to problem: Problem) -> String? {
    guard let verifier = routes[problem.task] else {
      return "no verifier for the task \(quoted(problem.task))"
    }
    return verifier.objection(to: problem)
  }
}
