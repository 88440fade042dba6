import Algorithms
import Experience
import Foundation
import LanguageModel
import Learning
import Settings
import TaskSuites
import TestLab
import Testing

/// The defaults of every algorithm that learns from nothing but a suite.
let everyAlgorithm = AlgorithmRegistry.shared.catalog.names.filter {
  AlgorithmRegistry.shared.catalog.defaults(of: $0)?.learnsFromSuite == true
}

/// Those of them that sample completions.
let everySampler = everyAlgorithm.filter {
  AlgorithmRegistry.shared.catalog.defaults(of: $0)?.step.samplesCompletions == true
}

/// Every variant of every algorithm: the algorithm's name and its own.
let everyVariant = AlgorithmRegistry.shared.catalog.algorithms.flatMap { algorithm in
  algorithm.variants.map { [algorithm.name, $0.name] }
}

/// The defaults of an algorithm, changed: its fields as they are called in files.
func configuration(
  _ algorithm: String, _ values: [(key: String, value: SettingValue)] = []
) throws -> Configuration {
  var configuration = try #require(AlgorithmRegistry.shared.catalog.defaults(of: algorithm))
  configuration.setWhereKnown(values)
  return configuration
}

/// What every algorithm must do: learn, repeat itself, and say where the signal went.
///
/// A new line of the registry is tested here without an edit.
@Suite struct EveryAlgorithmTests {
  @Test(arguments: everyAlgorithm)
  func learns(_ algorithm: String) throws {
    let task = try CopyTask()
    let outcomes = try task.train(algorithm, from: task.warmWeights(), steps: 200)
    guard try configuration(algorithm).step.samplesCompletions else {
      let losses = outcomes.map { $0.metrics["loss"] ?? .nan }
      #expect(losses[0] > 0.1 && losses[199] < 0.05)
      return
    }
    let rewards = outcomes.map { $0.metrics["reward"] ?? .nan }
    let (before, after) = (rewards[..<5].reduce(0, +) / 5, rewards[190...].reduce(0, +) / 10)
    #expect(before > 0.05 && before < 0.5, "the warm-up left \(before)")
    #expect(after > 0.95, "from \(before) to \(after)")
  }

  @Test(arguments: everyAlgorithm)
  func repeatsOnAnyNumberOfThreads(_ algorithm: String) throws {
    let task = try CopyTask()
    let runs = try [(0, 1), (0, 3), (1, 1)].map { seed, threads in
      let weights = task.warmWeights()
      let outcomes = try task.train(
        algorithm, from: weights, steps: 10, seed: seed, threads: threads)
      return (weights: weights.floats, metrics: outcomes.map(\.metrics.withoutTimes))
    }
    #expect(runs[0] == runs[1])
    #expect(runs[0].weights != runs[2].weights && runs[0].metrics != runs[2].metrics)
    #expect(runs[0].weights != task.warmWeights().floats)
  }

  /// Every variant of every algorithm, with several updates, an entropy bonus and a reference.
  @Test(arguments: everyVariant)
  func variantsLearnAndRepeat(_ names: [String]) throws {
    let (task, algorithm) = (try CopyTask(), names[0])
    let settings = try #require(
      AlgorithmRegistry.shared.catalog.algorithms.first { $0.name == algorithm }?.variants.first {
        $0.name == names[1]
      }
    ).settings
    let several: [(key: String, value: SettingValue)] =
      [("variant", .text(names[1])), ("epochs", .integer(2)), ("minibatches", .integer(2))]
      + settings
    let runs = try [1, 3].map { threads in
      let weights = task.warmWeights()
      let outcomes = try task.train(
        algorithm, from: weights, steps: 10, threads: threads,
        several + [
          ("entropy_weight", .number(0.01)), ("log_kl", .boolean(true)),
          ("mask_truncated", .boolean(true)),
        ])
      return (weights: weights.floats, metrics: outcomes.map(\.metrics.withoutTimes))
    }
    #expect(runs[0] == runs[1])

    let rewards = try task.train(algorithm, from: task.warmWeights(), steps: 80, several)
      .map { $0.metrics["reward"] ?? .nan }
    let (before, after) = (rewards[..<5].reduce(0, +) / 5, rewards[70...].reduce(0, +) / 10)
    #expect(before > 0.05 && before < 0.6, "the warm-up left \(before)")
    #expect(after > 0.75, "from \(before) to \(after)")
  }

  @Test(arguments: everySampler)
  func everySampledTokenIsAccountedFor(_ algorithm: String) throws {
    let task = try CopyTask()
    for outcome in try task.train(algorithm, from: task.warmWeights(), steps: 10) {
      let shares = outcome.metrics.entries.filter { $0.name.hasPrefix("ledger/") }.map(\.value)
      #expect(shares.count >= TokenFate.ofPolicyGradients.count)
      #expect(abs(shares.reduce(0, +) - 1) < 1e-12)
      #expect(
        outcome.completions.allSatisfy { $0.reward == 0 || $0.completion.hasSuffix($0.answer) })
    }
  }

  /// Whoever keeps nothing of the last step's experience can take a step alone.
  @Test(arguments: everyAlgorithm)
  func networksAreNamedThePolicyFirst(_ algorithm: String) throws {
    let task = try CopyTask()
    let made = try task.make(algorithm, from: task.warmWeights(), steps: 1)
    #expect(made.networks.first?.name == "policy" && made.networks[0].network === made.policy)
    #expect(Set(made.networks.map(\.name)).count == made.networks.count && made.updates == 0)
    #expect(made.networks.allSatisfy { $0.network.optimizer != nil })
    let hasCritic = try configuration(algorithm).step.critic == .own
    #expect(made.networks.count == (hasCritic ? 2 : 1))
  }
}

/// Numbers of two digits to be written again, for a policy of 32 hidden units.
private struct CopyTask {
  private let suite: TaskSuite
  private let warm: Parameters

  init() throws {
    suite = try CopySuite.withFolder { folder in
      let rows = (10..<100).map { number in
        #"{"prompt": "\#(number)=", "answer": \#(number), "split": "train", "#
          + #""demonstration": "<think></think>\#(number)"}"#
      }
      let file = folder.appending(path: "copy.jsonl")
      try Data(rows.joined(separator: "\n").utf8).write(to: file)
      return try SuiteCatalog(folder: folder).open(file.path)
    }
    warm = Parameters(
      ParameterLayout(
        ModelConfiguration(
          vocabularySize: Vocabulary.standard.count, hiddenSize: 32, layers: 2, heads: 2,
          feedForwardSize: 96, contextLength: 16)), seed: 1)
    let supervised = SupervisedFineTuning.Settings.name
    _ = try train(supervised, from: warm, steps: 115)
  }

  /// Weights that solve about one problem in seven, in memory of their own.
  func warmWeights() -> Parameters { warm.copied }

  /// An algorithm that changes the weights given.
  func make(
    _ algorithm: String, from weights: Parameters, steps: Int, seed: Int = 0, threads: Int = 1,
    _ changes: [(key: String, value: SettingValue)] = []
  ) throws -> any Algorithm {
    var configuration = try configuration(algorithm)
    let samples = configuration.step.samplesCompletions
    configuration.run.steps = steps
    configuration.run.seed = seed
    configuration.run.maxCompletionTokens = 6
    guard case .number(let rate)? = configuration.value("learning_rate") else {
      throw MemorySnapshot.Missing(name: "learning_rate")
    }
    configuration.setWhereKnown([
      ("problems", .integer(samples ? 16 : 32)), ("group_size", .integer(8)),
      ("log_completions", .integer(0)),
      // A small model wants a larger rate than the default, several updates a step a smaller one.
      ("learning_rate", .number(samples ? 30 * rate : 3e-3)), ("warmup_steps", .integer(5)),
      ("schedule", .text("constant")),
    ])
    configuration.setWhereKnown(changes)
    return try AlgorithmRegistry.shared.make(
      configuration, Lab(suite, configuration.run, model: weights, threads: threads))
  }

  /// Takes steps that change the weights given.
  func train(
    _ algorithm: String, from weights: Parameters, steps: Int, seed: Int = 0, threads: Int = 1,
    _ changes: [(key: String, value: SettingValue)] = []
  ) throws -> [StepOutcome] {
    var made = try make(
      algorithm, from: weights, steps: steps, seed: seed, threads: threads, changes)
    return try (1...steps).map { try made.step($0) }
  }
}
