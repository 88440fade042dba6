internal import Checkpointing
internal import Foundation

/// Facts about this program.
package enum Hone {
  /// The version, as in the change log.
  package static let version = "0.1.0"
  /// The version of what the numbers mean: raised by every change after which the same command gives other
  /// weights, metrics or completions. Checkpoints, runs and comparisons carry it.
  package static let numbers = 2

  /// What to say where something was made under another meaning of the numbers; nil where it wasn't.
  ///
  /// - Parameters:
  ///   - made: the version it carries; nil for what was made before there were versions, by hone 0.1.
  ///   - what: what was made, as the beginning of a sentence.
  package static func numbersWarning(_ made: Int?, _ what: String) -> String? {
    let made = made ?? 1
    guard made != numbers else { return nil }
    return
      "\(what) was made by a version of hone whose numbers differ (version \(made) of the numbers, "
      + "this program has \(numbers)): from here on it is another run"
  }
}
