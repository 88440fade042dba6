internal import Foundation
internal import Statistics

/// One axis of a chart: its range and its marks.
package struct ChartScale: Sendable {
  /// The range that is drawn.
  package let range: ClosedRange<Double>
  /// Places with their labels, rising.
  package let marks: [(value: Double, label: String)]

  /// An axis with marks of one's own.
  init(_ range: ClosedRange<Double>, marks: [(value: Double, label: String)]) {
    self.range = range
    self.marks = marks
  }

  /// The axis of time: exactly the range of the values, with round marks inside it.
  package init(spanning values: [Double]) {
    let known = values.filter(\.isFinite)
    let (low, high) = (known.min() ?? 0, known.max() ?? 1)
    guard low < high else {
      self.init((low - 0.5)...(low + 0.5), marks: [(low, ReportNumber.mark(low, step: 1))])
      return
    }
    let step = Self.roundStep((high - low) / 5)
    let inside = Self.multiples(of: step, in: low...high).filter { (low...high).contains($0) }
    self.init(low...high, marks: inside.map { ($0, ReportNumber.mark($0, step: step)) })
  }

  /// The axis of values: from one round mark to another, with 0 where it is near.
  package init(covering values: [Double]) {
    let known = values.filter(\.isFinite)
    var (low, high) = (known.min() ?? 0, known.max() ?? 1)
    if low > 0 && low < 0.6 * high { low = 0 }
    if high < 0 && high > 0.6 * low { high = 0 }
    if low == high { (low, high) = low == 0 ? (0, 1) : (low - abs(low) / 10, high + abs(low) / 10) }
    let step = Self.roundStep((high - low) / 5)
    // Within a millionth of a mark is on it: 0.3 / 0.1 is a little below 3.
    let first = ((low / step) + 1e-6).rounded(.down) * step
    let last = ((high / step) - 1e-6).rounded(.up) * step
    self.init(
      first...max(last, first + step),
      marks: Self.multiples(of: step, in: first...last).map {
        ($0, ReportNumber.mark($0, step: step))
      })
  }

  /// 1, 2 or 5 times a power of ten, at least this much.
  private static func roundStep(_ least: Double) -> Double {
    guard least > 0, least.isFinite else { return 1 }
    let power = pow(10, log10(least).rounded(.down))
    for factor in [1.0, 2, 5] where factor * power >= least * 0.999_999 { return factor * power }
    return 10 * power
  }

  private static func multiples(of step: Double, in range: ClosedRange<Double>) -> [Double] {
    let first = Int((range.lowerBound / step - 1e-6).rounded(.up))
    let last = Int((range.upperBound / step + 1e-6).rounded(.down))
    return first <= last ? (first...last).map { Double($0) * step } : []
  }
}
