import Experience
import Foundation
import Runs
import Settings
import TestLab
import Testing
import Verifiers

@Suite("Runs with a shadow verifier")
struct ShadowRunTests {
  private static let half = ScriptedVerifier { completion, _ in
    ScriptedVerifier.score(Double(ScriptedVerifier.hash(completion.text, below: 2)))
  }

  /// A run of four problems a step, so that three steps have twelve.
  private func start(
    _ lab: RunLab, run: String, steps: Int = 9, shadow: (any Verifier)?
  ) throws -> TrainingRun {
    var configuration = try lab.configuration(
      run: run, steps: steps, [("group_size", .integer(8))])
    configuration.run.evaluationEvery = 5
    return try lab.start(configuration, verifier: Self.half, shadow: shadow)
  }

  @Test("the weights are the same bits with it and without, whatever it says")
  func sameBits() throws {
    try CopySuite.withFolder { folder in
      let lab = RunLab(folder: folder)
      func hash(_ run: String, _ shadow: (any Verifier)?) throws -> String {
        try start(lab, run: run, steps: 3, shadow: shadow).train(observer: Recorder()) { false }
          .weightsHash
      }
      let alone = try hash("alone", nil)
      // Named, since the compiler confuses a closure within an expectation with one outside.
      let nothing = ScriptedVerifier { _, _ in ScriptedVerifier.score(0) }
      #expect(try hash("strict", nothing) == alone)
      // Past every limit: it is counted, and the run goes on.
      let recorder = Recorder()
      let failing = ScriptedVerifier { _, _ in .failure("gone") }
      let broken = try start(lab, run: "broken", steps: 3, shadow: failing)
      let summary = try broken.train(observer: recorder) { false }
      #expect(summary.weightsHash == alone)
      #expect(summary.after?.all.shadow?.verifierFailures == 4)
      #expect(recorder.metrics.map { $0["shadow/failures"] } == [32, 32, 32])
      #expect(recorder.metrics.allSatisfy { $0["shadow/gap"] == nil })
    }
  }

  @Test("the step where they diverge is told once, kept, and the same after a resume")
  func divergence() throws {
    try CopySuite.withFolder { folder in
      let lab = RunLab(folder: folder)
      let isHacked = Switch()
      let shadow = ScriptedVerifier { completion, problem in
        isHacked.isOn ? ScriptedVerifier.score(0) : Self.half.judge(completion, problem)
      }
      let whole = Recorder { if $0 == 3 { isHacked.isOn = true } }
      let summary = try start(lab, run: "whole", shadow: shadow).train(observer: whole) { false }
      #expect(whole.divergences.map(\.step) == [6] && whole.evaluations == [5])
      #expect(summary.shadow?.divergence == whole.divergences.first)
      let values = try lab.lines("whole").map { $0["shadow/parted"] }
      #expect(values == [0, 0, 0, 0, 0, 6, 6, 6, 6])
      let result = try #require(try RunFolder(lab.path("whole")).result())
      #expect(result.shadow == summary.shadow && result.shadow?.verifier == "scripted")
      #expect(result.before.all.shadow?.passAt1 == result.before.all.passAt1)
      #expect(result.after.all.shadow?.passAt1 == 0)
      #expect(try lab.lines("whole")[4]["eval/shadow/pass@1"] == 0)

      for cut in [2, 7] {
        isHacked.isOn = false
        let run = "cut-\(cut)"
        var done = 0
        let first = Recorder { step in
          done = step
          if step == 3 { isHacked.isOn = true }
        }
        _ = try start(lab, run: run, shadow: shadow).train(observer: first) { done == cut }
        let rest = Recorder { if $0 == 3 { isHacked.isOn = true } }
        let end = try lab.resume(run, verifier: Self.half, shadow: shadow)
          .train(observer: rest) { false }
        #expect(end.shadow == summary.shadow && end.weightsHash == summary.weightsHash)
        #expect(first.divergences + rest.divergences == whole.divergences)
        // The hash of the step that saved is the one difference.
        #expect(try lab.lines(run) == lab.lines("whole"))
      }
    }
  }
}
