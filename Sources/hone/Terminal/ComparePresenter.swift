package import Analysis
package import Foundation
package import Runs
import Statistics

/// Shows a comparison as it goes: what it is, a line for each run that ends, and on a terminal a live
/// line of those that train.
package struct ComparePresenter {
  private let plan: ComparisonPlan
  private let write: @Sendable (String) -> Void
  private let profile: @Sendable () -> TerminalProfile
  private let clock: () -> Date
  private var line: ProgressLine
  private var first: (moment: Date, share: Double)?
  private var lastShown = Date.distantPast
  private var finished = 0
  private var isWaiting = false

  /// - Parameters:
  ///   - write: writes text as it is to the stream for progress.
  ///   - profile: what that stream can show.
  ///   - clock: tells the time.
  package init(
    _ plan: ComparisonPlan, write: @escaping @Sendable (String) -> Void,
    profile: @escaping @Sendable () -> TerminalProfile, clock: @escaping () -> Date = { Date() }
  ) {
    self.plan = plan
    self.write = write
    self.profile = profile
    self.clock = clock
    line = ProgressLine(write: write)
  }

  /// Writes to the stream that a command shows its progress on.
  init(_ plan: ComparisonPlan, isJSON: Bool, isQuiet: Bool) {
    self.init(
      plan,
      write: { text in
        // Progress that can't be shown is no reason to end a comparison.
        if !isQuiet { try? Console.progress(text, isJSON: isJSON) }
      },
      profile: { TerminalProfile(isJSON ? .standardError : .standardOutput) })
  }

  /// What is going to be done, and what was done in an earlier session.
  package mutating func header(
    _ outcomes: [ComparisonOutcome?], parallel: Int, threads: Int
  ) {
    finished = outcomes.count { $0 != nil }
    say(
      "Hone · compare \(plan.arms.map(\.name).joined(separator: ", ")) on \(plan.common.run.suite) · from "
        + "\(plan.common.run.model) · \(plan.seedsInWords) · \(plan.budgetInWords)")
    if finished < outcomes.count {
      say(
        Quantity.counted(outcomes.count, "run")
          + (finished > 0 ? ", \(Quantity.grouped(finished)) of them finished" : "")
          + ", \(Quantity.grouped(parallel)) at a time, \(Quantity.counted(threads, "thread")) each"
      )
    }
    for note in plan.notes { say("note     \(note)") }
    say("")
  }

  /// The base's scores.
  package mutating func base(_ result: EvaluationResult) {
    let summary = EvaluationSummary(result, taskOrder: [])
    say("base     pass@1 \(summary.score)   \(summary.method)")
  }

  /// That the run at this place of the plan ended.
  package mutating func ended(_ index: Int, _ outcomes: [ComparisonOutcome?]) {
    finished += 1
    let width = plan.runs.map(\.name.count).max() ?? 0
    let head =
      "\(StepLine.count(finished, of: outcomes.count))  "
      + plan.runs[index].name.padding(to: width) + "  "
    switch outcomes[index] {
    case .finished(let result)?:
      let (before, after) = (result.before.all.passAt1, result.after.all.passAt1)
      say(
        head + "\(Quantity.fixed(before * 100, digits: 1)) → \(Quantity.percent(after))   "
          + "\(Quantity.points(after - before)) points   \(duration(result.seconds))")
    case .failed(let text)?:
      say(head + "failed: " + (text.split(separator: "\n").first.map(String.init) ?? text))
    case nil: break
    }
  }

  /// That a run has to wait until another process releases it.
  package mutating func waits(for run: String) {
    guard !isWaiting else { return }
    isWaiting = true
    say("waits for \(run), which another process still trains")
  }

  /// The runs that train just now, by their places, with their newest metrics; shown on a terminal,
  /// a few times a second.
  package mutating func live(
    _ active: [(index: Int, metrics: [String: Double])], _ outcomes: [ComparisonOutcome?]
  ) {
    let now = clock()
    let terminal = profile()
    guard terminal.isLive, now.timeIntervalSince(lastShown) > 0.25 else { return }
    lastShown = now
    let done = outcomes.count { $0 != nil }
    let share =
      (Double(done) + active.reduce(0) { $0 + self.share(of: $1.index, $1.metrics) })
      / Double(max(outcomes.count, 1))
    let start = first ?? (now, share)
    first = start
    var parts = [
      StepLine.count(done, of: outcomes.count), ProgressBar.render(fraction: share, width: 12),
    ]
    let gained = share - start.share
    if gained > 0.01 {
      let left = now.timeIntervalSince(start.moment) * (1 - share) / gained
      parts.append("\(duration(left)) left")
    }
    // As many runs as fit.
    for child in active {
      let text = words(for: child.index, child.metrics)
      guard parts.reduce(text.count, { $0 + $1.count + 2 }) < terminal.width else { break }
      parts.append(text)
    }
    line.show(parts.joined(separator: "  "), width: terminal.width)
  }

  /// That the comparison was stopped and saved, and the command that resumes it.
  package mutating func stopped(resume: String) {
    say("")
    say(
      "stopped and saved with \(finished) of \(plan.runs.count) runs finished; to resume:  \(resume)"
    )
  }

  /// Takes the live line away before somebody else writes to the terminal.
  package mutating func clear() { line.clear() }

  /// How much of a run is done, by its newest step.
  private func share(of index: Int, _ metrics: [String: Double]) -> Double {
    let configuration = plan.runs[index].configuration
    let tokens = metrics["num_completion_tokens"] ?? 0
    let byTokens =
      configuration.run.tokenBudget > 0 ? tokens / Double(configuration.run.tokenBudget) : 0
    return min(1, max(byTokens, (metrics["step"] ?? 0) / Double(configuration.run.steps)))
  }

  /// `grpo-0 37/100 reward 0.71`.
  private func words(for index: Int, _ metrics: [String: Double]) -> String {
    let run = plan.runs[index]
    let step = Int(metrics["step"] ?? 0)
    var text = "\(run.name) \(step)"
    if run.configuration.run.tokenBudget == 0 { text += "/\(run.configuration.run.steps)" }
    let measure = metrics["reward"] == nil ? "loss" : "reward"
    if let value = metrics[measure] { text += " \(measure) \(Quantity.fixed(value, digits: 2))" }
    return text
  }

  private mutating func say(_ text: String) {
    line.clear()
    write(text + "\n")
  }
}
