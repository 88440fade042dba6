import Algorithms
import Experience
import Settings
import Testing

let catalog = AlgorithmRegistry.shared.catalog

/// The configuration of some `--set` assignments.
func resolved(_ assignments: String...) throws -> Configuration {
  try catalog.resolve(assignments.map { try GivenSetting(assignment: $0) })
}

/// The settings of an algorithm, after some `--set` assignments.
func settings<Settings: AlgorithmSettings>(
  _ type: Settings.Type, _ assignments: String...
) throws -> Settings {
  let given = try (["algorithm=\(type.name)"] + assignments).map {
    try GivenSetting(assignment: $0)
  }
  return try #require(catalog.resolve(given).settings as? Settings)
}

/// The text of the error that some settings end in.
func refusal(_ settings: GivenSetting...) -> String {
  do throws(SettingsError) {
    _ = try catalog.resolve(settings)
    return "taken"
  } catch {
    return error.description
  }
}

/// The same for `--set` assignments.
func refusal(_ assignments: String...) -> String {
  do {
    _ = try catalog.resolve(assignments.map { try GivenSetting(assignment: $0) })
    return "taken"
  } catch {
    return "\(error)"
  }
}

/// The notes of an algorithm's settings, changed; GRPO's with several updates a step.
func notes<Settings: AlgorithmSettings>(
  _ type: Settings.Type, _ change: (inout Settings) -> Void
) -> [String] {
  var settings = Settings()
  change(&settings)
  return Configuration(settings).notes
}
