import Statistics

/// What one step of training is shown by.
package struct StepSummary: Sendable, Equatable {
  /// The step, from 1.
  package var step: Int
  /// Steps of the whole run.
  package var steps: Int
  /// What the sparkline follows: `reward`, or `loss` for supervised training.
  package var measure: String
  /// Its value in this step; not a number where there is none.
  package var value: Double
  /// Mean tokens of a completion, where there are completions.
  package var length: Double?
  /// Mean entropy of the policy, in nats per token, where it is known.
  package var entropy: Double?
  /// Share of the sampled tokens whose signal was used, where there is a gradient ledger.
  package var used: Double?
  /// What a shadow verifier says of the same completions, on average; nil without one.
  package var shadow: Double?
  /// Tokens, prompts included.
  package var tokens: Int
  /// Seconds it took.
  package var seconds: Double

  package init(
    step: Int, steps: Int, measure: String, value: Double, length: Double? = nil,
    entropy: Double? = nil, used: Double? = nil, shadow: Double? = nil, tokens: Int,
    seconds: Double
  ) {
    self.step = step
    self.steps = steps
    self.measure = measure
    self.value = value
    self.length = length
    self.entropy = entropy
    self.used = used
    self.shadow = shadow
    self.tokens = tokens
    self.seconds = seconds
  }
}

/// The line of a step: with bar and sparkline for a terminal, without for a file.
package enum StepLine {
  /// The line, no wider than asked: what matters least is left out first.
  ///
  /// - Parameters:
  ///   - history: the measure's values so far, this step's last.
  ///   - secondsLeft: the time the rest will take, if that can be estimated.
  ///   - width: most characters; nil for as many as it takes and no bar and sparkline.
  package static func render(
    _ summary: StepSummary, history: [Double], secondsLeft: Double?, width: Int?
  ) -> String {
    let live = width != nil
    let bar = ProgressBar.render(
      fraction: Double(summary.step) / Double(max(summary.steps, 1)), width: 16)
    let spark = Sparkline.render(values: history, width: 12)
    let value =
      summary.value.isNaN ? "-" : Quantity.fixed(summary.value, digits: summary.value < 10 ? 2 : 1)
    let shadow = summary.shadow.map { "shadow \(Quantity.fixed($0, digits: $0 < 10 ? 2 : 1))" }
    // In the order of the line; the lowest rank is left out first.
    let parts: [(rank: Int, text: String?)] = [
      (9, count(summary.step, of: summary.steps)),
      (4, live ? bar : nil),
      (8, "\(summary.measure) \(value)"),
      (6, live && !spark.isEmpty ? spark : nil),
      (8, shadow),
      (5, summary.length.map { "length \(Quantity.fixed($0, digits: 0))" }),
      (2, summary.entropy.map { "entropy \(Quantity.fixed($0, digits: 2))" }),
      (1, summary.used.map { "used \(Quantity.fixed($0 * 100, digits: 0)) %" }),
      (3, summary.seconds > 0 ? rate(Double(summary.tokens) / summary.seconds) : nil),
      (7, secondsLeft.map { "\(duration($0)) left" }),
    ]
    var threshold = 0
    while true {
      let texts = parts.filter { $0.rank > threshold }.compactMap(\.text)
      let line = joined(texts, spark: spark)
      guard let width, line.count > width, threshold < 8 else {
        return width.map { String(line.prefix(max($0, 0))) } ?? line
      }
      threshold += 1
    }
  }

  /// The sparkline belongs to the number before it, so only one space separates them.
  private static func joined(_ texts: [String], spark: String) -> String {
    texts.reduce("") { line, text in
      line.isEmpty ? text : line + (text == spark ? " " : "  ") + text
    }
  }

  /// ` 37/120`: as wide at every step.
  static func count(_ step: Int, of steps: Int) -> String {
    let digits = String(step)
    return String(repeating: " ", count: max(0, String(steps).count - digits.count))
      + digits + "/\(steps)"
  }

  /// Tokens per second, to two or three digits.
  private static func rate(_ perSecond: Double) -> String {
    switch perSecond {
    case ..<1_000: "\(Quantity.fixed(perSecond, digits: 0)) tok/s"
    case ..<10_000: "\(Quantity.fixed(perSecond / 1_000, digits: 1))k tok/s"
    case ..<1_000_000: "\(Quantity.fixed(perSecond / 1_000, digits: 0))k tok/s"
    default: "\(Quantity.fixed(perSecond / 1_000_000, digits: 1))M tok/s"
    }
  }
}

/// A time as `1:12` or `1:02:03`.
package func duration(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds < 1e9 else { return "?" }
  let whole = Int(max(seconds, 0).rounded())
  func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
  let minutes = whole / 60 % 60
  let rest = ":" + two(whole % 60)
  return whole < 3600 ? "\(minutes)" + rest : "\(whole / 3600):" + two(minutes) + rest
}
