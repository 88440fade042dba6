import Algorithms
import Experience
import Settings

let catalog = AlgorithmRegistry.shared.catalog

/// The configuration of some `--set` assignments.
func resolved(_ assignments: String...) throws -> Configuration {
  try catalog.resolve(assignments.map { try GivenSetting(assignment: $0) })
}
