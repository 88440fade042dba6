internal import Statistics

/// What a curve is drawn against.
enum ReportAxis: String, CaseIterable, Sendable {
  case steps, tokens, seconds
}

/// One metric of a group against an axis: the mean over its runs, with the band from the smallest to the
/// largest.
package struct Curve: Sendable {
  /// A place of the curve; `y`, `low` and `high` are NaN where no run has a value.
  package struct Point: Sendable {
    /// Where on the axis.
    package let x: Double
    /// The mean.
    package let y: Double
    /// The smallest value.
    package let low: Double
    /// The largest value.
    package let high: Double
  }

  /// In the order of `x`.
  package let points: [Point]
  /// Whether several runs went into it.
  package let hasBand: Bool

  /// The mean of several runs' curves, as far as the shortest of them goes; one run's as it is.
  ///
  /// - Parameter isAligned: whether the runs' points with one index have one `x`; otherwise each run is
  ///   read at the same 100 places, on the straight line between its points.
  package init(runs: [[(x: Double, y: Double)]], isAligned: Bool) {
    hasBand = runs.count > 1
    if isAligned || !hasBand {
      let count = runs.map(\.count).min() ?? 0
      points = (0..<count).map { i in Self.mean(at: runs[0][i].x, of: runs.map { $0[i].y }) }
      return
    }
    let known = runs.map { run in run.filter { !$0.y.isNaN } }
    guard known.allSatisfy({ !$0.isEmpty }), let start = known.map({ $0[0].x }).max(),
      let end = known.compactMap({ $0.last?.x }).min(), start <= end
    else {
      points = []
      return
    }
    let places = start == end ? 1 : 100
    points = (0..<places).map { place in
      let x = start + (end - start) * Double(place) / Double(max(1, places - 1))
      return Self.mean(at: x, of: known.map { Self.value(of: $0, at: x) })
    }
  }

  /// The last place that has a value.
  var last: Point? { points.last { !$0.y.isNaN } }
  /// The first place that has a value.
  var first: Point? { points.first { !$0.y.isNaN } }

  /// The points without gaps between them, stretch by stretch.
  package var stretches: [[Point]] {
    points.split { $0.y.isNaN }.map(Array.init)
  }

  private static func mean(at x: Double, of values: [Double]) -> Point {
    let known = values.filter { !$0.isNaN }
    guard let low = known.min(), let high = known.max() else {
      return Point(x: x, y: .nan, low: .nan, high: .nan)
    }
    return Point(x: x, y: Statistics.mean(known), low: low, high: high)
  }

  /// The value of a curve between two of its points; `x` lies within it.
  private static func value(of run: [(x: Double, y: Double)], at x: Double) -> Double {
    var (low, high) = (0, run.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if run[middle].x <= x { low = middle } else { high = middle }
    }
    let (a, b) = (run[low], run[high])
    guard b.x > a.x else { return b.y }
    return a.y + (b.y - a.y) * min(1, max(0, (x - a.x) / (b.x - a.x)))
  }
}

extension ReportRun {
  /// Where each step lies on an axis.
  ///
  /// - Parameter tokens: the metric that counts tokens.
  func places(on axis: ReportAxis, tokens: String) -> [Double] {
    switch axis {
    case .steps: metrics.steps.map(Double.init)
    case .tokens: metrics[tokens]
    case .seconds: metrics.seconds
    }
  }

  /// A metric against an axis, each point the mean of `bucket` neighbouring steps.
  func points(
    of metric: String, on axis: ReportAxis, tokens: String, bucket: Int
  ) -> [(x: Double, y: Double)] {
    let (places, values) = (places(on: axis, tokens: tokens), metrics[metric])
    return stride(from: 0, to: values.count, by: bucket).map { start in
      let range = start..<min(start + bucket, values.count)
      let known = values[range].filter { !$0.isNaN }
      let place = mean(Array(places[range]))
      return (place, known.isEmpty || place.isNaN ? .nan : mean(known))
    }
  }
}
