import Testing
import hone

@Suite("Terminal: bar, sparkline, lines")
struct TerminalTests {
  @Test(
    "the bar fills by eighths and is only full at the end",
    arguments: [
      (0.0, "░░░░"), (1.0, "████"), (0.5, "██░░"), (1.0 / 32, "▏░░░"), (31.0 / 32, "███▉"),
      (0.9999, "███▉"), (-1.0, "░░░░"), (2.0, "████"), (.nan, "░░░░"), (.infinity, "████"),
    ])
  func bar(fraction: Double, expected: String) {
    #expect(ProgressBar.render(fraction: fraction, width: 4) == expected)
  }

  @Test("the bar is as wide as asked", arguments: [-1, 0, 1, 7, 80])
  func barWidth(width: Int) {
    for step in 0...100 {
      let bar = ProgressBar.render(fraction: Double(step) / 100, width: width)
      #expect(bar.count == max(width, 0))
    }
  }

  @Test("the sparkline's scale runs from 0 to 1 unless values lie outside")
  func sparkline() {
    #expect(
      Sparkline.render(values: [0, 0.125, 0.25, 0.5, 0.75, 1], width: 9) == "▁▂▃▅▇█")
    #expect(Sparkline.render(values: [0.5, 0.51, 0.49], width: 9) == "▅▅▄")
    #expect(Sparkline.render(values: [4, 2, 0], width: 9) == "█▅▁")
    #expect(Sparkline.render(values: [-1, 0, 1], width: 9) == "▁▅█")
    #expect(Sparkline.render(values: [], width: 9).isEmpty)
    #expect(Sparkline.render(values: [1], width: 0).isEmpty)
    #expect(Sparkline.render(values: [.nan, 1, .infinity], width: 9) == " █ ")
  }

  @Test("a long history is averaged into the width")
  func longHistory() {
    #expect(Sparkline.render(values: [0, 0, 1, 1, 0, 1], width: 3) == "▁█▅")
    let values = (0..<1000).map { Double($0) / 1000 }
    #expect(Sparkline.render(values: values, width: 8) == "▁▂▃▄▅▆▇█")
  }

  private static let step = StepSummary(
    step: 37, steps: 120, measure: "reward", value: 0.71, length: 27, entropy: 0.31, used: 0.62,
    tokens: 31_000, seconds: 1)

  @Test("a step's line")
  func stepLine() {
    let history = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.71]
    #expect(
      StepLine.render(Self.step, history: history, secondsLeft: 72, width: 200)
        == " 37/120  ████▉░░░░░░░░░░░  reward 0.71 ▁▂▃▄▅▅▆  length 27  entropy 0.31  used 62 %  "
        + "31k tok/s  1:12 left")
    #expect(
      StepLine.render(Self.step, history: history, secondsLeft: 72, width: nil)
        == " 37/120  reward 0.71  length 27  entropy 0.31  used 62 %  31k tok/s  1:12 left")
    let supervised = StepSummary(
      step: 1, steps: 9, measure: "loss", value: 12.34, tokens: 1_500, seconds: 0.5)
    #expect(
      StepLine.render(supervised, history: [], secondsLeft: nil, width: nil)
        == "1/9  loss 12.3  3.0k tok/s")
  }

  @Test("a step's line never is wider than asked, and keeps what matters")
  func narrow() {
    for width in 0...130 {
      let line = StepLine.render(Self.step, history: [0.5], secondsLeft: 72, width: width)
      #expect(line.count <= width)
      if width >= 20 { #expect(line.contains("reward 0.71")) }
      if width >= 40 { #expect(line.contains("1:12 left")) }
    }
  }

  @Test(
    "durations",
    arguments: [
      (0.0, "0:00"), (9.4, "0:09"), (59.6, "1:00"), (3599.0, "59:59"), (3723.0, "1:02:03"),
      (-1.0, "0:00"), (.infinity, "?"), (.nan, "?"),
    ])
  func durations(seconds: Double, expected: String) {
    #expect(duration(seconds) == expected)
  }

  @Test("what a stream can show")
  func profiles() {
    func profile(_ isTerminal: Bool, _ columns: Int?, _ environment: [String: String])
      -> TerminalProfile
    {
      TerminalProfile(isTerminal: isTerminal, columns: columns, environment: environment)
    }
    #expect(profile(true, 120, [:]).isLive && profile(true, 120, [:]).usesStyles)
    #expect(profile(true, 120, ["COLUMNS": "60"]).width == 120)
    #expect(profile(true, nil, ["COLUMNS": "60"]).width == 60)
    #expect(profile(true, nil, ["COLUMNS": "0"]).width == 80)
    #expect(!profile(true, 80, ["TERM": "dumb"]).isLive)
    #expect(!profile(true, 80, ["TERM": "dumb"]).usesStyles)
    #expect(!profile(true, 80, ["NO_COLOR": "1"]).usesStyles)
    #expect(profile(true, 80, ["NO_COLOR": "1"]).isLive)
    #expect(profile(true, 80, ["NO_COLOR": ""]).usesStyles)
    #expect(!profile(false, 80, [:]).isLive && !profile(false, 80, [:]).usesStyles)
  }

  @Test(
    "plain lines: at most 150 over a run",
    arguments: [(1, 1), (120, 1), (150, 1), (151, 2), (1500, 10), (1501, 20), (1_000_000, 10_000)])
  func plainInterval(steps: Int, expected: Int) {
    #expect(TrainPresenter.plainInterval(steps: steps) == expected)
  }
}
