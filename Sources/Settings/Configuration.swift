/// Everything that a run depends on: the settings of one algorithm, resolved.
package struct Configuration: Sendable, Equatable {
  /// All settings.
  package private(set) var settings: any AlgorithmSettings

  package init(_ settings: any AlgorithmSettings) { self.settings = settings }

  package static func == (left: Configuration, right: Configuration) -> Bool {
    left.settings.isEqual(to: right.settings)
  }

  /// The algorithm's name.
  package var algorithm: String { type(of: settings).name }

  /// What every run has.
  package var run: RunSettings {
    get { settings.run }
    set { settings.run = newValue }
  }

  /// What one step does.
  package var step: StepDescription { settings.step }

  /// The value of a field by its key; nil where the algorithm doesn't have it.
  package func value(_ key: String) -> SettingValue? {
    key == algorithmKey ? .text(algorithm) : settings.value(key)
  }

  /// Sets a field that the algorithm has, to a value that it takes.
  package mutating func set(_ key: String, to value: SettingValue) { settings.set(key, to: value) }

  /// The fields that the algorithm has, with their values, in the order they are shown and written.
  package var entries: [(field: AnyField, value: SettingValue)] {
    [(algorithmField([algorithm]), .text(algorithm))] + settings.entries
  }

  /// The keys whose values aren't the algorithm's defaults.
  package var changedKeys: Set<String> {
    let defaults = type(of: settings).init()
    return Set(
      zip(settings.entries, defaults.entries).filter { $0.value != $1.value }.map { $0.0.field.key })
  }

  /// Whether a field has another value than the algorithm's default.
  package func differsFromDefault(_ key: String) -> Bool {
    value(key) != Configuration(type(of: settings).init()).value(key)
  }

  /// The same with other names of files, where a text names one; `change` is given the row and the text.
  package func mapFiles<Failure>(
    _ change: (AnyField, String) throws(Failure) -> String
  ) throws(Failure) -> Configuration {
    var copy = self
    for (field, value) in settings.entries where field.file != nil {
      guard case .text(let name) = value, !name.isEmpty else { continue }
      copy.set(field.key, to: .text(try change(field, name)))
    }
    return copy
  }

  /// The folder of the run: `run`, or where that is empty one named after algorithm, suite and seed.
  package var runFolder: String {
    run.run.isEmpty ? "runs/\(algorithm)-\(run.suiteLabel)-\(run.seed)" : run.run
  }

  /// What users should know of this combination of values: what a variant stands for, settings that can
  /// do nothing here, and arms that can't learn.
  package var notes: [String] { settings.variantNotes + settings.notes }
}

extension RunSettings {
  /// The suite in a folder's name: a file without its path and ending.
  package var suiteLabel: String {
    let file = suite.split(separator: "/").last ?? "suite"
    let name = file.split(separator: ".", omittingEmptySubsequences: false).first ?? ""
    return String(name.isEmpty ? file : name)
  }
}

let algorithmKey = "algorithm"

/// The row of the algorithm's name.
func algorithmField(_ names: [String]) -> AnyField {
  AnyField(
    key: algorithmKey, kind: .choice(names), summary: "how the policy is trained", section: .run,
    rank: -1, aliases: ["adv_estimator", "trainer"])
}
