import Foundation
internal import Learning
import Testing
import Verifiers

@Suite("The loop: a shadow verifier")
struct ShadowTests {
  private static let half = ScriptedVerifier { completion, _ in
    ScriptedVerifier.score(Double(ScriptedVerifier.hash(completion.text, below: 2)))
  }

  @Test("it scores the same completions, beside the reward")
  func metrics() throws {
    let strict = ScriptedVerifier { completion, problem in
      switch ScriptedVerifier.hash(problem.prompt + completion.text, below: 4) {
      case 0: .failure("no idea")
      case 1: .score(Score(reward: 0.5, parts: ["correctness": 0.25]))
      default: ScriptedVerifier.score(0)
      }
    }
    try LoopLab.withFolder { folder in
      let suite = try LoopLab.copySuite(in: folder, judgedBy: Self.half)
      let report = try GRPO(LoopLab.run(LoopLab.grpo(), suite, shadow: strict)).step(1)
      let plain = try GRPO(LoopLab.run(LoopLab.grpo(), suite)).step(1)
      let m = report.metrics
      let judged = report.completions.filter { $0.shadow?.failure == nil }
      let failed = report.completions.filter { $0.shadow?.failure == "no idea" }
      try #require(judged.count + failed.count == 12 && failed.count > 0 && judged.count > 2)
      func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
      let rewards = judged.compactMap { $0.shadow?.reward }
      #expect(rewards.count == judged.count && Set(rewards) == [0, 0.5])
      #expect(abs(try #require(m["shadow/reward"]) - mean(rewards)) < 1e-12)
      #expect(
        abs(try #require(m["shadow/rewards/correctness/mean"]) - mean(rewards) / 2) < 1e-12)
      let gap = mean(judged.map { ($0.reward ?? .nan) - ($0.shadow?.reward ?? .nan) })
      #expect(abs(try #require(m["shadow/gap"]) - gap) < 1e-12)
      #expect(m["shadow/failures"] == Double(failed.count) && m["shadow/parted"] == 0)
      // Its failures are nobody else's.
      #expect(m["verifier/failures"] == 0 && m["reward"] == plain.metrics["reward"])
      #expect(report.completions.map(\.advantage) == plain.completions.map(\.advantage))
      #expect(plain.completions.allSatisfy { $0.shadow == nil })
      #expect(!plain.metrics.entries.contains { $0.name.hasPrefix("shadow/") })
      let line = String(
        decoding: try JSONEncoder().encode(try #require(failed.first)), as: UTF8.self)
      #expect(line.contains(#""shadow":{"failure":"no idea"}"#))
    }
  }

  /// A run of twelve problems in three steps, in a folder of its own.
  private func trainer(
    in folder: URL, run: String, steps: Int = 9, shadow: (any Verifier)?
  ) throws -> Trainer {
    var configuration = LoopLab.grpo()
    configuration.suite = try LoopLab.writeCopySuite(to: folder)
    configuration.model = "nano"
    configuration.contextLength = 16
    configuration.run = folder.appending(path: run).path
    configuration.problems = 4
    configuration.groupSize = 8
    configuration.steps = steps
    configuration.evaluationProblems = 4
    configuration.evaluationEvery = 5
    configuration.checkpointEvery = 0
    return try Trainer(starting: configuration, verifier: Self.half, shadow: shadow)
  }

  @Test("the weights are the same bits with it and without, whatever it says")
  func sameBits() throws {
    try LoopLab.withFolder { folder in
      func hash(_ run: String, _ shadow: (any Verifier)?) throws -> String {
        let trainer = try trainer(in: folder, run: run, steps: 3, shadow: shadow)
        return try trainer.train(observer: LoopRecorder()) { false }.weightsHash
      }
      let alone = try hash("alone", nil)
      // Named, since the compiler confuses a closure within an expectation with one outside.
      let nothing = ScriptedVerifier { _, _ in ScriptedVerifier.score(0) }
      #expect(try hash("strict", nothing) == alone)
      // Past every limit: it is counted, and the run goes on.
      let recorder = LoopRecorder()
      let failing = ScriptedVerifier { _, _ in .failure("gone") }
      let broken = try trainer(in: folder, run: "broken", steps: 3, shadow: failing)
      let summary = try broken.train(observer: recorder) { false }
      #expect(summary.weightsHash == alone)
      #expect(summary.after?.all.shadow?.verifierFailures == 4)
      #expect(recorder.metrics.map { $0["shadow/failures"] } == [32, 32, 32])
      #expect(recorder.metrics.allSatisfy { $0["shadow/gap"] == nil })
    }
  }

  @Test("the step where they part is told once, kept, and the same after a resume")
  func divergence() throws {
    try LoopLab.withFolder { folder in
      let isHacked = LoopSwitch()
      let shadow = ScriptedVerifier { completion, problem in
        isHacked.isOn ? ScriptedVerifier.score(0) : Self.half.judge(completion, problem)
      }
      func lines(_ run: String) throws -> [[String: Double]] {
        let text = try String(
          contentsOf: folder.appending(path: "\(run)/metrics.jsonl"), encoding: .utf8)
        return try text.split(separator: "\n").map { line in
          let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
          return (object ?? [:]).filter { !Metrics.isTime($0.key) }.compactMapValues {
            $0 as? Double
          }
        }
      }
      let whole = PartingRecorder { if $0 == 3 { isHacked.isOn = true } }
      let summary = try trainer(in: folder, run: "whole", shadow: shadow)
        .train(observer: whole) { false }
      #expect(whole.divergences.map(\.step) == [6])
      #expect(summary.shadow?.divergence == whole.divergences.first)
      let values = try lines("whole").map { $0["shadow/parted"] }
      #expect(values == [0, 0, 0, 0, 0, 6, 6, 6, 6])
      let result = try #require(
        try RunFolder(folder.appending(path: "whole").path).result())
      #expect(result.shadow == summary.shadow && result.shadow?.verifier == "scripted")
      #expect(result.before.all.shadow?.passAt1 == result.before.all.passAt1)
      #expect(result.after.all.shadow?.passAt1 == 0)
      #expect(try lines("whole")[4]["eval/shadow/pass@1"] == 0)

      for cut in [2, 7] {
        isHacked.isOn = false
        let run = "cut-\(cut)"
        var done = 0
        let first = PartingRecorder { step in
          done = step
          if step == 3 { isHacked.isOn = true }
        }
        _ = try trainer(in: folder, run: run, shadow: shadow).train(observer: first) { done == cut }
        let rest = PartingRecorder { if $0 == 3 { isHacked.isOn = true } }
        let resumed = try Trainer(
          resuming: folder.appending(path: run).path, steps: nil, threads: nil,
          verifier: Self.half, shadow: shadow)
        let end = try resumed.train(observer: rest) { false }
        #expect(end.shadow == summary.shadow && end.weightsHash == summary.weightsHash)
        #expect(first.divergences + rest.divergences == whole.divergences)
        // The hash of the step that saved is the one difference.
        #expect(try lines(run) == lines("whole"))
      }
    }
  }

  private final class PartingRecorder: TrainingObserver {
    private(set) var divergences: [ShadowDivergence] = []
    private let afterStep: (Int) -> Void
    init(afterStep: @escaping (Int) -> Void) { self.afterStep = afterStep }
    func before(_ result: EvaluationResult) {}
    func evaluated(_ step: Int, _ result: EvaluationResult) {}
    func step(_ step: Int, of steps: Int, _ metrics: Metrics, seconds: Double) { afterStep(step) }
    func diverged(_ divergence: ShadowDivergence) { divergences.append(divergence) }
  }

  @Test("a shadow that is the verifier itself is said to be no use")
  func note() {
    var configuration = Configuration()
    configuration.shadowVerifier = "numeric"
    #expect(!configuration.notes.contains { $0.contains("shadow") })
    configuration.verifier = "numeric"
    #expect(configuration.notes.contains { $0.hasPrefix("shadow_verifier is the verifier itself") })
  }
}
