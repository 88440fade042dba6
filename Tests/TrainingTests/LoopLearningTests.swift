import Foundation
internal import Learning
import Testing

@Suite("The loop: it learns", .serialized)
struct LoopLearningTests {
  /// Half-learnt "copy the digit", made by a few supervised steps.
  private func warmedUp(in folder: URL) throws -> Configuration {
    let suite = try LoopLab.writeCopySuite(to: folder)
    var warmUp = Configuration(algorithm: .sft)
    warmUp.suite = suite
    warmUp.steps = 24
    warmUp.warmupSteps = 3
    warmUp.schedule = .constant
    warmUp.problems = 20
    warmUp.maxCompletionTokens = 8
    warmUp.contextLength = 16
    warmUp.evaluationProblems = 10
    warmUp.run = folder.appending(path: "base").path
    let base = try Trainer(starting: warmUp).train(observer: LoopRecorder()) { false }

    var configuration = Configuration()
    configuration.suite = suite
    configuration.model = base.checkpoint
    configuration.problems = 10
    configuration.groupSize = 32
    configuration.maxCompletionTokens = 8
    configuration.learningRate = 5e-4
    configuration.evaluationProblems = 10
    configuration.checkpointEvery = 0
    configuration.logCompletions = 1
    configuration.run = folder.appending(path: "run").path
    return configuration
  }

  /// The share of right samples by step, and the rewards that were trained on.
  private func train(_ configuration: Configuration) throws -> (right: [Double], rewards: [Double])
  {
    let recorder = LoopRecorder()
    _ = try Trainer(starting: configuration).train(observer: recorder) { false }
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
    try LoopLab.withFolder { folder in
      var configuration = try warmedUp(in: folder)
      configuration.steps = 40
      let (right, rewards) = try train(configuration)
      #expect(right == rewards && right.count == 40)
      #expect(right[0] < 0.85, "warmed up too well: \(right[0])")
      #expect(mean(right.suffix(5)) > 0.9 && mean(right.suffix(5)) > right[0] + 0.08, "\(right)")
    }
  }

  @Test("the null arm: rewards of a coin lift nothing")
  func nullArm() throws {
    try LoopLab.withFolder { folder in
      var configuration = try warmedUp(in: folder)
      configuration.steps = 15
      configuration.rewards = .random
      let (right, rewards) = try train(configuration)
      // The coin is fair: 4,800 tosses.
      #expect(abs(mean(rewards) - 0.5) < 0.04)
      #expect(mean(right.suffix(5)) < right[0] + 0.05, "\(right)")
    }
  }
}
