/// A model's file that can't be used: which one, why, and what to do.
package struct ModelFileError: Error, Equatable, CustomStringConvertible {
  /// The file or entry, for example `config.json`.
  package let file: String
  /// What is wrong.
  package let problem: String
  /// What to do.
  package let hint: String

  package init(_ file: String, _ problem: String, hint: String) {
    self.file = file
    self.problem = problem
    self.hint = hint
  }

  package var description: String { "\(file): \(problem)\n\(hint)" }
}
