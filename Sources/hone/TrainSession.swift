import Foundation
import Synchronization
import TaskSuites
import Training

/// Runs a trainer with progress on the terminal: what `train` and `resume` share.
struct TrainSession {
  private let trainer: Trainer
  private let isJSON: Bool
  private let observer: Observer

  init(_ trainer: Trainer, isJSON: Bool, isQuiet: Bool) {
    self.trainer = trainer
    self.isJSON = isJSON
    observer = Observer(
      TrainPresenter(isJSON: isJSON, isQuiet: isQuiet), configuration: trainer.configuration,
      taskOrder: trainer.suite.taskNames)
  }

  /// Trains to the end or to the first Ctrl-C.
  ///
  /// - Throws: as `Trainer.train` does.
  func run() throws -> ExitCode {
    Interruption.listen()
    let start = Date()
    for warning in trainer.warnings { Console.complain("warning: \(warning)\n") }
    observer.present {
      $0.header(
        trainer.configuration, model: trainer.model.name,
        parameters: trainer.model.parameters.layout.count, threads: trainer.threads)
      for note in trainer.notes { $0.note(note) }
    }
    let summary: TrainingSummary
    do {
      summary = try trainer.train(observer: observer) { Interruption.isRequested }
    } catch {
      observer.present { $0.clear() }
      throw error
    }
    let report = writeReport(of: summary.run) {
      observer.present { $0.clear() }
    } make: {
      try RunReport([summary.run])
    }
    guard let after = summary.after else {
      observer.present {
        $0.stopped(
          afterStep: summary.steps, of: trainer.configuration.steps,
          resume: "Tools/hone resume \(quotedForShell(summary.run))")
      }
      if isJSON { try Console.json(Report(summary)) }
      return .interrupted
    }
    observer.present {
      $0.after(EvaluationSummary(after, taskOrder: trainer.suite.taskNames))
      if let shadow = summary.shadow { $0.shadow(shadow.sentence) }
      let example = trainer.suite.problem(at: 0, split: .test).problem.prompt
      $0.finished(
        run: summary.run, report: report, weightsHash: summary.weightsHash,
        seconds: Date().timeIntervalSince(start),
        tryIt: "Tools/hone ask \(quotedForShell(summary.run)) \"\(example)\"")
    }
    if isJSON { try Console.json(Report(summary)) }
    return .success
  }

  /// The shape of `train --json`.
  private struct Report: Encodable {
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

  /// Hands what the trainer tells to the presenter.
  private final class Observer: TrainingObserver, Sendable {
    private let presenter: Mutex<TrainPresenter>
    private let configuration: Configuration
    private let taskOrder: [String]

    init(_ presenter: sending TrainPresenter, configuration: Configuration, taskOrder: [String]) {
      self.presenter = Mutex(presenter)
      self.configuration = configuration
      self.taskOrder = taskOrder
    }

    func present(_ body: (inout TrainPresenter) -> Void) {
      presenter.withLock { body(&$0) }
    }

    func before(_ result: EvaluationResult) {
      present { $0.before(EvaluationSummary(result, taskOrder: taskOrder)) }
    }

    func evaluated(_ step: Int, _ result: EvaluationResult) {
      present { $0.evaluation(afterStep: step, EvaluationSummary(result, taskOrder: taskOrder)) }
    }

    func step(_ step: Int, of steps: Int, _ metrics: Metrics, seconds: Double) {
      let measure = configuration.algorithm == .sft ? "loss" : "reward"
      let time = metrics["step_time"] ?? 0
      present {
        $0.step(
          StepSummary(
            step: step, steps: steps, measure: measure, value: metrics[measure] ?? .nan,
            length: metrics["completions/mean_length"], entropy: metrics["entropy"],
            used: metrics["ledger/used"], shadow: metrics["shadow/reward"],
            tokens: Int((metrics["tokens_per_second"] ?? 0) * time), seconds: time))
      }
    }

    func parted(_ parting: ShadowParting) {
      present { $0.shadow(parting.sentence) }
    }
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
