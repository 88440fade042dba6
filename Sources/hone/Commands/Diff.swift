internal import Algorithms
import Analysis
import Checkpointing
internal import Experience
internal import JSON

/// The options of `hone diff`.
package struct DiffOptions: Command {
  package static let specification = CommandSpecification(
    "diff",
    "Find the first step, problem, sample and token at which two runs diverge; exit code 1 if they do.",
    operands: [.init("RUN", "a run's folder"), .init("RUN", "another run's folder")],
    options: [jsonOption])

  /// The folder of the first run.
  package let first: String
  /// The folder of the second run.
  package let second: String
  /// Whether standard output ends with a line of JSON.
  package let isJSON: Bool

  package init(_ arguments: ParsedArguments) {
    first = arguments.operands[0]
    second = arguments.operands[1]
    isJSON = arguments.isOn("json")
  }

  package func run() throws -> ExitCode {
    let diff = try RunDiff(first, second, AlgorithmRegistry.shared.catalog)
    try Console.progress(diff.text, isJSON: isJSON)
    if isJSON { try Console.json(diff.json) }
    return diff.divergence == nil ? .success : .negative
  }
}

extension RunDiff {
  /// The object of `hone diff --json`; values come in pairs, null where a run has none.
  fileprivate var json: JSONValue {
    .object([
      "runs": .array([.string(paths.0), .string(paths.1)]),
      "steps": .array([.integer(steps.0), .integer(steps.1)]),
      "same": .bool(divergence == nil),
      "parting": divergence?.json ?? .null,
      "first_completion": firstCompletion?.json ?? .null,
      "weights_same_after_step": commonWeightsStep.map { .integer($0) } ?? .null,
      "config": Self.json(configuration),
      "made_by": Self.json(makers),
      "notes": .array(notes.map { .string($0) }),
    ])
  }

  fileprivate static func json(_ differences: [Difference]) -> JSONValue {
    .object(
      Dictionary(
        uniqueKeysWithValues: differences.map {
          ($0.name, .array([$0.first ?? .null, $0.second ?? .null]))
        }))
  }
}

extension RunDiff.Divergence {
  fileprivate var json: JSONValue {
    .object([
      "step": .integer(step),
      "problem": place.map { .integer($0.problem) } ?? .null,
      "sample": place.map { .integer($0.sample) } ?? .null,
      "token": token.map { .integer($0.index) } ?? .null,
      "kind": .string(kind.rawValue),
      "completion": RunDiff.json(fields),
      "metrics": RunDiff.json(metrics),
    ])
  }
}
