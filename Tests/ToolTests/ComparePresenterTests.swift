import Algorithms
import Analysis
import Foundation
import Settings
import Synchronization
import Testing
import hone

@Suite("Terminal: a comparison")
struct ComparePresenterTests {
  private final class Sink: Sendable {
    private let text = Mutex("")
    var written: String { text.withLock { $0 } }
    func write(_ more: String) { text.withLock { $0 += more } }
  }

  private static func plan(budget: Int = 0) -> ComparisonPlan {
    var configuration = Configuration(GRPOSettings())
    configuration.run.tokenBudget = budget
    let arms = ["grpo", "rloo"].map { ComparisonArm(name: $0, configuration: configuration) }
    return ComparisonPlan(arms: arms, seeds: 1, common: configuration, baseHash: "")
  }

  /// Shows two looks at the runs, ten seconds apart, and returns what was written.
  private func show(
    _ plan: ComparisonPlan, isTerminal: Bool, columns: Int, first: [String: Double],
    second: [String: Double]
  ) -> String {
    let sink = Sink()
    let time = Mutex(Date(timeIntervalSince1970: 1000))
    var presenter = ComparePresenter(
      plan, write: { sink.write($0) },
      profile: { TerminalProfile(isTerminal: isTerminal, columns: columns, environment: [:]) },
      clock: { time.withLock { $0 } })
    presenter.live([(0, first), (1, first)], [nil, nil])
    time.withLock { $0 += 10 }
    presenter.live([(0, second), (1, second)], [nil, nil])
    presenter.clear()
    return sink.written
  }

  @Test("the live line: how much is done, the time left, and the runs that train")
  func live() {
    let text = show(
      Self.plan(), isTerminal: true, columns: 100, first: [:],
      second: ["step": 20, "reward": 0.5])
    #expect(
      text.contains(
        "0/2  ██▍░░░░░░░░░  0:40 left  grpo-0 20/100 reward 0.50  rloo-0 20/100 reward 0.50"))
    #expect(text.hasSuffix("\r\u{1B}[K"))
  }

  @Test("a narrow terminal shows as many runs as fit, a file none")
  func narrow() {
    let metrics = ["step": 20.0, "loss": 0.5]
    let text = show(Self.plan(), isTerminal: true, columns: 60, first: [:], second: metrics)
    #expect(text.contains("grpo-0 20/100 loss 0.50\u{1B}") && !text.contains("rloo-0 20"))
    #expect(
      show(Self.plan(), isTerminal: false, columns: 100, first: [:], second: metrics).isEmpty)
  }

  @Test("under a budget of tokens these count, and not steps")
  func tokens() {
    let text = show(
      Self.plan(budget: 1000), isTerminal: true, columns: 100, first: [:],
      second: ["step": 1, "num_completion_tokens": 500])
    #expect(text.contains("0/2  ██████░░░░░░  0:10 left  grpo-0 1  rloo-0 1"))
  }
}
