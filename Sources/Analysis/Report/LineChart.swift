internal import Settings

/// A line of a chart, with what it is called.
struct ChartSeries: Sendable {
  /// The metric, or the group of runs.
  let name: String
  let curve: Curve
  /// The letter that stands at its end and in the legend, where a chart has several lines.
  var letter = ""

  /// Gives several lines their letters.
  static func lettered(_ series: [ChartSeries]) -> [ChartSeries] {
    guard series.count > 1 else { return series }
    return series.enumerated().map { index, one in
      var one = one
      one.letter = letter(index)
      return one
    }
  }

  /// A, B, … Z, A2, B2, …
  static func letter(_ index: Int) -> String {
    let letter = String(UnicodeScalar(UInt8(65 + index % 26)))
    return index < 26 ? letter : letter + String(index / 26 + 1)
  }

  /// The drawing of the line at an index, with the numbers that the script reads.
  func group(_ index: Int, _ content: [Markup]) -> Markup {
    """
    <g class="series s\(index % 8)" data-name="\(letter.isEmpty ? name : letter)" \
    data-x="\(Self.numbers(curve.points.map(\.x)))" \
    data-y="\(Self.numbers(curve.points.map(\.y)))">\(content)</g>
    """
  }

  /// Numbers for the script, with the digits that the legend shows.
  static func numbers(_ values: [Double]) -> String {
    values.map { value in
      guard value.isFinite else { return "-" }
      // Commas and dashes of text for people would not read back as numbers.
      let text = ReportNumber.text(value).replacing(",", with: "")
      return shortestText(of: Double(text) ?? value)
    }.joined(separator: " ")
  }
}

/// Lines with bands, as inline SVG.
struct LineChart {
  let series: [ChartSeries]
  let frame: ChartFrame
  /// What the script calls a place of the horizontal axis, for example `step`.
  let unit: String
  /// Places of the horizontal axis that are marked from top to bottom, with what they are.
  var marks: [(x: Double, label: String)] = []

  /// The drawing.
  ///
  /// - Parameters:
  ///   - kind: its class next to `plot`.
  ///   - label: what it shows, in words.
  func drawing(kind: String, label: String) -> Markup {
    let levels = ChartFrame.spreadLetters(
      series.map { one in
        one.letter.isEmpty ? nil : one.curve.last.map { frame.down($0.y) + 4 }
      })
    let lines = zip(series.indices, levels).map { index, level in line(index, letterAt: level) }
    return frame.drawing(kind: kind, label: label, unit: unit, marks.map(mark) + lines)
  }

  private func mark(at x: Double, _ label: String) -> Markup {
    let across = frame.across(min(max(x, frame.x.range.lowerBound), frame.x.range.upperBound))
    return """
      <line class="diverged" x1="\(across)" x2="\(across)" y1="\(ChartFrame.plot.top)" \
      y2="\(ChartFrame.plot.bottom)"><title>\(label)</title></line>
      """
  }

  private func line(_ index: Int, letterAt level: Double?) -> Markup {
    let one = series[index]
    let stretches = one.curve.stretches
    var parts: [Markup] = []
    if one.curve.hasBand {
      for stretch in stretches where stretch.count > 1 {
        let there = stretch.map { frame.place($0.x, $0.high) }
        let back = stretch.reversed().map { frame.place($0.x, $0.low) }
        parts.append("<polygon class=\"band\" points=\"\(Self.joined(there + back))\" />")
      }
    }
    let isSparse = one.curve.points.count <= 12
    for stretch in stretches {
      if stretch.count > 1 {
        let places = stretch.map { frame.place($0.x, $0.y) }
        parts.append("<polyline class=\"line\" points=\"\(Self.joined(places))\" />")
      }
      for point in isSparse || stretch.count == 1 ? stretch : [] {
        parts.append(
          """
          <circle class="dot" cx="\(frame.across(point.x))" cy="\(frame.down(point.y))" r="2.6" />
          """)
      }
    }
    if let level, let last = one.curve.last {
      parts.append(
        """
        <text class="letter" x="\(frame.across(last.x) + 5)" y="\(level)">\(one.letter)</text>
        """)
    }
    return one.group(index, parts)
  }

  private static func joined(_ places: [Markup]) -> Markup {
    places.dropFirst().reduce(places.first ?? "") { "\($0) \($1)" }
  }
}
