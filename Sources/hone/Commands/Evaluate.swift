import LanguageModel
internal import Parallel
internal import Runs
internal import Settings
import TaskSuites

/// The options of `hone evaluate`.
package struct EvaluateOptions: Command {
  package static let specification = CommandSpecification(
    "evaluate", "Measure how many problems a model solves, held-out ones unless said otherwise.",
    operands: [modelOperand],
    options: [
      OptionSpecification(
        "suite", .text(placeholder: "NAME|FILE"), "shipped suite, or a suite file",
        remarks: ["default: the one the model was trained on"]),
      OptionSpecification(
        "verifier", .text(placeholder: "NAME|FOLDER"),
        "verifier, or folder of a plugin, that judges",
        remarks: ["default: the suite's own"]),
      OptionSpecification(
        "split", .choice(splitNames + ["all"]),
        "which problems; all: test, then validation, then train",
        remarks: ["default test"]),
      OptionSpecification(
        "samples", .integer(1...4096), "completions for each problem", remarks: ["default 1"]),
      OptionSpecification(
        "temperature", .number(.from(0, to: 100)), "what logits are divided by; 0: greedy",
        remarks: ["default 0; with more samples 1"]),
      OptionSpecification(
        "limit", .integer(1...1_000_000), "number of problems", remarks: ["default 1000"]),
      OptionSpecification(
        "max-completion-tokens", .integer(1...4096), "tokens a completion is cut off at",
        remarks: ["default: as in the model's training, 64 where that isn't known"]),
      OptionSpecification("seed", .integer(0...), "key of all randomness", remarks: ["default 0"]),
      jsonOption,
    ])

  /// Shipped name, archive, folder or run.
  package let model: String
  /// The suite; nil for the model's own.
  package let suite: String?
  /// Who judges; empty for the suite's own verifier.
  package let verifier: String
  /// Which problems.
  package let split: String
  /// Completions for each problem.
  package let samples: Int
  /// What logits are divided by; 0 is greedy.
  package let temperature: Double
  /// Number of problems.
  package let limit: Int
  /// Tokens a completion is cut off at; nil for the model's own number.
  package let maxCompletionTokens: Int?
  /// Key of all randomness.
  package let seed: Int
  /// Whether standard output ends with a line of JSON.
  package let isJSON: Bool

  package init(_ arguments: ParsedArguments) throws {
    model = arguments.operands[0]
    suite = arguments.text("suite")
    verifier = arguments.text("verifier") ?? ""
    split = arguments.text("split") ?? "test"
    (samples, temperature) = try samplesAndTemperature(arguments)
    limit = arguments.integer("limit") ?? 1000
    maxCompletionTokens = arguments.integer("max-completion-tokens")
    seed = arguments.integer("seed") ?? 0
    isJSON = arguments.isOn("json")
  }

  package func run() throws -> ExitCode {
    let installation = Installation.current
    let bundle = try ModelLocator.open(model, installation: installation)
    let tokens = maxCompletionTokens ?? bundle.completionTokens
    let suiteName = suite ?? bundle.suite ?? RunSettings().suite
    let opened = try VerifierChoice.suite(
      SuiteLocator.open(
        suiteName, fitting: bundle, maxCompletionTokens: tokens, installation: installation),
      judgedBy: verifier, installation: installation)
    let evaluator = try Evaluator(
      EvaluationPlan(
        splits: Split(rawValue: split).map { [$0] } ?? [.test, .validation, .train], limit: limit,
        samples: samples, temperature: temperature,
        maxCompletionTokens: tokens, seed: UInt64(seed)),
      suite: opened, vocabulary: bundle.vocabulary, layout: bundle.parameters.layout,
      team: Team())
    let result = evaluator.evaluate(Transformer(bundle.parameters))
    let summary = EvaluationSummary(result, taskOrder: opened.taskNames)
    var presenter = TrainPresenter(isJSON: isJSON, isQuiet: false)
    presenter.result("\(model) on \(result.suite), split \(result.split)", summary)
    if isJSON { try Console.json(result) }
    return .success
  }
}

/// The splits of a suite.
let splitNames = ["train", "validation", "test"]

/// The operand of commands that take a model.
let modelOperand = CommandSpecification.Operand(
  "MODEL", "a shipped name, a checkpoint archive, a Hugging Face folder, or a run")

/// One greedy completion unless said otherwise; several are sampled.
///
/// - Throws: `UsageError` for several greedy completions, which would all be the same, and for a
///   temperature so near 0 that logits divided by it overflow.
func samplesAndTemperature(_ arguments: ParsedArguments) throws(UsageError) -> (Int, Double) {
  let samples = arguments.integer("samples") ?? 1
  let temperature = arguments.number("temperature") ?? (samples > 1 ? 1 : 0)
  guard samples == 1 || temperature > 0 else {
    throw UsageError(
      "--samples \(samples) with --temperature 0 would write the same \(samples) times; "
        + "raise the temperature or leave --samples out",
      usage: arguments.specification.usage)
  }
  guard temperature == 0 || temperature >= 0.001 else {
    throw UsageError(
      "--temperature takes 0, which is greedy, or a number from 0.001 on, not "
        + shortestText(of: temperature), usage: arguments.specification.usage)
  }
  return (samples, temperature)
}
