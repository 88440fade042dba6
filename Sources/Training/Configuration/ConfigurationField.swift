internal import Learning

/// One field of the configuration as the command line, the file and the help see it.
package struct ConfigurationField: Sendable {
  /// Name in files, in `--set` and in errors, in snake case.
  package let key: String
  /// What the values are.
  package let kind: ValueKind
  /// One line of help.
  package let summary: String
  /// Reads the field.
  package let get: @Sendable (Configuration) -> ConfigurationValue
  /// Writes the field; the value has been checked against `kind`.
  package let set: @Sendable (inout Configuration, ConfigurationValue) -> Void
  /// The algorithms that read the field; the others refuse it.
  package private(set) var algorithms = Configuration.Algorithm.allCases
  /// Defaults of algorithms that differ from the property's own.
  package private(set) var ownDefaults: [Configuration.Algorithm: ConfigurationValue] = [:]
  /// Where the idea was published, if it was.
  package private(set) var paper: String?
  /// Names other trainers have for it; never taken, but answered with the name here.
  package private(set) var otherNames: [String] = []

  /// Makes a row of the table.
  init<Value: ConfigurationRepresentable>(
    _ key: String, _ path: any WritableKeyPath<Configuration, Value> & Sendable, _ kind: ValueKind,
    _ summary: String
  ) {
    self.key = key
    self.kind = kind
    self.summary = summary
    get = { $0[keyPath: path].configurationValue }
    set = { configuration, value in
      guard let value = Value(configurationValue: value) else {
        preconditionFailure("\(key) was given a value that its kind doesn't take")
      }
      configuration[keyPath: path] = value
    }
  }

  /// Makes a row whose values are the cases of an enumeration.
  init<Value: ConfigurationRepresentable & CaseIterable & RawRepresentable<String>>(
    _ key: String, _ path: any WritableKeyPath<Configuration, Value> & Sendable, _ summary: String
  ) {
    self.init(key, path, .choice(Value.allCases.map(\.rawValue)), summary)
  }

  /// Name of the flag, in kebab case and without the two hyphens.
  package var flag: String { key.replacing("_", with: "-") }

  /// What an algorithm has where nothing is said.
  package func defaultValue(for algorithm: Configuration.Algorithm) -> ConfigurationValue {
    get(Configuration(algorithm: algorithm))
  }

  /// Who reads the field: `only by grpo, rloo`; nil where most algorithms do.
  package var users: String? {
    guard 2 * algorithms.count < Configuration.Algorithm.allCases.count else { return nil }
    return "only by " + algorithms.map(\.rawValue).joined(separator: ", ")
  }

  /// The row, for these algorithms alone.
  func only(_ algorithms: Configuration.Algorithm...) -> ConfigurationField {
    changed { $0.algorithms = algorithms }
  }

  /// The row, for all algorithms but these.
  func notFor(_ algorithms: Configuration.Algorithm...) -> ConfigurationField {
    changed { $0.algorithms = Configuration.Algorithm.allCases.filter { !algorithms.contains($0) } }
  }

  /// The row, with another default for one algorithm.
  func own<Value: ConfigurationRepresentable>(
    _ value: Value, for algorithm: Configuration.Algorithm
  ) -> ConfigurationField {
    changed { $0.ownDefaults[algorithm] = value.configurationValue }
  }

  /// The row, with its source.
  func from(_ paper: String) -> ConfigurationField {
    changed { $0.paper = paper }
  }

  /// The row, with what other trainers call it.
  func elsewhere(_ names: String...) -> ConfigurationField {
    changed { $0.otherNames = names }
  }

  private func changed(_ change: (inout ConfigurationField) -> Void) -> ConfigurationField {
    var copy = self
    change(&copy)
    return copy
  }
}

/// Rows of the table that stand together in the help.
package struct ConfigurationSection: Sendable {
  /// The heading in the help.
  package let title: String
  /// The rows, in the order they are shown and written.
  package let fields: [ConfigurationField]

  init(_ title: String, _ fields: [ConfigurationField]) {
    self.title = title
    self.fields = fields
  }
}

/// A type that a property of the configuration may have.
protocol ConfigurationRepresentable: Sendable {
  /// The value without its type.
  var configurationValue: ConfigurationValue { get }
  /// The value with its type, or nil where it is of another type.
  init?(configurationValue: ConfigurationValue)
}

extension Int: ConfigurationRepresentable {
  var configurationValue: ConfigurationValue { .integer(self) }
  init?(configurationValue: ConfigurationValue) {
    guard case .integer(let value) = configurationValue else { return nil }
    self = value
  }
}

extension Double: ConfigurationRepresentable {
  var configurationValue: ConfigurationValue { .number(self) }
  init?(configurationValue: ConfigurationValue) {
    guard case .number(let value) = configurationValue else { return nil }
    self = value
  }
}

extension Bool: ConfigurationRepresentable {
  var configurationValue: ConfigurationValue { .boolean(self) }
  init?(configurationValue: ConfigurationValue) {
    guard case .boolean(let value) = configurationValue else { return nil }
    self = value
  }
}

extension String: ConfigurationRepresentable {
  var configurationValue: ConfigurationValue { .text(self) }
  init?(configurationValue: ConfigurationValue) {
    guard case .text(let value) = configurationValue else { return nil }
    self = value
  }
}

extension ConfigurationRepresentable where Self: RawRepresentable<String> {
  var configurationValue: ConfigurationValue { .text(rawValue) }
  init?(configurationValue: ConfigurationValue) {
    guard case .text(let name) = configurationValue else { return nil }
    self.init(rawValue: name)
  }
}

extension Configuration.Algorithm: ConfigurationRepresentable {}
extension Configuration.EvaluationSplit: ConfigurationRepresentable {}
extension Configuration.RewardSource: ConfigurationRepresentable {}
extension Configuration.MetricNames: ConfigurationRepresentable {}
extension LearningRateShape: ConfigurationRepresentable {}
extension AdvantageScale: ConfigurationRepresentable {}
extension LossNormalization: ConfigurationRepresentable {}
extension Configuration.Variant: ConfigurationRepresentable {}
extension Configuration.Surrogate: ConfigurationRepresentable {}
extension RatioLevel: ConfigurationRepresentable {}
extension KLEstimator: ConfigurationRepresentable {}
