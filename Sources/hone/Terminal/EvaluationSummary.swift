internal import Settings
import Statistics

/// What an evaluation is shown by.
package struct EvaluationSummary: Sendable {
  /// Share of the problems solved by one completion, 0 to 1.
  package var passAt1: Double
  /// Its 95 % interval.
  package var interval: ClosedRange<Double>
  /// Problems judged.
  package var problems: Int
  /// Whether nothing may be trained on them: the splits validation and test.
  package var isHeldOut: Bool
  /// What the logits were divided by for `passAt1`; 0 is greedy.
  package var temperature: Double
  /// pass@k over further samples, by k in order; empty where none were drawn.
  package var passAtK: [(k: Int, pass: Double)]
  /// pass@1 of the same completions by a shadow verifier, with its interval; nil without one.
  package var shadow: (passAt1: Double, interval: ClosedRange<Double>)?
  /// pass@1 by task, in the suite's order.
  package var tasks: [(name: String, pass: Double)]

  package init(
    passAt1: Double, interval: ClosedRange<Double>, problems: Int, isHeldOut: Bool = true,
    temperature: Double = 0, passAtK: [(k: Int, pass: Double)] = [],
    shadow: (passAt1: Double, interval: ClosedRange<Double>)? = nil,
    tasks: [(name: String, pass: Double)] = []
  ) {
    self.passAt1 = passAt1
    self.interval = interval
    self.problems = problems
    self.isHeldOut = isHeldOut
    self.temperature = temperature
    self.passAtK = passAtK
    self.shadow = shadow
    self.tasks = tasks
  }

  /// `46.2 % [43.1, 49.3]`.
  var score: String { Self.score(passAt1, interval) }

  static func score(_ passAt1: Double, _ interval: ClosedRange<Double>) -> String {
    Quantity.percent(passAt1, low: interval.lowerBound, high: interval.upperBound)
  }

  /// `greedy, 1,000 held-out problems`.
  var method: String {
    (temperature == 0 ? "greedy" : "temperature \(shortestText(of: temperature))") + ", "
      + Quantity.counted(problems, isHeldOut ? "held-out problem" : "problem")
  }

  /// `+45.6 points` from an earlier evaluation to this one.
  func lift(from earlier: EvaluationSummary) -> String {
    Quantity.points(passAt1 - earlier.passAt1) + " points"
  }
}
