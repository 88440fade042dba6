import Algorithms
import Settings
import Synchronization
import Testing
import hone

@Suite("Terminal: a whole run")
struct TrainPresenterTests {
  /// Collects what a presenter writes.
  private final class Sink: Sendable {
    private let text = Mutex("")
    var written: String { text.withLock { $0 } }
    func write(_ more: String) { text.withLock { $0 += more } }
  }

  private func presenter(
    to sink: Sink, isTerminal: Bool, columns: Int = 100, environment: [String: String] = [:]
  ) -> TrainPresenter {
    TrainPresenter(
      write: { sink.write($0) },
      profile: {
        TerminalProfile(isTerminal: isTerminal, columns: columns, environment: environment)
      })
  }

  private static let before = EvaluationSummary(
    passAt1: 0.462, interval: 0.431...0.493, problems: 1000)
  private static let after = EvaluationSummary(
    passAt1: 0.918, interval: 0.899...0.933, problems: 1000, passAtK: [(1, 0.9), (4, 0.961)],
    tasks: [
      ("addition", 0.99), ("subtraction", 0.98), ("multiplication", 0.84), ("expressions", 0.86),
    ])

  private func step(_ number: Int, of steps: Int = 120) -> StepSummary {
    StepSummary(
      step: number, steps: steps, measure: "reward", value: 0.5, length: 27, tokens: 31_000,
      seconds: 1)
  }

  private func run(_ presenter: inout TrainPresenter) {
    presenter.header(
      Configuration(GRPOSettings()), model: "arithmetic-base", parameters: 862_000, threads: 2)
    presenter.before(Self.before)
    presenter.step(step(1, of: 2))
    presenter.evaluation(afterStep: 1, Self.before)
    presenter.step(step(2, of: 2))
    presenter.after(Self.after)
    presenter.finished(
      run: "runs/grpo-arithmetic-0", report: "runs/grpo-arithmetic-0/report.html",
      weightsHash: "5f3a09c1aabbccdd", seconds: 221,
      tryIt: "Tools/hone ask runs/grpo-arithmetic-0 \"37+85=\"")
  }

  @Test("a shadow verifier: beside the reward, in the scores, and where the two diverge")
  func shadow() {
    let sink = Sink()
    var presenter = presenter(to: sink, isTerminal: false)
    var before = Self.before
    before.shadow = (0.25, 0.2...0.3)
    presenter.before(before)
    var step = step(1, of: 1)
    step.shadow = 0.125
    presenter.step(step)
    presenter.shadow("reward and shadow diverge at step 1")
    #expect(
      sink.written == """
        before   pass@1 46.2 % [43.1, 49.3]   greedy, 1,000 held-out problems
                 by the shadow 25.0 % [20.0, 30.0]
        1/1  reward 0.50  shadow 0.13  length 27  31k tok/s
        shadow   reward and shadow diverge at step 1

        """)
    // On a terminal the live line stays, and the sentence has a line of its own.
    let screen = Sink()
    var live = self.presenter(to: screen, isTerminal: true)
    live.step(self.step(1, of: 9))
    live.shadow("they diverge")
    #expect(screen.written.contains("\n") && screen.written.hasSuffix("they diverge\n"))
    #expect(!screen.written.hasSuffix("\r\u{1B}[Kthey diverge\n"))
  }

  @Test(
    "into a file: plain lines")
  func plain() {
    let sink = Sink()
    var presenter = presenter(to: sink, isTerminal: false)
    run(&presenter)
    #expect(
      sink.written == """
        Hone · grpo on arithmetic · from arithmetic-base (0.86 M parameters) · seed 0 · 2 threads
        64 problems × 16 samples = 1,024 completions a step, up to 64 tokens each · 100 steps

        before   pass@1 46.2 % [43.1, 49.3]   greedy, 1,000 held-out problems
        1/2  reward 0.50  length 27  31k tok/s  0:01 left
        at 1     pass@1 46.2 % [43.1, 49.3]   +0.0 points
        2/2  reward 0.50  length 27  31k tok/s
        after    pass@1 91.8 % [89.9, 93.3]   +45.6 points
                 pass@1 90.0 %   pass@4 96.1 %
                 addition 99 %   subtraction 98 %   multiplication 84 %   expressions 86 %

        run        runs/grpo-arithmetic-0        report  runs/grpo-arithmetic-0/report.html
        weights    5f3a09c1…                     3:41
        try it     Tools/hone ask runs/grpo-arithmetic-0 "37+85="

        """)
  }

  @Test("on a terminal: the step's line is rewritten, and taken away before other lines")
  func live() {
    let sink = Sink()
    var presenter = presenter(to: sink, isTerminal: true, environment: ["NO_COLOR": "1"])
    run(&presenter)
    let text = sink.written
    #expect(
      text.contains(
        "\r1/2  ████████░░░░░░░░  reward 0.50 ▅  length 27  31k tok/s  0:01 left\u{1B}[K"
          + "\r\u{1B}[Kat 1 "))
    #expect(text.contains("31k tok/s\u{1B}[K\nafter    pass@1 91.8 %"))
    #expect(!text.contains("\u{1B}[1m") && !text.contains("\u{1B}[2m"))
  }

  @Test("the report stands below the run where both don't fit, and nowhere where there is none")
  func report() {
    for (run, report, columns, expected) in [
      ("runs/a", "runs/a/report.html", 66, "run        runs/a\nreport     runs/a/report.html\nw"),
      (
        "runs/a", "runs/a/report.html", 67,
        "run        runs/a                        report  runs/a/report.html\nw"
      ),
      ("runs/a", nil, 100, "run        runs/a\nweights"),
    ] as [(String, String?, Int, String)] {
      let sink = Sink()
      var presenter = presenter(
        to: sink, isTerminal: true, columns: columns, environment: ["NO_COLOR": "1"])
      presenter.finished(run: run, report: report, weightsHash: "5f", seconds: 1, tryIt: "x")
      #expect(sink.written.contains(expected))
    }
  }

  @Test("styles only where they are wanted")
  func styles() {
    let sink = Sink()
    var presenter = presenter(to: sink, isTerminal: true)
    run(&presenter)
    #expect(sink.written.hasPrefix("\u{1B}[1mHone\u{1B}[0m · "))
    #expect(sink.written.contains("\u{1B}[2mbefore\u{1B}[0m   pass@1"))
  }

  @Test("no line is wider than the terminal", arguments: [1, 10, 40, 60, 79, 100])
  func width(columns: Int) {
    let sink = Sink()
    var presenter = presenter(
      to: sink, isTerminal: true, columns: columns, environment: ["NO_COLOR": "1"])
    for number in 1...120 { presenter.step(step(number)) }
    let shown = sink.written.split(separator: "\r").map { $0.replacing("\u{1B}[K", with: "") }
    #expect(shown.count == 120)
    #expect(shown.allSatisfy { $0.filter { $0 != "\n" }.count < max(columns, 1) })
  }

  @Test("the tasks wrap between them")
  func tasks() {
    let sink = Sink()
    var presenter = presenter(to: sink, isTerminal: false, columns: 50)
    presenter.after(Self.after)
    #expect(
      sink.written == """
        after    pass@1 91.8 % [89.9, 93.3]   greedy, 1,000 held-out problems
                 pass@1 90.0 %   pass@4 96.1 %
                 addition 99 %   subtraction 98 %
                 multiplication 84 %   expressions 86 %

        """)
  }

  @Test("a run that was stopped says how to resume it")
  func stopped() {
    let sink = Sink()
    var presenter = presenter(to: sink, isTerminal: false)
    presenter.stopped(afterStep: 37, of: 120, resume: "Tools/hone resume runs/a")
    #expect(
      sink.written
        == "\nstopped and saved after step 37 of 120; to resume:  Tools/hone resume runs/a\n")
  }

  @Test("a worse score after than before")
  func loss() {
    let sink = Sink()
    var presenter = presenter(to: sink, isTerminal: false)
    presenter.before(Self.after)
    presenter.after(Self.before)
    #expect(sink.written.contains("pass@1 46.2 % [43.1, 49.3]   -45.6 points\n"))
  }
}
