internal import Settings
internal import Statistics

extension Comparison {
  /// A table for people; the terminal and the report lay out the same cells.
  package struct Table: Sendable, Equatable {
    /// A heading for each column.
    package let columns: [String]
    /// A cell under each heading, row by row.
    package let rows: [[String]]
  }

  /// What the tables are about, in one line.
  package var caption: String {
    "pass@1 after training on held-out problems"
      + (split == EvaluationSplit.test.rawValue ? "" : " of the split \(split)")
      + ", over \(Quantity.counted(tasks.count, "task")) and "
      + "\(Quantity.counted(seeds, "seed")), with 95 % intervals"
  }

  /// A row for each arm: scores after training, what was gained, and the runs that went wrong.
  package var armTable: Table {
    Table(
      columns: ["arm", "IQM, %", "over the base, points", "failed", "below base"],
      rows: arms.map { arm in
        [
          arm.name, Self.share(arm.iqm), Self.points(arm.overBase.all),
          "\(arm.failed)/\(arm.runs)", "\(arm.belowBase)/\(arm.runs)",
        ]
      })
  }

  /// A row for every two arms; none where there is but one.
  package var pairTable: Table {
    Table(
      columns: ["first", "second", "P(first better)", "difference, points"],
      rows: pairs.map { pair in
        [
          pair.first, pair.second, Self.probability(pair.probabilityOfImprovement),
          Self.points(pair.difference.all),
        ]
      })
  }

  /// The tasks' own differences from the base: a row for each arm. Empty where there is one task,
  /// whose numbers would be the same again.
  package var taskTable: Table {
    guard tasks.count > 1 else { return Table(columns: [], rows: []) }
    return Table(
      columns: ["arm"] + tasks,
      rows: arms.map { arm in [arm.name] + tasks.map { Self.points(arm.overBase.tasks[$0]) } })
  }

  /// The runs that ended in an error, each with the first line of it.
  package var failures: [(folder: String, reason: String)] {
    runs.compactMap { run in
      guard let failure = run.failure, let folder = run.folder else { return nil }
      return (folder, failure.split(separator: "\n").first.map(String.init) ?? "")
    }
  }

  /// `45.2 [42.1, 48.3]`, in percent.
  private static func share(_ estimate: IntervalEstimate) -> String {
    text(estimate) { Quantity.fixed($0 * 100, digits: 1) }
  }

  /// `+12.5 [+9.1, +15.8]`; a dash where no problem could be judged.
  private static func points(_ estimate: IntervalEstimate?) -> String {
    estimate.map { text($0, Quantity.points) } ?? "-"
  }

  /// `0.92 [0.76, 1.00]`.
  private static func probability(_ estimate: IntervalEstimate) -> String {
    text(estimate) { Quantity.fixed($0, digits: 2) }
  }

  private static func text(_ estimate: IntervalEstimate, _ number: (Double) -> String) -> String {
    "\(number(estimate.point)) [\(number(estimate.low)), \(number(estimate.high))]"
  }
}
