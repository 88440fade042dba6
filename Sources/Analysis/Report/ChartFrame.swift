/// Where things lie in a drawing: one size for all, made for the width of a phone; wider pages put more
/// of them side by side.
struct ChartFrame {
  static let width = 360.0
  static let height = 216.0
  /// The place of the plot in the drawing: left, right, top, bottom.
  static let plot = (left: 44.0, right: 340.0, top: 8.0, bottom: 180.0)

  let x: ChartScale
  let y: ChartScale
  /// What the horizontal axis counts.
  let title: String

  /// A value's place from left to right.
  func across(_ value: Double) -> Double {
    let share = (value - x.range.lowerBound) / (x.range.upperBound - x.range.lowerBound)
    return Self.plot.left + share * (Self.plot.right - Self.plot.left)
  }

  /// A value's place from top to bottom.
  func down(_ value: Double) -> Double {
    let share = (value - y.range.lowerBound) / (y.range.upperBound - y.range.lowerBound)
    return Self.plot.bottom - share * (Self.plot.bottom - Self.plot.top)
  }

  /// A point of a path.
  func place(_ x: Double, _ y: Double) -> Markup { "\(across(x)),\(down(y))" }

  /// Lines and labels of both axes.
  var axes: Markup {
    let plot = Self.plot
    let levels = y.marks.map { mark -> Markup in
      let level = down(mark.value)
      return """
        <line class="rule" x1="\(plot.left)" x2="\(plot.right)" y1="\(level)" y2="\(level)" />\
        <text class="mark" x="\(plot.left - 5)" y="\(level + 4)" text-anchor="end">\(mark.label)</text>
        """
    }
    let places = x.marks.map { mark -> Markup in
      """
      <line class="tick" x1="\(across(mark.value))" x2="\(across(mark.value))" y1="\(plot.bottom)" \
      y2="\(plot.bottom + 4)" /><text class="mark" x="\(across(mark.value))" y="\(plot.bottom + 16)" \
      text-anchor="middle">\(mark.label)</text>
      """
    }
    return """
      \(levels)
      <line class="axis" x1="\(plot.left)" x2="\(plot.right)" y1="\(plot.bottom)" y2="\(plot.bottom)" />
      \(places)
      <text class="title" x="\((plot.left + plot.right) / 2)" y="\(Self.height - 4)" \
      text-anchor="middle">\(title)</text>
      """
  }

  /// The whole drawing, with its axes and what the script reads.
  ///
  /// - Parameters:
  ///   - kind: its class next to `plot`.
  ///   - label: what it shows, in words, for those who don't see it.
  ///   - unit: what the script calls a place of the horizontal axis, for example `step`.
  func drawing(kind: String, label: String, unit: String, _ content: [Markup]) -> Markup {
    let ends = [x.range.lowerBound, x.range.upperBound].map { ChartSeries.numbers([$0]) }
    return """
      <svg class="plot \(kind)" viewBox="0 0 \(Self.width) \(Self.height)" role="img" \
      aria-label="\(label)" data-unit="\(unit)" data-from="\(ends[0])" data-to="\(ends[1])">
      \(axes)
      \(content)
      </svg>
      """
  }

  /// Places of letters at the right end of a plot, moved apart so that none hides another.
  ///
  /// - Parameter levels: where each letter would stand, from top to bottom; nil for none.
  static func spreadLetters(_ levels: [Double?]) -> [Double?] {
    var result = levels
    let order = levels.indices.filter { levels[$0] != nil }.sorted { levels[$0]! < levels[$1]! }
    var free = plot.top + 4
    for index in order {
      let level = max(free, result[index]!)
      result[index] = level
      free = level + 11
    }
    // What ran out at the bottom is pushed back up.
    var limit = plot.bottom + 2
    for index in order.reversed() {
      result[index] = min(result[index]!, limit)
      limit = result[index]! - 11
    }
    return result
  }
}
