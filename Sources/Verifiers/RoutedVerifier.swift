/// The verifier of a mixture: each problem goes to the verifier of its task.
public struct RoutedVerifier: Verifier {
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

  /// The objection of the verifier of the problem's task.
  public func objection(to problem: Problem) -> String? {
    guard let verifier = routes[problem.task] else {
      return "no verifier for the task \(quoted(problem.task))"
    }
    return verifier.objection(to: problem)
  }
}
