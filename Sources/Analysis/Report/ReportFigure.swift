/// A chart with its heading, its legend and its numbers.
struct ReportFigure {
  let title: String
  let explanation: String
  /// The drawing, once for each axis that it can be shown against, and what the axis counts.
  let drawings: [Markup]
  /// The lines, in the order of the legend, against steps.
  let series: [ChartSeries]
  /// Whether the legend begins with the topmost: areas on top of each other.
  var isStacked = false
  /// The heading of the table's first column, and its text for a place.
  var firstColumn: (title: String, text: (Double) -> String) = ("step", ReportNumber.text)

  /// The whole figure.
  var markup: Markup {
    let words: Markup = explanation.isEmpty ? "" : "<p class=\"about\">\(explanation)</p>"
    return """
      <figure>
      <figcaption><h3>\(title)</h3>\(words)</figcaption>
      \(drawings)
      <ul class="legend">\(legend)</ul>
      \(table)
      </figure>
      """
  }

  private var legend: [Markup] {
    let lines = series.indices.map { index -> Markup in
      let one = series[index]
      let letter: Markup = one.letter.isEmpty ? "" : "<b>\(one.letter)</b> "
      let swatch: Markup =
        isStacked
        ? "<rect class=\"area\" x=\"0\" y=\"1\" width=\"22\" height=\"10\" />"
        : "<path class=\"line\" d=\"M0 6H22\" />"
      return """
        <li><svg class="swatch s\(index % 8)" viewBox="0 0 22 12" aria-hidden="true">\(swatch)</svg> \
        \(letter)<code>\(one.name)</code> <span class="values">\(summary(of: one))</span></li>
        """
    }
    return isStacked ? lines.reversed() : lines
  }

  private func summary(of one: ChartSeries) -> String {
    guard let first = one.curve.first, let last = one.curve.last else { return "no value" }
    let known = one.curve.points.filter { !$0.y.isNaN }
    if known.allSatisfy({ $0.y == first.y }) {
      return ReportNumber.text(first.y) + (known.count > 1 ? " throughout" : "")
    }
    return "\(ReportNumber.text(first.y)) → \(ReportNumber.text(last.y))"
  }

  /// About twenty rows of numbers.
  private var table: Markup {
    let places = series.max { $0.curve.points.count < $1.curve.points.count }?.curve.points ?? []
    guard !places.isEmpty else { return "" }
    let rows = CompletionSample.spread(places.count, over: 21).map { index -> Markup in
      let cells = series.map { one -> Markup in
        guard index < one.curve.points.count else { return "<td></td>" }
        let point = one.curve.points[index]
        let band =
          one.curve.hasBand && !point.y.isNaN
          ? " (\(ReportNumber.text(point.low)) to \(ReportNumber.text(point.high)))" : ""
        return "<td>\(ReportNumber.text(point.y) + band)</td>"
      }
      return "<tr><th scope=\"row\">\(firstColumn.text(places[index].x))</th>\(cells)</tr>"
    }
    let heads = series.map { $0.letter.isEmpty ? $0.name : "\($0.letter) \($0.name)" }
    return Markup.numbers(heads: ([firstColumn.title] + heads).map { "\($0)" }, rows: rows)
  }
}
