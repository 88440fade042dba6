import Algorithms
import Experience
import Foundation
import Runs
import Settings
import TestLab
import Testing
import Verifiers

/// Keeps what a run tells; `afterStep` may change the world between two steps.
final class Recorder: TrainingObserver {
  private(set) var metrics: [Metrics] = []
  private(set) var divergences: [ShadowDivergence] = []
  private(set) var evaluations: [Int] = []
  private let afterStep: (Int) -> Void

  init(afterStep: @escaping (Int) -> Void = { _ in }) { self.afterStep = afterStep }

  func evaluated(_ step: Int, _ result: EvaluationResult) { evaluations.append(step) }
  func step(_ step: Int, of steps: Int, _ metrics: Metrics, seconds: Double) {
    self.metrics.append(metrics)
    afterStep(step)
  }
  func diverged(_ divergence: ShadowDivergence) { divergences.append(divergence) }
}

/// A small run on the copy suite, in a folder of its own.
struct RunLab {
  let folder: URL

  /// The folder of a run.
  func path(_ run: String) -> String { folder.appending(path: run).path }

  /// A configuration of an algorithm, from random weights: four problems with groups of four.
  func configuration(
    _ algorithm: String = GRPOSettings.name, run: String = "run", steps: Int,
    _ values: [(key: String, value: SettingValue)] = []
  ) throws -> Configuration {
    var configuration = try #require(AlgorithmRegistry.shared.catalog.defaults(of: algorithm))
    configuration.run.suite = try CopySuite.write(to: folder)
    configuration.run.model = "nano"
    configuration.run.run = path(run)
    configuration.run.steps = steps
    configuration.run.maxCompletionTokens = 7
    configuration.run.evaluationProblems = 4
    configuration.run.checkpointEvery = 0
    configuration.setWhereKnown([
      ("problems", .integer(4)), ("group_size", .integer(4)), ("log_completions", .integer(0)),
      ("verifier_failure_limit", .number(0.5)), ("context_length", .integer(16)),
    ])
    configuration.setWhereKnown(values)
    return configuration
  }

  func start(
    _ configuration: Configuration, verifier: (any Verifier)? = nil, shadow: (any Verifier)? = nil
  ) throws -> TrainingRun {
    try TrainingRun(
      starting: configuration, algorithms: .shared, verifier: verifier, shadow: shadow)
  }

  func resume(
    _ run: String = "run", threads: Int? = nil, verifier: (any Verifier)? = nil,
    shadow: (any Verifier)? = nil
  ) throws -> TrainingRun {
    try TrainingRun(
      resuming: path(run), algorithms: .shared, steps: nil, threads: threads, verifier: verifier,
      shadow: shadow)
  }

  /// The numbers of a run's lines of metrics, but for times.
  func lines(_ run: String) throws -> [[String: Double]] {
    let text = try String(contentsOfFile: path(run) + "/metrics.jsonl", encoding: .utf8)
    return try text.split(separator: "\n").map { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return (object ?? [:]).filter { !Metrics.isTime($0.key) }.compactMapValues {
        $0 as? Double
      }
    }
  }
}
