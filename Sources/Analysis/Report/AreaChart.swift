/// Shares that add up to 1 as areas on top of each other, as inline SVG.
struct AreaChart {
  /// From the bottom up.
  let series: [ChartSeries]
  let frame: ChartFrame
  /// What the script calls a place of the horizontal axis.
  let unit: String

  /// The drawing.
  func drawing(kind: String, label: String) -> Markup {
    // Only as far as every layer reaches do they add up to 1.
    let count = series.map(\.curve.points.count).min() ?? 0
    let places = (series.first?.curve.points ?? []).prefix(count).map(\.x)
    var floor = Array(repeating: 0.0, count: places.count)
    var areas: [Markup] = []
    for (index, one) in series.enumerated() {
      let values = one.curve.points.prefix(count).map { $0.y.isNaN ? 0 : $0.y }
      let top = zip(floor, values).map { $0 + $1 }
      areas.append(area(index, places, from: floor, to: top))
      floor = top
    }
    return frame.drawing(kind: kind, label: label, unit: unit, areas)
  }

  private func area(
    _ index: Int, _ places: [Double], from floor: [Double], to top: [Double]
  ) -> Markup {
    let one = series[index]
    // A single step has no width: it is drawn as a bar.
    let across =
      places.count == 1
      ? [ChartFrame.plot.left, ChartFrame.plot.right] : places.map { frame.across($0) }
    let (lows, highs) =
      places.count == 1 ? ([floor[0], floor[0]], [top[0], top[0]]) : (floor, top)
    var path = ""
    for (x, y) in zip(across, highs) { path += point(x, y) }
    for (x, y) in zip(across, lows).reversed() { path += point(x, y) }
    let thickest = across.indices.max { highs[$0] - lows[$0] < highs[$1] - lows[$1] }
    var letter: Markup = ""
    // Only where there is room for it.
    if let at = thickest, frame.down(lows[at]) - frame.down(highs[at]) > 14 {
      let x = min(max(across[at], ChartFrame.plot.left + 8), ChartFrame.plot.right - 8)
      let y = frame.down((lows[at] + highs[at]) / 2) + 4
      letter =
        "<text class=\"letter\" x=\"\(x)\" y=\"\(y)\" text-anchor=\"middle\">\(one.letter)</text>"
    }
    return one.group(index, ["<polygon class=\"area\" points=\"\(path)\" />\(letter)"])
  }

  private func point(_ x: Double, _ y: Double) -> String {
    (("\(x),\(frame.down(y)) ") as Markup).text
  }
}
