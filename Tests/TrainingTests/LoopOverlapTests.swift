import Foundation
import Synchronization
import Testing
import Verifiers

@Suite("The loop: judging while others are sampled")
struct LoopOverlapTests {
  /// Judges as the script does, wants batches, and writes down when it was handed
  /// how many completions.
  private final class Recording: BatchVerifier {
    let name = "recording"
    let partNames = ["correctness"]
    let calling = VerifierCalling.inBatches
    let isSampled = LoopSwitch()
    private let judge: @Sendable (Completion, Problem) -> Verdict
    private let record = Mutex<[(count: Int, afterSampling: Bool)]>([])
    var handedIn: [(count: Int, afterSampling: Bool)] { record.withLock { $0 } }

    init(_ judge: @escaping @Sendable (Completion, Problem) -> Verdict) { self.judge = judge }

    func verify(_ completion: Completion, of problem: Problem) -> Verdict {
      judge(completion, problem)
    }

    func begin(
      _ submissions: [Submission], within budget: FailureBudget
    ) -> PendingVerdicts {
      record.withLock { $0.append((submissions.count, isSampled.isOn)) }
      return PendingVerdicts { [judge] in
        submissions.map { judge($0.completion, $0.problem) }
      }
    }
  }

  @Sendable private static func judge(_ completion: Completion, _ problem: Problem) -> Verdict {
    switch ScriptedVerifier.hash(problem.prompt + completion.text, below: 5) {
    case 0: .failure("none of \(problem.prompt)")
    case 1: .score(Score(reward: .nan, parts: [:]))
    case let mixed: ScriptedVerifier.score(Double(mixed))
    }
  }

  @Test("programs get completions before the last one is sampled, and say the same of them")
  func order() throws {
    try LoopLab.withFolder { folder in
      var configuration = LoopLab.grpo()
      configuration.groupSize = 24
      configuration.verifierFailureLimit = 1
      let recording = Recording(Self.judge)
      let suite = try LoopLab.copySuite(in: folder, judgedBy: recording)
      let run = LoopLab.run(configuration, suite)
      let rollout = try run.sample(step: 1, copies: 24)
      recording.isSampled.isOn = true
      let verdicts = try run.verify(rollout, step: 1)
      // Handed in as soon as there are 16: four times out of 72 completions, the rest at the end.
      #expect(recording.handedIn.map(\.count) == [16, 16, 16, 16, 8])
      #expect(recording.handedIn.map(\.afterSampling) == [false, false, false, false, true])

      let plain = try LoopLab.copySuite(in: folder, judgedBy: ScriptedVerifier(Self.judge))
      let waiting = LoopLab.run(configuration, plain)
      let expected = try waiting.verify(try waiting.sample(step: 1, copies: 24), step: 1)
      #expect(verdicts.verdicts == expected.verdicts && verdicts.rewards == expected.rewards)
      #expect(verdicts.failures > 0 && verdicts.failures < 72)
      // Asked again, it doesn't ask again.
      #expect(try run.verify(rollout, step: 1).verdicts == verdicts.verdicts)
      #expect(recording.handedIn.count == 5)
    }
  }

  @Test("a whole step is the same, of verifier and shadow, with further rounds of sampling")
  func step() throws {
    try LoopLab.withFolder { folder in
      var configuration = LoopLab.grpo()
      configuration.groupSize = 7
      configuration.samplingRounds = 3
      configuration.verifierFailureLimit = 1
      @Sendable func judge(_ completion: Completion, _ problem: Problem) -> Verdict {
        ScriptedVerifier.hash(problem.prompt, below: 4) > 0
          ? ScriptedVerifier.score(1) : Self.judge(completion, problem)
      }
      let scripted = ScriptedVerifier(judge)
      let report = try GRPO(
        LoopLab.run(
          configuration,
          try LoopLab.copySuite(in: folder, judgedBy: Recording(judge)),
          shadow: Recording(Self.judge))
      ).step(1)
      let expected = try GRPO(
        LoopLab.run(
          configuration, try LoopLab.copySuite(in: folder, judgedBy: scripted),
          shadow: ScriptedVerifier(Self.judge))
      ).step(1)
      func lines(_ report: StepReport) throws -> [String] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return try report.completions.map {
          String(decoding: try encoder.encode($0), as: UTF8.self)
        }
      }
      #expect(try lines(report) == lines(expected))
      for (name, value) in expected.metrics.entries where !Metrics.isTime(name) {
        #expect(report.metrics[name] == value, "\(name)")
      }
      #expect(expected.metrics["sampling/rounds"] ?? 0 > 1)
    }
  }
}
