internal import Statistics

/// The section of a comparison's report on its result: the cells of the terminal's tables, from
/// `comparison.json`.
struct ReportResult {
  /// The result; nil as long as runs are missing.
  let result: Comparison?

  /// The tables, or a word on why there are none.
  var markup: Markup {
    guard let result else {
      return """
        <p class="left-out"><b>No result yet</b>: it is made when every run has ended; \
        <code>hone compare --run</code> with this folder resumes it.</p>
        """
    }
    let pairs = result.pairTable
    let pairMarkup: Markup =
      pairs.rows.isEmpty ? "" : "<h3>Every two arms</h3>\n\(Self.table(pairs, heads: 2))"
    let tasks = result.taskTable
    let taskMarkup: Markup =
      tasks.rows.isEmpty
      ? ""
      : """
      <details><summary>Over the base, by task, in points</summary>
      \(Self.table(tasks, heads: 1))
      </details>
      """
    return """
      <p>\(result.caption).</p>
      \(Self.table(result.armTable, heads: 1))
      \(failures(of: result))
      \(pairMarkup)
      \(taskMarkup)
      <p class="about">IQM: interquartile mean over runs and tasks. Over the base, difference: shares \
      of problems solved, paired by seed and problem. P(first better): how often a run of the first \
      scores higher than one of the second. Where the interval of a difference is clear of 0, other \
      seeds and problems would hardly turn its sign. docs/comparing.md says more.</p>
      """
  }

  /// What went wrong, counted in the table and named here.
  private func failures(of result: Comparison) -> Markup {
    let failures = result.failures
    guard !failures.isEmpty else { return "" }
    let items = failures.map { "<li><code>\($0.folder)</code>: \($0.reason)</li>" as Markup }
    return """
      <p>A run that failed counts as one that solves nothing.</p>
      <ul class="notes failures">\(items)</ul>
      """
  }

  /// A table whose first cells are the heading of their row; on a phone the others stand below it,
  /// each with its own heading.
  private static func table(_ table: Comparison.Table, heads: Int) -> Markup {
    let names = [table.columns.prefix(heads).joined(separator: " against ")]
    let rows = table.rows.map { row in
      Markup.row(
        row.prefix(heads).joined(separator: " against "),
        zip(table.columns, row).dropFirst(heads).map { ($0, "\($1)") })
    }
    return Markup.table(
      kind: "runs result", heads: (names + table.columns.dropFirst(heads)).map { "\($0)" },
      rows: rows)
  }
}
