import Analysis
import Testing

@Suite("Reports: numbers, axes, curves, markup")
struct ReportPartsTests {
  @Test(
    "numbers as they are printed",
    arguments: [
      (0, "0"), (1, "1"), (1_234_567, "1,234,567"), (-3, "-3"), (0.86035, "0.8604"),
      (12.3456, "12.35"), (123.456, "123.5"), (1234.56, "1235"), (123_456.7, "123,456"),
      (0.0123456, "0.01235"), (0.001234, "0.001234"), (1e-4, "1.00e-4"), (-2.5e-7, "-2.50e-7"),
      (.nan, "–"), (.infinity, "–"),
    ] as [(Double, String)])
  func numbers(value: Double, expected: String) {
    #expect(ReportNumber.text(value) == expected)
  }

  @Test(
    "axes of values: round marks around all values, 0 where it is near",
    arguments: [
      ([0.43, 0.94], ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
      ([0.93, 0.99], ["0.92", "0.94", "0.96", "0.98", "1"]),
      ([-0.25, 0.01], ["-0.3", "-0.2", "-0.1", "0", "0.1"]),
      ([1e-4, 1e-4], ["9e-5", "9.5e-5", "1e-4", "1.05e-4", "1.1e-4"]),
      ([0, 0], ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
      ([0, 3_063_053], ["0", "1M", "2M", "3M", "4M"]),
      ([.nan], ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
    ] as [([Double], [String])])
  func valueAxes(values: [Double], expected: [String]) {
    let scale = ChartScale(covering: values)
    #expect(scale.marks.map(\.label) == expected)
    for value in values where value.isFinite { #expect(scale.range.contains(value)) }
  }

  @Test(
    "axes of time: the range of the values, with round marks inside",
    arguments: [
      ([1, 100], 1...100, ["20", "40", "60", "80", "100"]),
      ([7], 6.5...7.5, ["7"]),
      ([23_685, 3_063_053], 23_685...3_063_053, ["1M", "2M", "3M"]),
    ] as [([Double], ClosedRange<Double>, [String])])
  func timeAxes(values: [Double], range: ClosedRange<Double>, expected: [String]) {
    let scale = ChartScale(spanning: values)
    #expect(scale.range == range && scale.marks.map(\.label) == expected)
  }

  @Test("curves of several runs: mean and range at common places")
  func curves() {
    let runs: [[(x: Double, y: Double)]] = [
      [(0, 0), (10, 10)], [(2, 4), (6, .nan), (12, 24)],
    ]
    let curve = Curve(runs: runs, isAligned: false)
    // From 2, where the second begins, to 10, where the first ends; y = x and y = 2x.
    #expect(curve.points.count == 100 && curve.hasBand)
    #expect(curve.points[0].x == 2 && curve.points[99].x == 10)
    for point in curve.points {
      #expect(abs(point.y - 1.5 * point.x) < 1e-12)
      #expect(abs(point.low - point.x) < 1e-12 && abs(point.high - 2 * point.x) < 1e-12)
    }
    let single = Curve(runs: [[(1, 1), (2, .nan), (3, 2), (4, 3)]], isAligned: true)
    #expect(!single.hasBand && single.stretches.map { $0.map(\.x) } == [[1], [3, 4]])
    #expect(Curve(runs: [[(0, 1)], [(5, 1)]], isAligned: false).points.isEmpty)
    #expect(Curve(runs: [], isAligned: true).points.isEmpty)
  }

  @Test("texts are escaped and markup isn't")
  func markup() {
    let text = "<a href='x'>&\"\u{0}\u{7F}\u{85}\u{200B}\u{2066}\u{2028}\u{E000}é😀\n\t"
    let inner: Markup = "<b>\(text)</b>"
    let outer: Markup = "<i>\(inner)\([inner, "<br />"])\(7)\(-0.25)\(2.96)\(.nan)</i>"
    let escaped =
      "&lt;a href=&#39;x&#39;&gt;&amp;&quot;\\u{0}\\u{7F}\\u{85}\\u{200B}\\u{2066}\\u{2028}\\u{E000}é😀\n\t"
    #expect(inner.text == "<b>\(escaped)</b>")
    #expect(outer.text == "<i><b>\(escaped)</b><b>\(escaped)</b>\n<br />7-0.330</i>")
  }
}
