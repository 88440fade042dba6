import Foundation
import Statistics
import Verifiers
package import Workbench

extension WorkbenchFindings {
  /// The findings as people read them.
  ///
  /// - Parameter command: What shows the breaches again.
  package func text(command: String) -> String {
    var lines = [
      "\(verifier) · \(origin) · parts \(partNames.joined(separator: ", "))",
      Quantity.counted(problems, "problem") + " of " + sources.joined(separator: ", ")
        + "; \(Quantity.grouped(attackedProblems)) of them attacked; seed \(seed)",
    ]
    lines += passedOver.map { "passed over: \($0)" } + [""]
    let missed = falseNegatives
    lines.append(
      rate("right completions", right, "refused", missed.count, "false negatives", missed.trials))
    if judgesFormOnly {
      lines.append(
        "wrong answers         not asked: it judges the form alone, and any answer may pass")
    } else {
      let wrongly = falsePositives
      var all = Row(name: "", summary: "")
      for row in wrong {
        all.tried += row.tried
        all.failed += row.failed
      }
      lines.append(
        rate("wrong answers", all, "pass", wrongly.count, "false positives", wrongly.trials)
          + (mostForWrong.map { $0 > 0 ? "   the others earn up to \(Quantity.reward($0))" : "" }
            ?? ""))
    }
    lines += table("wrong answers, made from right ones", wrong)
    lines += table("attacks", attacks)
    lines += table("asked again", repeats, passes: "differ")
    lines += ["", timing] + notes.map { "note  \($0)" } + [""]
    return (lines + breachLines(command)).joined(separator: "\n") + "\n"
  }

  /// `wrong answers   1,583, 41 pass   false positives 2.6 % [1.9, 3.5]`.
  private func rate(
    _ what: String, _ row: Row, _ verb: String, _ count: Int, _ rateName: String, _ trials: Int
  ) -> String {
    let interval = WilsonInterval(successes: count, trials: trials)
    let share = trials == 0 ? 0 : Double(count) / Double(trials)
    let counts =
      "\(Quantity.grouped(row.tried)) tried, \(Quantity.grouped(count)) \(verb)"
      + (row.failed > 0 ? ", \(Quantity.grouped(row.failed)) failed" : "")
    return what.padding(to: 22) + counts.padding(to: 30)
      + "\(rateName) \(Quantity.percent(share, low: interval.low, high: interval.high))"
  }

  /// Rows under a heading; nothing where there are none.
  private func table(_ title: String, _ rows: [Row], passes: String = "pass") -> [String] {
    guard !rows.isEmpty else { return [] }
    return ["", title.padding(to: 80) + "tried".leftPadding(to: 7) + passes.leftPadding(to: 7)]
      + rows.map { row in
        let count = passes == "pass" ? row.passed : row.differing
        return ("  " + row.name.padding(to: 22) + row.summary).padding(to: 80)
          + Quantity.grouped(row.tried).leftPadding(to: 7)
          + Quantity.grouped(count).leftPadding(to: 7) + remark(row)
      }
  }

  private func remark(_ row: Row) -> String {
    var words: [String] = []
    if row.isBreach { words.append("BREACH") }
    if row.mayPass && row.passed > 0 { words.append("lenient") }
    if row.overpaid > 0 && !row.mayPass { words.append("\(row.overpaid) overpaid") }
    if row.failed > 0 { words.append("\(row.failed) failed") }
    if row.invalid > 0 { words.append("\(row.invalid) invalid") }
    if row.notJudged > 0 { words.append("\(row.notJudged) left out after that") }
    return words.isEmpty ? "" : "   " + words.joined(separator: ", ")
  }

  private var timing: String {
    var text = "time   \(Quantity.grouped(Int(throughput.rounded()))) completions/s"
    if let slowest {
      text += ", the slowest attack \(Quantity.fixed(slowest.seconds * 1_000, digits: 1)) ms"
      text += " (\(slowest.attack))"
    }
    return text
  }

  /// What was found, two breaches of a row at most, each with the way to see it again.
  private func breachLines(_ command: String) -> [String] {
    guard !isClean else { return ["no breach"] }
    var rows: [String] = []
    for breach in breaches where !rows.contains(breach.row) { rows.append(breach.row) }
    var lines = ["breaches in \(rows.count): \(rows.joined(separator: ", "))"]
    for row in rows {
      let found = breaches.filter { $0.row == row }
      for breach in found.prefix(2) {
        let (problem, completion) = (breach.submission.problem, breach.submission.completion)
        lines += [
          "", "\(row): \(breach.kind.rawValue)",
          "  problem     \(problem.task) \(Self.shown(problem.prompt)), the answer is "
            + Self.shown(problem.answer),
          "  completion  " + Self.shown(completion.text)
            + (completion.isFinished ? "" : ", cut off by the length limit"),
          "  verdict     " + breach.verdict,
        ]
      }
      let isAttack = AttackFamily.names.contains(row)
      lines.append("  again       \(command)" + (isAttack ? " --only \(row)" : ""))
    }
    return lines
  }

  /// A text in quotes with what can't be seen spelled out, its middle left out where it is long.
  static func shown(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard scalars.count > 160 else { return "'" + escaped(scalars) + "'" }
    return "'" + escaped(scalars.prefix(90)) + "…" + escaped(scalars.suffix(50)) + "' ("
      + Quantity.counted(text.utf8.count, "byte") + ")"
  }

  private static func escaped(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    scalars.map { scalar in
      switch scalar {
      case "\n": "\\n"
      case "\r": "\\r"
      case "\t": "\\t"
      case " "..."~": String(scalar)
      default: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      }
    }.joined()
  }
}

extension String {
  fileprivate func leftPadding(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }
}
