import Foundation
import Kernels
import LanguageModel
import TaskSuites
import Testing

/// What every algorithm must do: learn, repeat itself, and say where the signal went.
///
/// A new case of `Configuration.Algorithm` is tested here without a new line.
@Suite struct AlgorithmTests {
  @Test(arguments: Configuration.Algorithm.allCases)
  func learns(_ algorithm: Configuration.Algorithm) throws {
    let task = try CopyTask()
    let reports = try task.train(algorithm, from: task.warmWeights(), steps: 200)
    if algorithm == .sft {
      let losses = reports.map { $0.metrics["loss"] ?? .nan }
      #expect(losses[0] > 0.1 && losses[199] < 0.05)
    } else {
      let rewards = reports.map { $0.metrics["reward"] ?? .nan }
      let (before, after) = (rewards[..<5].reduce(0, +) / 5, rewards[190...].reduce(0, +) / 10)
      #expect(before > 0.05 && before < 0.5, "the warm-up left \(before)")
      #expect(after > 0.95, "from \(before) to \(after)")
    }
  }

  @Test(arguments: Configuration.Algorithm.allCases)
  func repeatsOnAnyNumberOfThreads(_ algorithm: Configuration.Algorithm) throws {
    let task = try CopyTask()
    let runs = try [(0, 1), (0, 3), (1, 1)].map { seed, threads in
      let weights = task.warmWeights()
      let reports = try task.train(
        algorithm, from: weights, steps: 10, seed: seed, threads: threads)
      let lines = reports.map { $0.metrics.entries.filter { !Metrics.isTime($0.name) } }
      return (hash: weights.hash, lines: lines.map { "\($0)" })
    }
    #expect(runs[0].hash == runs[1].hash && runs[0].lines == runs[1].lines)
    #expect(runs[0].hash != runs[2].hash && runs[0].lines != runs[2].lines)
    #expect(runs[0].hash != task.warmWeights().hash)
  }

  /// Presets with several updates, dynamic sampling, an entropy bonus and a reference.
  @Test(arguments: Configuration.Variant.allCases)
  func variantsLearnAndRepeat(_ variant: Configuration.Variant) throws {
    let task = try CopyTask()
    func change(_ configuration: inout Configuration) {
      configuration.variant = variant
      for (key, value) in variant.settings {
        Configuration.fields.first { $0.key == key }?.set(&configuration, value)
      }
      configuration.epochs = 2
      configuration.minibatches = 2
    }
    let runs = try [1, 3].map { threads in
      let weights = task.warmWeights()
      let reports = try task.train(.grpo, from: weights, steps: 10, threads: threads) {
        change(&$0)
        $0.entropyWeight = 0.01
        $0.logKl = true
        $0.maskTruncated = true
      }
      let lines = reports.map { $0.metrics.entries.filter { !Metrics.isTime($0.name) } }
      return (hash: weights.hash, lines: lines.map { "\($0)" })
    }
    #expect(runs[0].hash == runs[1].hash && runs[0].lines == runs[1].lines)

    let rewards = try task.train(.grpo, from: task.warmWeights(), steps: 80, change)
      .map { $0.metrics["reward"] ?? .nan }
    let (before, after) = (rewards[..<5].reduce(0, +) / 5, rewards[70...].reduce(0, +) / 10)
    #expect(before > 0.05 && before < 0.6, "the warm-up left \(before)")
    #expect(after > 0.75, "from \(before) to \(after)")
  }

  @Test(arguments: Configuration.Algorithm.allCases.filter { $0 != .sft })
  func everySampledTokenIsAccountedFor(_ algorithm: Configuration.Algorithm) throws {
    let task = try CopyTask()
    for report in try task.train(algorithm, from: task.warmWeights(), steps: 10) {
      let shares = report.metrics.entries.filter { $0.name.hasPrefix("ledger/") }.map(\.value)
      let own = algorithm == .raft || algorithm.hasCritic
      #expect(shares.count == (own ? 7 : 6) && abs(shares.reduce(0, +) - 1) < 1e-12)
      #expect(
        report.completions.allSatisfy { $0.reward == 0 || $0.completion.hasSuffix($0.answer) })
    }
  }
}

/// Numbers of two digits to be written again, for a policy of 32 hidden units.
private struct CopyTask {
  private let suite: TaskSuite
  private let warm: Parameters

  init() throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "hone-copy-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let rows = (10..<100).map { number in
      #"{"prompt": "\#(number)=", "answer": \#(number), "split": "train", "#
        + #""demonstration": "<think></think>\#(number)"}"#
    }
    let file = folder.appending(path: "copy.jsonl")
    try Data(rows.joined(separator: "\n").utf8).write(to: file)
    suite = try SuiteCatalog(folder: folder).open(file.path)
    warm = Parameters(
      ParameterLayout(
        ModelConfiguration(
          vocabularySize: Vocabulary.standard.count, hiddenSize: 32, layers: 2, heads: 2,
          feedForwardSize: 96, contextLength: 16)), seed: 1)
    _ = try train(.sft, from: warm, steps: 115)
  }

  /// Weights that solve about one problem in seven, in memory of their own.
  func warmWeights() -> Parameters {
    let copy = Parameters(warm.layout)
    copy.values.all.copy(from: warm.values.all)
    return copy
  }

  /// Takes steps that change the weights given.
  func train(
    _ algorithm: Configuration.Algorithm, from weights: Parameters, steps: Int, seed: Int = 0,
    threads: Int = 1, _ change: (inout Configuration) -> Void = { _ in }
  ) throws -> [StepReport] {
    var configuration = Configuration(algorithm: algorithm)
    configuration.steps = steps
    configuration.seed = seed
    configuration.problems = algorithm == .sft ? 32 : 16
    configuration.groupSize = 8
    configuration.maxCompletionTokens = 6
    configuration.logCompletions = 0
    // A small model wants a larger rate than the default, several updates a step a smaller one.
    configuration.learningRate = algorithm == .sft ? 3e-3 : 30 * configuration.learningRate
    configuration.warmupSteps = 5
    configuration.schedule = .constant
    change(&configuration)
    var reference: Parameters?
    if configuration.needsReference {
      let copy = Parameters(weights.layout)
      copy.values.all.copy(from: weights.values.all)
      reference = copy
    }
    let run = RunState(
      configuration, policy: Transformer(weights), reference: reference, vocabulary: .standard,
      suite: suite, threads: threads)
    let trainer = algorithm.type.init(run)
    return try (1...steps).map { try trainer.step($0) }
  }
}
