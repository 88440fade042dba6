internal import Algorithms
import Analysis
internal import Experience
import Foundation
internal import Runs
internal import Settings
internal import Statistics
import TaskSuites

/// Trains with progress on the terminal: what `train` and `resume` share.
struct TrainSession {
  private let training: TrainingRun
  private let isJSON: Bool
  private let observer: Observer

  init(_ training: TrainingRun, isJSON: Bool, isQuiet: Bool) {
    self.training = training
    self.isJSON = isJSON
    observer = Observer(
      TrainPresenter(isJSON: isJSON, isQuiet: isQuiet), training.configuration,
      taskOrder: training.suite.taskNames)
  }

  /// Trains to the end or to the first Ctrl-C.
  ///
  /// - Throws: as `TrainingRun.train` does.
  func run() throws -> ExitCode {
    Interruption.listen()
    let start = Date()
    for warning in training.warnings { Console.complain("warning: \(warning)\n") }
    observer.presenter.header(
      training.configuration, model: training.model.name,
      parameters: training.model.parameters.layout.count, threads: training.team.threads)
    for note in training.notes { observer.presenter.note(note) }
    let summary: TrainingSummary
    do {
      summary = try training.train(observer: observer) { Interruption.isRequested }
    } catch {
      observer.presenter.clear()
      throw error
    }
    let report = writeReport(of: summary.run) {
      observer.presenter.clear()
    } make: {
      try RunReport([summary.run], AlgorithmRegistry.shared.catalog)
    }
    guard let after = summary.after else {
      observer.presenter.stopped(
        afterStep: summary.steps, of: training.configuration.run.steps,
        resume: "Tools/hone resume \(quotedForShell(summary.run))")
      if isJSON { try Console.json(Outcome(summary)) }
      return .interrupted
    }
    observer.presenter.after(EvaluationSummary(after, taskOrder: training.suite.taskNames))
    if let shadow = summary.shadow { observer.presenter.shadow(shadow.sentence) }
    let example = training.suite.problem(at: 0, split: .test).problem.prompt
    observer.presenter.finished(
      run: summary.run, report: report, weightsHash: summary.weightsHash,
      seconds: Date().timeIntervalSince(start),
      tryIt: "Tools/hone ask \(quotedForShell(summary.run)) \"\(example)\"")
    if isJSON { try Console.json(Outcome(summary)) }
    return .success
  }

  /// The shape of `train --json`.
  private struct Outcome: Encodable {
    let run: String
    let steps: Int
    let seconds: Double
    let before: EvaluationResult
    let after: EvaluationResult?
    let weights_hash: String
    let checkpoint: String
    let shadow: ShadowResult?

    init(_ summary: TrainingSummary) {
      run = summary.run
      steps = summary.steps
      seconds = summary.seconds
      before = summary.before
      after = summary.after
      weights_hash = summary.weightsHash
      checkpoint = summary.checkpoint
      shadow = summary.shadow
    }
  }

  /// Tells the presenter and, where the run wants its file, TensorBoard's.
  private final class Observer: TrainingObserver {
    var presenter: TrainPresenter
    private let tensorBoard: TensorBoardObserver?
    private let taskOrder: [String]

    init(_ presenter: TrainPresenter, _ configuration: Configuration, taskOrder: [String]) {
      self.presenter = presenter
      self.taskOrder = taskOrder
      tensorBoard =
        configuration.run.tensorboard
        ? TensorBoardObserver(names: configuration.run.tensorboardNames) : nil
    }

    func began(_ run: RunFolder) throws { try tensorBoard?.began(run) }

    func before(_ result: EvaluationResult) {
      presenter.before(EvaluationSummary(result, taskOrder: taskOrder))
    }

    func evaluated(_ step: Int, _ result: EvaluationResult) {
      presenter.evaluation(afterStep: step, EvaluationSummary(result, taskOrder: taskOrder))
    }

    func step(_ step: Int, of steps: Int, _ metrics: Metrics, seconds: Double) throws {
      try tensorBoard?.step(step, of: steps, metrics, seconds: seconds)
      presenter.step(StepSummary(step: step, of: steps, metrics))
    }

    func diverged(_ divergence: ShadowDivergence) { presenter.shadow(divergence.sentence) }
  }
}

/// Writes the report of a run or a comparison into its folder and returns its path.
///
/// A report that can't be written is a warning, and nil: what it would tell is in the folder.
///
/// - Parameter prepare: makes standard error free for a warning.
func writeReport(
  of folder: String, prepare: () -> Void = {}, make: () throws -> RunReport
) -> String? {
  let path = RunReport.defaultPath(of: [folder])
  do {
    try make().write(to: path)
    return path
  } catch {
    prepare()
    Console.complain(
      "warning: no report was written: \(error)\n"
        + "Nothing else is lost. To write it again: hone report \(quotedForShell(folder))\n")
    return nil
  }
}

/// A word as a shell reads it back.
func quotedForShell(_ word: String) -> String {
  let plain = word.allSatisfy { $0.isLetter || $0.isNumber || "/._-".contains($0) }
  return plain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
}

extension EvaluationSummary {
  /// What is shown of a result, tasks in the suite's order.
  init(_ result: EvaluationResult, taskOrder: [String]) {
    self.init(
      passAt1: result.all.passAt1, interval: result.all.interval[0]...result.all.interval[1],
      problems: result.all.problems,
      isHeldOut: [Split.validation, .test].map(\.rawValue).contains(result.split),
      temperature: result.all.temperature,
      passAtK: result.all.samples > 1
        ? result.all.passAtK.compactMap { key, pass in Int(key).map { (k: $0, pass: pass) } }
          .sorted { $0.k < $1.k } : [],
      shadow: result.all.shadow.map { ($0.passAt1, $0.interval[0]...$0.interval[1]) },
      tasks: taskOrder.compactMap { name in
        result.tasks[name].map { (name: name, pass: $0.passAt1) }
      })
  }
}

extension StepSummary {
  /// What is shown of a step's metrics: the loss where there are no rewards.
  init(step: Int, of steps: Int, _ metrics: Metrics) {
    let measure = metrics["reward"] == nil ? "loss" : "reward"
    let time = metrics["step_time"] ?? 0
    self.init(
      step: step, steps: steps, measure: measure, value: metrics[measure] ?? .nan,
      length: metrics["completions/mean_length"], entropy: metrics["entropy"],
      used: metrics["ledger/used"], shadow: metrics["shadow/reward"],
      tokens: Int((metrics["tokens_per_second"] ?? 0) * time), seconds: time)
  }
}
