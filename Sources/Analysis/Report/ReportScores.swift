internal import Runs
internal import Statistics

/// The section of a report on held-out problems before and after training.
struct ReportScores {
  let groups: [ReportGroup]

  /// The figures, or a word on why there are none.
  var markup: Markup {
    guard groups.contains(where: { $0.runs.contains { $0.before != nil } }) else {
      return """
        <p class="left-out"><b>Before and after</b>: no scores yet. They are kept in a run's \
        checkpoints, and there is none.</p>
        """
    }
    return "\(scores)\n\(passAtK)"
  }

  private var rows: [ScoreChart.Row] {
    if let run = groups.first?.runs.first, groups.count == 1, groups[0].runs.count == 1 {
      let results = [run.before, run.after].compactMap { $0 }
      let tasks = Set(results.flatMap { $0.tasks.keys }).sorted()
      let all = row("all", run.before?.all, run.after?.all)
      // With one task its row would say the same again.
      return tasks.count < 2
        ? [all] : [all] + tasks.map { row($0, run.before?.tasks[$0], run.after?.tasks[$0]) }
    }
    return groups.map { group in
      ScoreChart.Row(
        label: group.label, before: group.runs.compactMap { $0.before?.all },
        after: group.runs.compactMap { $0.after?.all })
    }
  }

  private func row(
    _ label: String, _ before: EvaluationResult.Scores?, _ after: EvaluationResult.Scores?
  ) -> ScoreChart.Row {
    ScoreChart.Row(
      label: label, before: [before].compactMap { $0 }, after: [after].compactMap { $0 })
  }

  private var scores: Markup {
    let rows = rows
    let words = rows.map { row in
      "\(row.label) from \(Self.text(row.before)) to \(Self.text(row.after))"
    }
    let isSingle = rows.allSatisfy { $0.before.count <= 1 }
    let about =
      isSingle
      ? "Greedy, on held-out problems; the thin lines are 95 % Wilson intervals."
      : "Greedy, on held-out problems; a circle for each run, the line from mean to mean."
    let lines = rows.map { row -> Markup in
      let change =
        row.before.isEmpty || row.after.isEmpty
        ? "–" : Quantity.points(Self.mean(row.after) - Self.mean(row.before))
      return """
        <tr><th scope="row">\(row.label)</th><td>\(Self.text(row.before))</td>\
        <td>\(Self.text(row.after))</td><td>\(change)</td></tr>
        """
    }
    return """
      <figure>
      <figcaption><h3>pass@1 before and after</h3><p class="about">\(about)</p></figcaption>
      \(ScoreChart(rows: rows).drawing(label: "pass@1: \(words.joined(separator: ", "))"))
      <ul class="legend"><li><svg class="swatch" viewBox="0 0 22 12" aria-hidden="true">\
      <circle class="before" cx="11" cy="6" r="4" /></svg> before</li>\
      <li><svg class="swatch" viewBox="0 0 22 12" aria-hidden="true">\
      <circle class="after" cx="11" cy="6" r="4" /></svg> after</li></ul>
      \(Markup.numbers(heads: ["", "before", "after", "points"], rows: lines))
      </figure>
      """
  }

  /// pass@k against k, where completions were sampled for it.
  private var passAtK: Markup {
    let lines = groups.flatMap { group -> [ChartSeries] in
      [("before", \ReportRun.before), ("after", \ReportRun.after)].compactMap { name, path in
        let runs = group.runs.compactMap { run in
          run[keyPath: path].map { result in
            result.all.passAtK.compactMap { k, pass in
              Int(k).map { (x: Self.place($0), y: pass) }
            }.sorted { $0.x < $1.x }
          }
        }.filter { $0.count > 1 }
        guard !runs.isEmpty else { return nil }
        return ChartSeries(
          name: groups.count > 1 ? "\(group.label), \(name)" : name,
          curve: Curve(runs: runs, isAligned: Set(runs.map { $0.map(\.x) }).count == 1))
      }
    }
    guard !lines.isEmpty else {
      return """
        <p class="left-out"><b>pass@k before and after</b>: only pass@1 was measured. With \
        <code>evaluation_samples</code> above 0 completions are sampled for pass@k.</p>
        """
    }
    let series = ChartSeries.lettered(lines)
    let places = series.flatMap(\.curve.points).map(\.x)
    let frame = ChartFrame(
      x: ChartScale(
        0...max(1, places.max() ?? 1),
        marks: Set(places).sorted().map { ($0, "\(1 << Int($0))") }),
      y: ChartScale(covering: series.flatMap(\.curve.points).flatMap { [$0.low, $0.high] }),
      title: "k, doubling")
    let drawing = LineChart(series: series, frame: frame, unit: "").drawing(
      kind: "still",
      label: "pass@k: "
        + series.map { "\($0.name) up to \(ReportNumber.percent($0.curve.last?.y ?? .nan))" }
        .joined(separator: ", "))
    return ReportFigure(
      title: "pass@k before and after",
      explanation: "Share of problems that at least one of k sampled completions solves, unbiased.",
      drawings: [drawing], series: series, firstColumn: ("k", { "\(1 << Int($0))" })
    ).markup
  }

  /// Powers of two at equal distances.
  private static func place(_ k: Int) -> Double { Double(k.trailingZeroBitCount) }

  private static func mean(_ scores: [EvaluationResult.Scores]) -> Double {
    Statistics.mean(scores.map(\.passAt1))
  }

  /// `45.2 % [42.1, 48.3]`, or for several runs the mean and the range.
  static func text(_ scores: [EvaluationResult.Scores]) -> String {
    guard let first = scores.first else { return "not measured" }
    guard scores.count > 1 else {
      let (low, high) = (first.interval.first ?? .nan, first.interval.last ?? .nan)
      return Quantity.percent(first.passAt1, low: low, high: high)
    }
    let ends = [scores.map(\.passAt1).min() ?? 0, scores.map(\.passAt1).max() ?? 0]
    return "\(ReportNumber.percent(mean(scores))) "
      + "(\(ends.map { Quantity.fixed($0 * 100, digits: 1) }.joined(separator: " to ")))"
  }
}
