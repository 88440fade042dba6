import Foundation
internal import Runs
package import Settings
import Statistics

/// Shows a run as it goes: what it is, a line per step, the scores before and after, and what to do
/// with the result.
///
/// On a terminal the step's line is rewritten in place; elsewhere lines are added, about a hundred
/// over the run.
package struct TrainPresenter: Sendable {
  private let write: @Sendable (String) -> Void
  private let profile: @Sendable () -> TerminalProfile
  private var line: ProgressLine
  private var history: [Double] = []
  private var recentSeconds: [Double] = []
  private var first: EvaluationSummary?

  /// - Parameters:
  ///   - write: writes text as it is to the stream for progress.
  ///   - profile: what that stream can show; asked again for each line, since a window may be resized.
  package init(
    write: @escaping @Sendable (String) -> Void,
    profile: @escaping @Sendable () -> TerminalProfile
  ) {
    self.write = write
    self.profile = profile
    line = ProgressLine(write: write)
  }

  /// Writes to the stream that a command shows its progress on.
  ///
  /// - Parameters:
  ///   - isJSON: whether standard output is for JSON, so that progress goes to standard error.
  ///   - isQuiet: whether nothing is shown.
  package init(isJSON: Bool, isQuiet: Bool) {
    self.init(
      write: { text in
        // Progress that can't be shown is no reason to end a run.
        if !isQuiet { try? Console.progress(text, isJSON: isJSON) }
      },
      profile: { TerminalProfile(isJSON ? .standardError : .standardOutput) })
  }

  /// What is going to be done.
  ///
  /// - Parameters:
  ///   - model: what training starts from, for example `arithmetic-base`.
  ///   - parameters: its number of parameters.
  ///   - threads: the threads really used.
  package mutating func header(
    _ configuration: Configuration, model: String, parameters: Int, threads: Int
  ) {
    let size = Quantity.fixed(Double(parameters) / 1e6, digits: 2)
    say(
      [
        styled("Hone", .bold),
        "\(configuration.algorithm) on \(configuration.run.suite)",
        "from \(model) (\(size) M parameters)", "seed \(configuration.run.seed)",
        Quantity.counted(threads, "thread"),
      ].joined(separator: " · "))
    let steps =
      Quantity.counted(configuration.run.steps, "step")
      + (configuration.run.tokenBudget > 0
        ? " or \(Quantity.counted(configuration.run.tokenBudget, "completion token"))" : "")
    let step = configuration.step
    let examples = Quantity.counted(step.examples, step.example)
    if case .integer(let problems)? = configuration.value("problems"),
      case .integer(let copies)? = configuration.value("group_size")
    {
      let limit = Quantity.counted(configuration.run.maxCompletionTokens, "token")
      say(
        "\(Quantity.counted(problems, "problem")) × \(copies) samples = \(examples) a step, up to "
          + "\(limit) each · \(steps)")
    } else {
      say("\(examples) a step · \(steps)")
    }
    say("")
  }

  /// The scores before the first step.
  package mutating func before(_ summary: EvaluationSummary) {
    first = summary
    say(labelled("before", "pass@1 \(summary.score)   \(summary.method)"))
    sayDetails(of: summary, withTasks: false)
  }

  /// One step.
  package mutating func step(_ summary: StepSummary) {
    history.append(summary.value)
    recentSeconds.append(summary.seconds)
    if recentSeconds.count > 20 { recentSeconds.removeFirst() }
    let left =
      summary.step < summary.steps
      ? mean(recentSeconds) * Double(summary.steps - summary.step) : nil
    let terminal = profile()
    if terminal.isLive {
      let text = StepLine.render(
        summary, history: history, secondsLeft: left, width: terminal.width - 1)
      line.show(text, width: terminal.width)
      if summary.step == summary.steps { line.keep() }
    } else if summary.step == 1 || summary.step == summary.steps
      || summary.step.isMultiple(of: Self.plainInterval(steps: summary.steps))
    {
      write(StepLine.render(summary, history: history, secondsLeft: left, width: nil) + "\n")
    }
  }

  /// The scores between two steps.
  package mutating func evaluation(afterStep step: Int, _ summary: EvaluationSummary) {
    say(labelled("at \(step)", "pass@1 \(summary.score)   \(liftText(of: summary))"))
  }

  /// That the reward and the shadow verifier's diverge, or at the end that they didn't.
  package mutating func shadow(_ sentence: String) {
    line.keep()
    say(labelled("shadow", sentence))
  }

  /// The scores of an evaluation on its own.
  package mutating func result(_ title: String, _ summary: EvaluationSummary) {
    say(title)
    say(labelled("pass@1", "\(styled(summary.score, .bold))   \(summary.method)"))
    sayDetails(of: summary, withTasks: true)
  }

  /// A remark before the run, for example on how a suite was read.
  package mutating func note(_ text: String) {
    say(labelled("note", text))
  }

  /// The scores after the last step.
  package mutating func after(_ summary: EvaluationSummary) {
    say(labelled("after", "pass@1 \(styled(summary.score, .bold))   \(liftText(of: summary))"))
    sayDetails(of: summary, withTasks: true)
  }

  /// Where the result is, and how to try it.
  ///
  /// - Parameters:
  ///   - report: the run's report; nil where there is none.
  ///   - weightsHash: the hash of the weights, in hexadecimal.
  ///   - seconds: the time of the whole run.
  ///   - tryIt: a command that asks the trained model something.
  package mutating func finished(
    run: String, report: String?, weightsHash: String, seconds: Double, tryIt: String
  ) {
    say("")
    // Beside the run where a terminal is wide enough, so that neither wraps.
    let isBeside = report.map {
      run.count < 30 && (!profile().isLive || 11 + 30 + 8 + $0.count <= profile().width)
    }
    if let report, isBeside == true {
      say(labelled("run", run.padding(to: 30) + labelled("report", report, width: 8), width: 11))
    } else {
      say(labelled("run", run, width: 11))
      if let report { say(labelled("report", report, width: 11)) }
    }
    let hash = weightsHash.count > 8 ? weightsHash.prefix(8) + "…" : weightsHash[...]
    say(labelled("weights", String(hash).padding(to: 30) + duration(seconds), width: 11))
    say(labelled("try it", tryIt, width: 11))
  }

  /// That the run was stopped and saved, and the command that resumes it.
  package mutating func stopped(afterStep step: Int, of steps: Int, resume: String) {
    line.keep()
    say("")
    say("stopped and saved after step \(step) of \(steps); to resume:  \(resume)")
  }

  /// Takes the live line away before somebody else writes to the terminal, for example an error.
  package mutating func clear() {
    line.clear()
  }

  /// Steps between two plain lines: 1, 2 or 5 times a power of ten, for at most 150 lines in all.
  package static func plainInterval(steps: Int) -> Int {
    var power = 1
    while true {
      for factor in [1, 2, 5] where steps <= 150 * factor * power { return factor * power }
      power *= 10
    }
  }

  private mutating func say(_ text: String) {
    line.clear()
    write(text + "\n")
  }

  private func liftText(of summary: EvaluationSummary) -> String {
    first.map { summary.lift(from: $0) } ?? summary.method
  }

  /// pass@k and, after training, the tasks: as many to a line as fit.
  private mutating func sayDetails(of summary: EvaluationSummary, withTasks: Bool) {
    let shadow = summary.shadow.map {
      "by the shadow \(EvaluationSummary.score($0.passAt1, $0.interval))"
    }
    let passes = summary.passAtK.map { "pass@\($0.k) \(Quantity.percent($0.pass))" }
    let tasks = summary.tasks.map { "\($0.name) \(Quantity.percent($0.pass, digits: 0))" }
    for items in [shadow.map { [$0] } ?? [], passes] + (withTasks ? [tasks] : []) {
      var text = ""
      for item in items {
        if !text.isEmpty && 9 + text.count + 3 + item.count > profile().width {
          say(labelled("", text))
          text = ""
        }
        text += (text.isEmpty ? "" : "   ") + item
      }
      if !text.isEmpty { say(labelled("", text)) }
    }
  }

  private func labelled(_ label: String, _ text: String, width: Int = 9) -> String {
    styled(label, .dim) + "".padding(to: max(width - label.count, 1)) + text
  }

  private enum Style: String {
    case bold = "1"
    case dim = "2"
  }

  private func styled(_ text: String, _ style: Style) -> String {
    guard profile().usesStyles, !text.isEmpty else { return text }
    return "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m"
  }
}
