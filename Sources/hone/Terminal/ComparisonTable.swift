package import Analysis

/// The result of a comparison for people: arms, then every two of them.
package struct ComparisonTable {
  private let comparison: Comparison

  package init(_ comparison: Comparison) { self.comparison = comparison }

  /// The tables, and where everything is.
  ///
  /// - Parameters:
  ///   - file: where the whole result is.
  ///   - report: the report on its runs; nil where there is none.
  ///   - seconds: the time of this session.
  package func text(file: String, report: String?, seconds: Double) -> String {
    var lines = ["", comparison.caption, ""] + Self.columns(comparison.armTable)
    if !comparison.pairs.isEmpty { lines += [""] + Self.columns(comparison.pairTable) }
    if !comparison.failures.isEmpty {
      lines += ["", "A run that failed counts as one that solves nothing."]
      lines += comparison.failures.map { "  \($0.folder): \($0.reason)" }
    }
    lines += ["", "result   \(file)   \(duration(seconds))"]
    if let report { lines.append("report   \(report)") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Rows with their cells below each other.
  private static func columns(_ table: Comparison.Table) -> [String] {
    let rows = [table.columns] + table.rows
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for (cell, width) in zip(row, widths) { line += cell.padding(to: width + 3) }
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }
  }
}
