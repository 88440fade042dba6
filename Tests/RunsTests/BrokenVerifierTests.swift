import Experience
import Foundation
import Runs
import Settings
import TestLab
import Testing
import Verifiers

@Suite("Runs whose verifier breaks")
struct BrokenVerifierTests {
  /// Breaks a run's verifier after the second step, and repairs it; the end must be the undisturbed
  /// run's. Returns the steps that were saved when it stopped.
  private func expectNothingLost(
    seed: Int, broken: @escaping @Sendable (Completion, Problem) -> Verdict,
    _ check: (TrainingError) -> Bool
  ) throws -> [Int] {
    try CopySuite.withFolder { folder in
      let lab = RunLab(folder: folder)
      let isBroken = Switch()
      let verifier = ScriptedVerifier { completion, problem in
        isBroken.isOn
          ? broken(completion, problem)
          : ScriptedVerifier.score(Double(ScriptedVerifier.hash(completion.text, below: 3)))
      }
      func start(_ run: String) throws -> TrainingRun {
        var configuration = try lab.configuration(
          run: run, steps: 5,
          [
            ("problems", .integer(2)), ("minibatches", .integer(2)),
            ("advantage_scale", .text("none")),
          ])
        configuration.run.seed = seed
        return try lab.start(configuration, verifier: verifier)
      }
      let whole = try start("whole").train(observer: Recorder()) { false }
      do {
        let recorder = Recorder { if $0 == 2 { isBroken.isOn = true } }
        _ = try start("run").train(observer: recorder) { false }
        Issue.record("the broken verifier went unnoticed")
      } catch let error as TrainingError {
        #expect(check(error), "\(error)")
      }
      isBroken.isOn = false
      let saved = RunFolder(lab.path("run")).checkpoints().map(\.step)
      let resumed = try lab.resume(threads: 3, verifier: verifier)
      #expect(resumed.firstStep == (saved.last ?? 0) + 1)
      let summary = try resumed.train(observer: Recorder()) { false }
      #expect(summary.weightsHash == whole.weightsHash && summary.steps == 5)
      return saved
    }
  }

  @Test("a run is saved before the step that could not be judged, and ends as if it had been")
  func brokenVerifier() throws {
    let saved = try expectNothingLost(seed: 0, broken: { _, _ in .failure("gone") }) {
      $0 == .verifierFailures(step: 3, failures: 8, completions: 8, last: "gone")
    }
    #expect(saved == [2])
  }

  @Test("a step that overflows in one of its updates leaves no half of it")
  func overflowHalfWay() throws {
    // Only one of the step's two minibatches overflows; which one comes first depends on the seed.
    let outcomes = try (0..<5).map { seed in
      try expectNothingLost(
        seed: seed,
        broken: { completion, problem in
          let mixed = Double(ScriptedVerifier.hash(completion.text, below: 3))
          return ScriptedVerifier.score(
            (Int(problem.answer) ?? 0).isMultiple(of: 2) ? mixed * 1e300 : mixed)
        }
      ) {
        guard case .notFinite(let step, let what) = $0 else { return false }
        return step >= 3 && (what.hasPrefix("the gradient of model.") || what == "the loss")
      }
    }
    // Before the step's first update the state is whole and saved, after it is not.
    #expect(outcomes.contains([]) && outcomes.contains { !$0.isEmpty }, "\(outcomes)")
  }
}
