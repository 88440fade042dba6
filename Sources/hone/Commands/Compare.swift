internal import Algorithms
import Analysis
internal import Experience
package import Settings

/// `hone compare`: trains several algorithms under several seeds and says how they differ.
package struct CompareOptions: Command {
  package static let specification = CommandSpecification(
    "compare",
    "Train algorithms from one base, on the same problems and noise, and say how they differ.",
    operands: [
      .init(
        "ALGORITHM",
        "an arm: \(ComparisonArm.names(AlgorithmRegistry.shared.catalog).joined(separator: ", ")); with settings of its own as "
          + "NAME:KEY=VALUE,KEY=VALUE, with a label as LABEL=NAME:…; none at all: resume the "
          + "comparison in --run", count: 0...Int.max)
    ],
    options: [
      OptionSpecification(
        "suite", .text(placeholder: "NAME|FILE"), "shipped suite, or a suite file",
        remarks: ["default \(RunSettings().suite)"]),
      OptionSpecification(
        "model", .text(placeholder: "NAME|FILE"), "the base of all arms, as in hone train",
        remarks: ["default: the suite's own"]),
      OptionSpecification(
        "seeds", .integer(1...1000), "runs of each arm, under seeds 0, 1, …",
        remarks: ["default \(defaultSeeds)"]),
      OptionSpecification(
        "first-seed", .integer(0...1_000_000_000), "the seed to begin with", remarks: ["default 0"]),
      OptionSpecification(
        "steps", .integer(1...1_000_000), "budget of each run in steps",
        remarks: ["default \(ComparisonPlan.defaultSteps)"]),
      OptionSpecification(
        "tokens", .integer(1...Int.max),
        "budget of each run in completion tokens, instead of steps",
        remarks: ["the step that reaches it is the last"], aliases: ["token-budget"]),
      OptionSpecification(
        "run", .text(placeholder: "DIR"), "folder of the comparison; one that is there is resumed",
        remarks: ["default runs/compare-SUITE-ARMS"]),
      OptionSpecification(
        "threads", .integer(0...1024),
        "threads in all, 0 for one per core; as many runs at a time, results don't depend on it",
        remarks: ["default 0"]),
      OptionSpecification(
        "config", .text(placeholder: "FILE"), "read fields of all arms from a JSON5 file"),
      OptionSpecification(
        "set", .text(placeholder: "KEY=VALUE"),
        "set a field of all arms whose algorithm reads it; may be repeated"),
      OptionSpecification("dry-run", "print what would be done, and do nothing"),
      jsonOption,
      quietOption,
    ])

  /// Runs of each arm where nothing is said.
  private static let defaultSeeds = 5

  /// The arms; none where a comparison is resumed.
  package let arms: [String]
  /// Settings of all arms, the weakest first.
  package let settings: [GivenSetting]
  /// Runs of each arm.
  package let seeds: Int
  /// The seed of the first.
  package let firstSeed: Int
  /// The folder; nil for one named after suite and arms.
  package let folder: String?
  /// Threads in all; 0 for one per core.
  package let threads: Int
  /// Whether only to say what would be done.
  package let isDryRun: Bool
  /// Whether standard output ends with a line of JSON.
  package let isJSON: Bool
  /// Whether progress is left out.
  package let isQuiet: Bool

  package init(_ arguments: ParsedArguments) throws {
    arms = arguments.operands
    folder = arguments.text("run")
    try Self.checkResuming(arguments)
    var settings: [GivenSetting] = []
    if let path = arguments.text("config") {
      settings += try SettingsCatalog.settings(ofFile: path)
    }
    for (flag, key) in [
      ("suite", "suite"), ("model", "model"), ("steps", "steps"), ("tokens", "token_budget"),
    ] {
      guard let given = arguments.values.last(where: { $0.name == flag }) else { continue }
      settings.append(GivenSetting(key: key, given: .value(given.value), origin: .flag))
    }
    settings += try arguments.texts("set").map { try GivenSetting(assignment: $0) }
    self.settings = settings
    seeds = arguments.integer("seeds") ?? Self.defaultSeeds
    firstSeed = arguments.integer("first-seed") ?? 0
    threads = arguments.integer("threads") ?? 0
    isDryRun = arguments.isOn("dry-run")
    isJSON = arguments.isOn("json")
    isQuiet = arguments.isOn("quiet")
  }

  /// Without arms the folder says what is compared, and nothing else may.
  private static func checkResuming(_ arguments: ParsedArguments) throws(UsageError) {
    guard arguments.operands.isEmpty else { return }
    let usage = arguments.specification.usage
    guard arguments.text("run") != nil else {
      throw UsageError(
        "hone compare needs arms, for example `hone compare grpo sft-only`, or the --run to resume",
        usage: usage)
    }
    let planned = ["suite", "model", "seeds", "first-seed", "steps", "tokens", "config", "set"]
    if let flag = arguments.values.first(where: { planned.contains($0.name) })?.name {
      throw UsageError(
        "--\(flag) without arms; a resumed comparison stays as planned", usage: usage)
    }
  }

  package func run() throws -> ExitCode {
    let plan: ComparisonPlan
    let place: ComparisonFolder
    if arms.isEmpty, let folder {
      place = ComparisonFolder(folder)
      plan = try place.plan(AlgorithmRegistry.shared.catalog)
    } else {
      plan = try ComparisonPlan(
        arms: arms, settings: settings, seeds: seeds, firstSeed: firstSeed,
        catalog: AlgorithmRegistry.shared.catalog)
      place = ComparisonFolder(folder ?? plan.defaultFolder)
    }
    let session = CompareSession(
      place, plan, threads: threads, isJSON: isJSON, isQuiet: isQuiet)
    return try isDryRun ? session.explain() : session.run()
  }
}
