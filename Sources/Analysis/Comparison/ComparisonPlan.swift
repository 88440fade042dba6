internal import Experience
internal import LanguageModel
internal import Messages
package import Runs
package import Settings
internal import Verifiers

/// What a comparison does: every arm once under every seed, all from one base, on the same problems in
/// the same order and with the same budget.
///
/// Runs of one seed are pairs: the seed keys problems, samples and every other draw.
package struct ComparisonPlan: Sendable, Equatable {
  /// The arms, in the order they were asked for.
  package let arms: [ComparisonArm]
  /// Runs of each arm, one under each of as many seeds.
  package let seeds: Int
  /// What all arms have in common: suite, base, budget, evaluation and the first of the seeds, in a
  /// configuration.
  package let common: Configuration
  /// SHA-256 of the base's weights, under the first seed where the base is a size.
  package let baseHash: String
  /// The version of the numbers that it was begun with.
  package let numbers: Int

  /// Steps of each run where no budget is given. On the shipped suites the algorithms' rewards have
  /// risen most of the way by then, and six of them under five seeds fit into less than an hour.
  package static let defaultSteps = 30

  /// Keys that all arms share, each with the flag that gives it.
  static let commonKeys = [
    "suite": "--suite", "model": "--model", "seed": "--seeds or --first-seed", "run": "--run",
    "threads": "--threads", "steps": "--steps", "token_budget": "--tokens",
    "holdout": "--set holdout=…", "verifier": "--set verifier=…",
    "max_completion_tokens": "--set max_completion_tokens=…",
    "evaluation_split": "--set evaluation_split=…",
    "evaluation_problems": "--set evaluation_problems=…",
    "evaluation_samples": "--set evaluation_samples=…",
  ]

  /// Takes over a plan that was made before; nothing is opened or checked.
  package init(
    arms: [ComparisonArm], seeds: Int, common: Configuration, baseHash: String,
    numbers: Int = Hone.numbers
  ) {
    precondition(!arms.isEmpty && seeds > 0)
    self.arms = arms
    self.seeds = seeds
    self.common = common
    self.baseHash = baseHash
    self.numbers = numbers
  }

  /// Plans a comparison, and checks that every arm can be trained.
  ///
  /// - Parameters:
  ///   - names: the arms, as `NAME`, `NAME:KEY=VALUE,…` or `LABEL=NAME:KEY=VALUE,…`; one at least.
  ///   - settings: of all arms, the weakest first. An arm takes those that its algorithm reads; its own
  ///     are stronger.
  ///   - seeds: runs of each arm.
  ///   - firstSeed: the seed of the first; the others follow it.
  /// - Throws: `SettingsError` for arms and settings that can't be, and what opening the base and
  ///   the suite throws.
  package init(
    arms names: [String], settings: [GivenSetting], seeds: Int,
    firstSeed: Int = 0, catalog: SettingsCatalog, installation: Installation = .current
  ) throws {
    var requests: [ComparisonArm.Request] = []
    for name in names { requests.append(try ComparisonArm.Request(name, catalog)) }
    try Self.checkNames(requests, catalog)
    try Self.check(settings, areReadBy: Set(requests.compactMap(\.algorithm)), catalog)
    let settings = try Self.withBudget(settings, catalog)

    // Of the settings, those that every algorithm reads; the rest of this configuration is not used.
    var common = try catalog.resolve(
      Self.settings(settings, catalog) { $0.isReadByAll })
    common.run.seed = firstSeed
    if common.run.model.isEmpty {
      common.run.model = try SuiteLocator.base(of: common.run.suite, installation: installation)
    }
    let model = try RunInputs.model(of: common, installation)
    common.run.model = model.name
    // Opened once: all that a suite is opened by is common, and sources take seconds to open.
    let suite = try RunInputs.suite(of: common, fitting: model, installation)
    try suite.checkHasProblems(in: common.run.evaluationSplit.split)

    arms = try requests.map { request in
      guard let algorithm = request.algorithm else {
        return ComparisonArm(name: request.name, configuration: nil)
      }
      let configuration = try Self.configuration(
        algorithm, settings, own: request.settings, common: common, catalog)
      let own = try RunInputs.model(of: configuration, installation)
      guard own.parameters.layout.configuration == model.parameters.layout.configuration,
        own.parameters.hash == model.parameters.hash
      else {
        throw SettingsError(
          "arm \(request.name) would start from another model than the others: a \(model.name) "
            + "of another shape; leave context_length, key_value_heads and tied_embeddings out")
      }
      if configuration.step.needsDemonstrations { try suite.checkHasDemonstrations() }
      _ = try RunInputs.shadow(of: configuration, for: suite, installation)
      return ComparisonArm(name: request.name, configuration: configuration)
    }
    self.common = common
    self.seeds = seeds
    baseHash = model.parameters.hash
    numbers = Hone.numbers
  }

  /// The configuration of an arm: its algorithm's defaults, what all arms were given, what they have in
  /// common, and its own.
  private static func configuration(
    _ algorithm: String, _ settings: [GivenSetting], own: [GivenSetting],
    common: Configuration, _ catalog: SettingsCatalog
  ) throws(SettingsError) -> Configuration {
    let chosen = GivenSetting(
      key: "algorithm", given: .value(.text(algorithm)), origin: .flag)
    let shared = common.entries.filter { commonKeys[$0.field.key] != nil }.map {
      GivenSetting(key: $0.field.key, given: .value($0.value), origin: .flag)
    }
    let given = try Self.settings(settings, catalog) { $0.algorithms.contains(algorithm) }
    var configuration = try catalog.resolve([chosen] + given + shared + own)
    if common.run.tokenBudget > 0 {
      // A completion has at least one token, so that many steps are sure to reach the budget.
      let perStep = configuration.step.examples
      configuration.run.steps = min(max((common.run.tokenBudget - 1) / perStep + 1, 1), 1_000_000)
    }
    return configuration
  }

  /// The settings whose fields pass a test.
  private static func settings(
    _ settings: [GivenSetting], _ catalog: SettingsCatalog,
    where isWanted: (CatalogField) -> Bool
  ) throws(SettingsError) -> [GivenSetting] {
    var wanted: [GivenSetting] = []
    for setting in settings {
      let field = try catalog.field(of: setting)
      if isWanted(field) { wanted.append(setting) }
    }
    return wanted
  }

  private static func checkNames(
    _ requests: [ComparisonArm.Request], _ catalog: SettingsCatalog
  ) throws(SettingsError) {
    guard !requests.isEmpty else {
      throw SettingsError(
        "no arms; name some of \(ComparisonArm.names(catalog).joined(separator: ", "))")
    }
    var folders: [String: String] = [:]
    for request in requests {
      let folder = ComparisonArm(name: request.name, configuration: nil).folderName
      if let other = folders.updateValue(request.name, forKey: folder) {
        throw SettingsError(
          other == request.name
            ? "arm \(other) is named twice; give one of them settings or a label, as in "
              + "wide=grpo:clip_high=0.28"
            : "the runs of the arms \(other) and \(request.name) would lie in one folder; "
              + "write one of them in another way")
      }
    }
  }

  /// Refuses settings that a comparison makes itself, that no arm reads, and two budgets.
  private static func check(
    _ settings: [GivenSetting], areReadBy readers: Set<String>,
    _ catalog: SettingsCatalog
  ) throws(SettingsError) {
    var keys: Set<String> = []
    for setting in settings {
      let known = try catalog.field(of: setting)
      let field = known.field
      keys.insert(field.key)
      if field.key == "algorithm" {
        throw SettingsError("algorithm is said by the arms of a comparison; leave it out")
      }
      if ["seed", "run", "threads"].contains(field.key), let flag = commonKeys[field.key] {
        throw SettingsError("\(field.key) is no setting of a comparison's arms; use \(flag)")
      }
      if !known.isReadByAll && readers.isDisjoint(with: known.algorithms) {
        throw SettingsError(
          "\(field.key) is used by none of the arms, only by "
            + known.algorithms.joined(separator: ", ") + "; leave it out")
      }
    }
    if keys.isSuperset(of: ["steps", "token_budget"]) {
      throw SettingsError("a budget in steps and one in tokens; give --steps or --tokens, not both")
    }
  }

  /// The settings, after a budget where they have none.
  private static func withBudget(
    _ settings: [GivenSetting], _ catalog: SettingsCatalog
  ) throws(SettingsError) -> [GivenSetting] {
    let budgets = try Self.settings(settings, catalog) {
      ["steps", "token_budget"].contains($0.field.key)
    }
    return !budgets.isEmpty
      ? settings
      : [GivenSetting(key: "steps", given: .value(.integer(defaultSteps)), origin: .flag)]
        + settings
  }
}

/// One run of a comparison.
package struct ComparisonRun: Sendable, Equatable {
  /// The arm's place in the plan.
  package let arm: Int
  /// The key of its randomness.
  package let seed: Int
  /// The name of its folder within the comparison's: the arm and the seed.
  package let name: String
  /// All its settings, without a folder.
  package let configuration: Configuration
}

extension ComparisonPlan {
  /// The seeds of each arm's runs.
  package var seedRange: Range<Int> { common.run.seed..<common.run.seed + seeds }

  /// Every run there is to train, seed by seed, so that a part of them already compares all arms.
  package var runs: [ComparisonRun] {
    seedRange.flatMap { seed in
      arms.indices.compactMap { index in
        guard var configuration = arms[index].configuration else { return nil }
        configuration.run.seed = seed
        return ComparisonRun(
          arm: index, seed: seed, name: "\(arms[index].folderName)-\(seed)",
          configuration: configuration)
      }
    }
  }

  /// The default folder, named after the suite and the arms.
  package var defaultFolder: String {
    let names = arms.map { $0.name.prefix { $0 != ":" } }
    return "runs/compare-\(common.run.suiteLabel)-" + names.joined(separator: "-").prefix(120)
  }
}
