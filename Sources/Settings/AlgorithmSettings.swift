/// All settings of an algorithm: its own, and the groups that it shares with others.
package protocol AlgorithmSettings: SettingsGroup {
  /// What it is called on the command line and in files, for example `grpo`.
  static var name: String { get }
  /// What it is, in one line.
  static var summary: String { get }
  /// Where it was published.
  static var paper: String? { get }
  /// Names that each stand for several settings.
  static var variants: [SettingsVariant] { get }

  /// What every run has; the algorithm's own defaults are set in its initializer.
  var run: RunSettings { get set }
  /// The shape of a model made from a size; defaults unless the algorithm lets it be set.
  var newModel: NewModelSettings { get }

  /// Sets defaults that depend on other settings, where they were not given themselves.
  mutating func deriveDefaults(given keys: Set<String>)
  /// Refuses values that don't go together.
  func check() throws(SettingsError)
  /// What users should know of these values: settings that can do nothing here, arms that can't learn.
  var notes: [String] { get }
  /// What one step does.
  var step: StepDescription { get }
}

extension AlgorithmSettings {
  package static var paper: String? { nil }
  package static var variants: [SettingsVariant] { [] }
  package var newModel: NewModelSettings { NewModelSettings() }
  package mutating func deriveDefaults(given keys: Set<String>) {}
  package func check() throws(SettingsError) {}
  package var notes: [String] { [] }
}

extension AlgorithmSettings {
  /// The fields in the order they are shown and written.
  static var orderedFields: [Field<Self>] {
    fields.sorted { AnyField.precedes($0.info, $1.info) }
  }

  /// What is known of each field, in the same order.
  package static var rows: [AnyField] { orderedFields.map(\.info) }

  /// The value of a field by its key; nil where there is no such field.
  package func value(_ key: String) -> SettingValue? {
    Self.fields.first { $0.info.key == key }?.get(self)
  }

  /// Sets a field of these settings, which takes the value.
  package mutating func set(_ key: String, to value: SettingValue) {
    guard let field = Self.fields.first(where: { $0.info.key == key }) else {
      preconditionFailure("\(Self.name) has no field \(key)")
    }
    field.set(&self, value)
  }

  /// Every field with its value, in the order they are shown and written.
  var entries: [(field: AnyField, value: SettingValue)] {
    Self.orderedFields.map { ($0.info, $0.get(self)) }
  }

  /// Whether other settings are of the same algorithm, with the same values.
  func isEqual(to other: any AlgorithmSettings) -> Bool { other as? Self == self }

  /// A note on those of these fields that there are, and were changed, and do nothing.
  package func idle(_ keys: [String], _ why: String) -> [String] {
    let defaults = Self()
    let changed = keys.filter { value($0) != defaults.value($0) }
    guard !changed.isEmpty else { return [] }
    return ["\(listed(changed)) \(changed.count == 1 ? "does" : "do") nothing \(why)"]
  }
}

/// `a`, `a and b`, `a, b and c`.
func listed(_ names: [String]) -> String {
  guard let last = names.last, names.count > 1 else { return names.first ?? "" }
  return names.dropLast().joined(separator: ", ") + " and " + last
}
