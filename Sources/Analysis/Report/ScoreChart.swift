internal import Runs
internal import Statistics

/// Scores before and after training, a row for each task or group, as inline SVG.
struct ScoreChart {
  /// A row: one value for each run, with an interval where there is one run.
  struct Row {
    let label: String
    let before: [EvaluationResult.Scores]
    let after: [EvaluationResult.Scores]
  }

  let rows: [Row]

  private static let rowHeight = 30.0

  /// The drawing.
  func drawing(label: String) -> Markup {
    let height = 26 + Self.rowHeight * Double(rows.count)
    let frame = ChartFrame(
      x: ChartScale(0...1, marks: [0, 0.25, 0.5, 0.75, 1].map { ($0, "\(Int($0 * 100)) %") }),
      y: ChartScale(0...1, marks: []), title: "")
    let marks = frame.x.marks.map { mark -> Markup in
      let x = frame.across(mark.value)
      return """
        <line class="rule" x1="\(x)" x2="\(x)" y1="4" y2="\(height - 18)" />\
        <text class="mark" x="\(x)" y="\(height - 5)" text-anchor="middle">\(mark.label)</text>
        """
    }
    let lines = rows.enumerated().map { index, row in
      draw(row, at: Self.rowHeight * Double(index) + 16, frame)
    }
    return """
      <svg class="scores" viewBox="0 0 \(ChartFrame.width) \(height)" role="img" aria-label="\(label)">
      \(marks)
      \(lines)
      </svg>
      """
  }

  /// A label that fits; the table has it in full.
  private static func short(_ label: String) -> String {
    label.count <= 46 ? label : label.prefix(45) + "…"
  }

  private func draw(_ row: Row, at label: Double, _ frame: ChartFrame) -> Markup {
    let level = label + 8
    var parts: [Markup] = [
      "<text class=\"row\" x=\"\(ChartFrame.plot.left)\" y=\"\(label)\">\(Self.short(row.label))</text>"
    ]
    if !row.before.isEmpty && !row.after.isEmpty {
      let from = frame.across(mean(row.before.map(\.passAt1)))
      let to = frame.across(mean(row.after.map(\.passAt1)))
      parts.append(
        "<line class=\"lift\" x1=\"\(from)\" x2=\"\(to)\" y1=\"\(level)\" y2=\"\(level)\" />")
    }
    for (scores, kind) in [(row.before, "before"), (row.after, "after")] {
      if let only = scores.first, scores.count == 1, only.interval.count == 2 {
        parts.append(
          """
          <line class="interval" x1="\(frame.across(only.interval[0]))" \
          x2="\(frame.across(only.interval[1]))" y1="\(level)" y2="\(level)" />
          """)
      }
      for one in scores {
        parts.append(
          """
          <circle class="\(kind)" cx="\(frame.across(one.passAt1))" cy="\(level)" r="4" />
          """)
      }
    }
    return "<g>\(parts)</g>"
  }
}
