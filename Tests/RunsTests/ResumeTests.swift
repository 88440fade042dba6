import Algorithms
import Experience
import Foundation
import Runs
import Settings
import TestLab
import Testing
import Verifiers

/// Every algorithm, cut after any of its steps and resumed, through files.
@Suite struct ResumeTests {
  private static let algorithms = AlgorithmRegistry.shared.catalog.names.filter {
    AlgorithmRegistry.shared.catalog.defaults(of: $0)?.learnsFromSuite == true
  }

  private func expectSame(_ algorithm: String, sharedTrunk: Bool = false) throws {
    try CopySuite.withFolder { folder in
      let lab = RunLab(folder: folder)
      func start(_ run: String) throws -> TrainingRun {
        var values: [(key: String, value: SettingValue)] = [
          ("kl_weight", .number(0.05)), ("learning_rate", .number(1e-3)),
          ("critic_warmup_steps", .integer(sharedTrunk ? 0 : 1)), ("warmup_steps", .integer(2)),
        ]
        if sharedTrunk { values.append(("shared_trunk", .boolean(true))) }
        return try lab.start(
          lab.configuration(algorithm, run: run, steps: 4, values),
          verifier: ScriptedVerifier.mixed)
      }
      let whole = try start("whole").train(observer: Recorder()) { false }
      for cut in 1...3 {
        var done = 0
        _ = try start("cut-\(cut)").train(observer: Recorder { done = $0 }) { done == cut }
        let resumed = try lab.resume("cut-\(cut)", threads: 3, verifier: ScriptedVerifier.mixed)
        #expect(resumed.firstStep == cut + 1 && resumed.warnings.isEmpty)
        let end = try resumed.train(observer: Recorder()) { false }
        #expect(end.weightsHash == whole.weightsHash, "\(algorithm) cut after \(cut)")
        #expect(try lab.lines("cut-\(cut)") == lab.lines("whole"))
        let completions = try [lab.path("whole"), lab.path("cut-\(cut)")].map {
          try String(contentsOfFile: $0 + "/completions.jsonl", encoding: .utf8)
        }
        #expect(completions[0] == completions[1])
      }
    }
  }

  @Test(arguments: algorithms)
  func theEndIsTheUndisturbedRuns(_ algorithm: String) throws {
    try expectSame(algorithm)
    let defaults = try #require(AlgorithmRegistry.shared.catalog.defaults(of: algorithm))
    if defaults.step.critic == .own { try expectSame(algorithm, sharedTrunk: true) }
  }
}
