package import Training

/// The result of a comparison for people: arms, then every two of them.
package struct ComparisonTable {
  private let comparison: Comparison

  /// Takes over a result.
  package init(_ comparison: Comparison) { self.comparison = comparison }

  /// The tables, and where everything is.
  ///
  /// - Parameters:
  ///   - file: where the whole result is.
  ///   - report: the report on its runs; nil where there is none.
  ///   - seconds: the time of this sitting.
  package func text(file: String, report: String?, seconds: Double) -> String {
    var lines = [
      "",
      "pass@1 after training on held-out problems, over "
        + "\(Quantity.counted(comparison.tasks.count, "task")) and "
        + "\(Quantity.counted(comparison.seeds, "seed")), with 95 % intervals", "",
    ]
    lines += Self.columns(
      [["arm", "IQM, %", "over the base, points", "failed", "below base"]]
        + comparison.arms.map { arm in
          [
            arm.name, Self.share(arm.iqm), Self.points(arm.overBase.all),
            "\(arm.failed)/\(arm.runs)", "\(arm.belowBase)/\(arm.runs)",
          ]
        })
    if !comparison.pairs.isEmpty {
      lines.append("")
      lines += Self.columns(
        [["first", "second", "P(first better)", "difference, points"]]
          + comparison.pairs.map { pair in
            [
              pair.first, pair.second, Self.probability(pair.probabilityOfImprovement),
              Self.points(pair.difference.all),
            ]
          })
    }
    if comparison.arms.contains(where: { $0.failed > 0 }) {
      lines += ["", "A run that failed counts as one that solves nothing."]
      for run in comparison.runs {
        guard let failure = run.failure, let folder = run.folder else { continue }
        lines.append("  \(folder): " + (failure.split(separator: "\n").first ?? ""))
      }
    }
    lines += ["", "result   \(file)   \(duration(seconds))"]
    if let report { lines.append("report   \(report)") }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func share(_ estimate: IntervalEstimate) -> String {
    let ends = [estimate.low, estimate.high].map { Quantity.fixed($0 * 100, digits: 1) }
    return Quantity.fixed(estimate.point * 100, digits: 1) + " [\(ends[0]), \(ends[1])]"
  }

  private static func points(_ estimate: IntervalEstimate?) -> String {
    guard let estimate else { return "-" }
    return signed(points: estimate.point)
      + " [\(signed(points: estimate.low)), \(signed(points: estimate.high))]"
  }

  private static func probability(_ estimate: IntervalEstimate) -> String {
    let ends = [estimate.low, estimate.high].map { Quantity.fixed($0, digits: 2) }
    return Quantity.fixed(estimate.point, digits: 2) + " [\(ends[0]), \(ends[1])]"
  }

  /// Rows with their cells below each other.
  private static func columns(_ rows: [[String]]) -> [String] {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for (cell, width) in zip(row, widths) { line += cell.padding(to: width + 3) }
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }
  }
}
