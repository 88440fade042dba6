import Algorithms
import Experience
import Foundation
import Runs
import Settings
import TestLab
import Testing

@Suite("A run learns", .serialized)
struct LearningRunTests {
  /// Settings for half-learnt "copy the digit", made by a few supervised steps.
  private func warmedUp(_ lab: RunLab, steps: Int) throws -> GRPOSettings {
    var warmUp = SFTSettings()
    warmUp.run.suite = try CopySuite.write(to: lab.folder)
    warmUp.run.steps = 24
    warmUp.optimizer.warmupSteps = 3
    warmUp.optimizer.schedule = .constant
    warmUp.batch.problems = 20
    warmUp.run.maxCompletionTokens = 8
    warmUp.newModel.contextLength = 16
    warmUp.run.evaluationProblems = 10
    warmUp.run.run = lab.path("base")
    let base = try lab.start(Configuration(warmUp)).train(observer: Recorder()) { false }

    var settings = GRPOSettings()
    settings.run.suite = warmUp.run.suite
    settings.run.model = base.checkpoint
    settings.run.steps = steps
    settings.batch.problems = 10
    settings.sampling.groupSize = 32
    settings.run.maxCompletionTokens = 8
    settings.optimizer.learningRate = 5e-4
    settings.run.evaluationProblems = 10
    settings.run.checkpointEvery = 0
    settings.sampling.logCompletions = 1
    settings.run.run = lab.path("run")
    return settings
  }

  /// The share of right samples by step, and the rewards that were trained on.
  private func train(
    _ lab: RunLab, _ settings: GRPOSettings
  ) throws -> (right: [Double], rewards: [Double]) {
    let recorder = Recorder()
    _ = try lab.start(Configuration(settings)).train(observer: recorder) { false }
    return (
      recorder.metrics.compactMap { $0["rewards/correctness/mean"] },
      recorder.metrics.compactMap { $0["reward"] }
    )
  }

  private func mean(_ values: some Collection<Double>) -> Double {
    values.reduce(0, +) / Double(values.count)
  }

  @Test("GRPO brings copying a digit over a reward of 0.9")
  func learns() throws {
    try CopySuite.withFolder { folder in
      let lab = RunLab(folder: folder)
      let (right, rewards) = try train(lab, warmedUp(lab, steps: 40))
      #expect(right == rewards && right.count == 40)
      #expect(right[0] < 0.85, "warmed up too well: \(right[0])")
      #expect(mean(right.suffix(5)) > 0.9 && mean(right.suffix(5)) > right[0] + 0.08, "\(right)")
    }
  }

  @Test("the null arm: rewards of a coin lift nothing")
  func nullArm() throws {
    try CopySuite.withFolder { folder in
      let lab = RunLab(folder: folder)
      var settings = try warmedUp(lab, steps: 15)
      settings.sampling.rewards = .random
      let (right, rewards) = try train(lab, settings)
      // The coin is fair: 4,800 tosses.
      #expect(abs(mean(rewards) - 0.5) < 0.04)
      #expect(mean(right.suffix(5)) < right[0] + 0.05, "\(right)")
    }
  }
}
