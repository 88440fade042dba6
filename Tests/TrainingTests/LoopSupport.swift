import Foundation
import Kernels
import LanguageModel
import Synchronization
import TaskSuites
import Verifiers

/// What the tests of the training loop start from.
enum LoopLab {
  /// Gives a body a new empty folder, and takes it away afterwards.
  static func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "hone-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }

  /// Writes "copy the digit": `7=` is answered by `<think>7</think>7`; `(7)=` are the test problems.
  static func writeCopySuite(to folder: URL) throws -> String {
    var text = ""
    for digit in 0..<10 {
      for (prompt, split) in [("\(digit)=", "train"), ("(\(digit))=", "test")] {
        text += #"{"prompt": "\#(prompt)", "answer": "\#(digit)", "split": "\#(split)", "#
        text += #""demonstration": "<think>\#(digit)</think>\#(digit)"}"# + "\n"
      }
    }
    let file = folder.appending(path: "copy.jsonl")
    try Data(text.utf8).write(to: file)
    return file.path
  }

  /// The copy suite judged by a verifier of the test.
  static func copySuite(in folder: URL, judgedBy verifier: any Verifier) throws -> TaskSuite {
    let path = try writeCopySuite(to: folder)
    return try SuiteCatalog(folder: folder).open(path).judged(by: verifier)
  }

  /// A model small enough for tests that look at each of its weights.
  static let tiny = ParameterLayout(
    ModelConfiguration(
      vocabularySize: Vocabulary.standard.count, hiddenSize: 16, layers: 2, heads: 2,
      keyValueHeads: 1, feedForwardSize: 24, contextLength: 16))

  /// Random weights of the tiny model, larger than at a start, so that its tokens differ in
  /// probability.
  static func tinyParameters(seed: UInt64) -> Parameters {
    let parameters = Parameters(tiny, seed: seed)
    for i in 0..<parameters.values.count { parameters.values.all[i] *= 4 }
    return parameters
  }

  static func copy(_ parameters: Parameters) -> Parameters {
    let copy = Parameters(parameters.layout)
    copy.values.all.copy(from: parameters.values.all)
    return copy
  }

  /// A run of the tiny model in memory, without a folder.
  static func run(
    _ configuration: Configuration, _ suite: TaskSuite, shadow: (any Verifier)? = nil,
    seed: UInt64 = 3, threads: Int = 2
  ) -> RunState {
    let parameters = tinyParameters(seed: seed)
    return RunState(
      configuration, policy: Transformer(parameters),
      reference: configuration.needsReference ? tinyParameters(seed: seed + 1) : nil,
      vocabulary: .standard, suite: suite, shadow: shadow, threads: threads)
  }

  /// GRPO, or another algorithm, on three problems with groups of four.
  static func grpo(_ algorithm: Configuration.Algorithm = .grpo) -> Configuration {
    var configuration = Configuration(algorithm: algorithm)
    configuration.problems = 3
    configuration.groupSize = 4
    configuration.maxCompletionTokens = 7
    configuration.verifierFailureLimit = 0.5
    configuration.logCompletions = 0
    return configuration
  }
}

/// A verifier that the test writes down.
struct ScriptedVerifier: Verifier {
  let name = "scripted"
  let partNames = ["correctness"]
  let judge: @Sendable (Completion, Problem) -> Verdict

  init(_ judge: @escaping @Sendable (Completion, Problem) -> Verdict) { self.judge = judge }

  func verify(_ completion: Completion, of problem: Problem) -> Verdict {
    judge(completion, problem)
  }

  /// A score whose one part is the reward.
  static func score(_ reward: Double) -> Verdict {
    .score(Score(reward: reward, parts: ["correctness": reward]))
  }

  /// A number from 0 to `below` that depends on the text in a mixed way.
  static func hash(_ text: String, below: Int) -> Int {
    Int(text.utf8.reduce(UInt64(7)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } >> 20) % below
  }
}

/// Keeps what a trainer tells; `afterStep` may change the world between two steps.
final class LoopRecorder: TrainingObserver {
  private(set) var metrics: [Metrics] = []
  private let afterStep: (Int) -> Void

  init(afterStep: @escaping (Int) -> Void = { _ in }) { self.afterStep = afterStep }

  func before(_ result: EvaluationResult) {}
  func evaluated(_ step: Int, _ result: EvaluationResult) {}
  func step(_ step: Int, of steps: Int, _ metrics: Metrics, seconds: Double) {
    self.metrics.append(metrics)
    afterStep(step)
  }
}

/// A switch that a verifier reads and a test turns.
final class LoopSwitch: Sendable {
  private let isTurnedOn = Mutex(false)
  var isOn: Bool {
    get { isTurnedOn.withLock { $0 } }
    set { isTurnedOn.withLock { $0 = newValue } }
  }
}
