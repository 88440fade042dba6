internal import Checkpointing
internal import Experience
package import JSON
internal import LanguageModel
internal import Runs
package import Settings

/// The place at which two runs diverge, and what differs in what made them.
///
/// Runs are the same where every step that both have has the same metrics but for times, and the same
/// completions. What depends on when a run saves, evaluates or writes down is compared where both did:
/// weights hashes, evaluations of the same size, and the completions that both kept.
package struct RunDiff: Sendable {
  /// A named value that isn't the same; nil where a run has none.
  package struct Difference: Sendable, Equatable {
    /// The metric, the key of the configuration or of the manifest.
    package let name: String
    /// The first run's value.
    package let first: JSONValue?
    /// The second run's value.
    package let second: JSONValue?
  }

  /// The folders of the two runs.
  package let paths: (String, String)
  /// The steps that each has logged.
  package let steps: (Int, Int)
  /// Where they diverge; nil where they are the same as far as both go.
  package let divergence: Divergence?
  /// The first completion that differs, at that place or later; nil where none does that both kept.
  package let firstCompletion: Divergence?
  /// The last step before that after which both hashed their weights, to the same hash.
  package let commonWeightsStep: Int?
  /// Fields of the configurations, those that results depend on first.
  package let configuration: [Difference]
  /// What made the runs: version, OpenBLAS core and suite, as their newest checkpoints say.
  package let makers: [Difference]
  /// What was left out.
  package let notes: [String]

  /// Fields that results don't depend on: where and how a run works, and what it looks at and keeps.
  package static let neutralFields = Configuration.bookkeepingKeys.union([
    "evaluation_split", "evaluation_problems", "evaluation_samples", "evaluation_every",
  ])

  /// Compares two runs; each file is read once, line by line.
  ///
  /// - Throws: `TrainingError.missing` where a folder isn't a run or has no step yet,
  ///   `TrainingError.unusable` for a damaged line, `SettingsError` for a damaged `config.json`,
  ///   and as checkpoints do.
  package init(_ first: String, _ second: String, _ catalog: SettingsCatalog) throws {
    let folders = (RunFolder(first), RunFolder(second))
    try folders.0.requireRun()
    try folders.1.requireRun()
    let values = (try Self.values(of: folders.0), try Self.values(of: folders.1))
    let made = (try RunMaker(folders.0), try RunMaker(folders.1))
    let histories = (try RunHistory(folders.0), try RunHistory(folders.1))
    func agree(_ keys: [String]) -> Bool { keys.allSatisfy { values.0[$0] == values.1[$0] } }
    var stepDiff = StepDiff(
      vocabularies: (made.0.vocabulary, made.1.vocabulary), paths: (first, second),
      keepsTheSame: agree(["problems", "group_size", "log_completions"]),
      evaluatesTheSame: agree([
        "suite", "evaluation_split", "evaluation_problems", "evaluation_samples",
      ]))

    var (divergence, firstCompletion): (Divergence?, Divergence?)
    var commonWeights: Int?
    // Other last bits may take many steps to become another token, and that one is looked for too.
    while firstCompletion == nil, let a = try histories.0.next(), let b = try histories.1.next() {
      let found = stepDiff.divergence(a, b)
      divergence = divergence ?? found
      if found?.place != nil { firstCompletion = found }
      if divergence == nil, a.metrics[Self.hashName] != nil, b.metrics[Self.hashName] != nil {
        commonWeights = a.number
      }
    }
    try histories.0.skipRest()
    try histories.1.skipRest()
    steps = (histories.0.steps, histories.1.steps)
    for (path, count) in [(first, steps.0), (second, steps.1)] where count == 0 {
      throw TrainingError.missing(
        "\(path): no step in its metrics.jsonl yet, so there is nothing to compare",
        hint: "Resume it with: hone resume \(path)")
    }

    paths = (first, second)
    self.divergence = divergence
    self.firstCompletion = firstCompletion
    commonWeightsStep = commonWeights
    configuration = Self.differences(values.0, values.1, among: Self.fieldOrder(values, catalog))
    let keys = ["program", "numbers", "blas_core", "suite", "suite_fingerprint"]
    let manifests = (made.0.manifest?.objectValue, made.1.manifest?.objectValue)
    var notes = histories.0.notes + histories.1.notes + stepDiff.notes
    if let a = manifests.0, let b = manifests.1 {
      makers = Self.differences(a, b, among: keys)
    } else {
      makers = []
      let bare = [(first, manifests.0 == nil), (second, manifests.1 == nil)].filter(\.1)
      notes += bare.map { "\($0.0): no checkpoint yet, so what made it isn't known" }
    }
    self.notes = notes
  }

  static let hashName = "weights_hash"

  /// The values in a run's `config.json` by key. Keys that this version doesn't know are kept: runs
  /// of two versions can be compared too.
  private static func values(
    of folder: RunFolder
  ) throws(SettingsError) -> [String: JSONValue] {
    var values: [String: JSONValue] = [:]
    for setting in try SettingsCatalog.settings(ofFile: folder.configurationFile) {
      guard case .value(let value) = setting.given else { continue }
      values[setting.key.replacing("-", with: "_")] =
        switch value {
        case .integer, .number: .number(value.jsonText)
        case .text(let text): .string(text)
        case .boolean(let flag): .bool(flag)
        }
    }
    return values
  }

  /// All keys: those that results depend on, in the order of the help, then the others.
  private static func fieldOrder(
    _ values: ([String: JSONValue], [String: JSONValue]), _ catalog: SettingsCatalog
  ) -> [String] {
    let known = catalog.fields.map(\.field.key)
    let others = Set(values.0.keys).union(values.1.keys).subtracting(known).sorted()
    let all = known + others
    return all.filter { !neutralFields.contains($0) } + all.filter { neutralFields.contains($0) }
  }

  /// The members of two objects that differ, in the order of `names`.
  static func differences(
    _ first: [String: JSONValue], _ second: [String: JSONValue], among names: [String]
  ) -> [Difference] {
    names.compactMap { name in
      let (a, b) = (first[name], second[name])
      return isSame(a, b) ? nil : Difference(name: name, first: a, second: b)
    }
  }

  /// Whether two values are the same number, or the same JSON byte for byte: Swift's `==` lets texts
  /// pass that are only canonically equivalent.
  static func isSame(_ first: JSONValue?, _ second: JSONValue?) -> Bool {
    guard let first, let second else { return first == nil && second == nil }
    if let a = first.doubleValue, let b = second.doubleValue { return a == b }
    return first.bytes() == second.bytes()
  }
}
