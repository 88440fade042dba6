internal import Experience
internal import Foundation
internal import LanguageModel
package import TaskSuites

/// Opens suites, checked against what a model can read and write.
package enum SuiteLocator {
  /// Opens a shipped suite by name, or a suite or problem file by path; checks nothing of a model.
  ///
  /// - Throws: `SuiteError`.
  package static func open(_ name: String, installation: Installation) throws -> TaskSuite {
    try SuiteCatalog(folder: installation.tasks).open(name)
  }

  /// The model that a suite says training starts from.
  ///
  /// - Throws: `SuiteError`, or `TrainingError` where the suite names none.
  package static func base(of name: String, installation: Installation) throws -> String {
    if let base = SuiteCatalog(folder: installation.tasks).statedBase(of: name) { return base }
    let suite = try open(name, installation: installation)
    guard let base = suite.base else {
      throw TrainingError.missing(
        "suite \(suite.name) names no base to start from", hint: "Give a model with --model.")
    }
    return base
  }

  /// Opens a suite whose every problem fits a model.
  ///
  /// - Throws: `SuiteError`, which names file, line and character where a row doesn't fit, or
  ///   `TrainingError` where the model's context is too short for such completions.
  package static func open(
    _ name: String, fitting model: ModelBundle, maxCompletionTokens: Int,
    installation: Installation
  ) throws -> TaskSuite {
    let context = model.parameters.layout.configuration.contextLength
    guard maxCompletionTokens < context else {
      throw TrainingError.unusable(
        "max_completion_tokens \(maxCompletionTokens) leaves no room for a prompt in the context of "
          + "\(context) tokens of \(model.name)",
        hint: "Lower it, or use a model with a longer context.")
    }
    return try SuiteCatalog(folder: installation.tasks).open(
      name,
      rules: TextRules(
        allowedScalars: model.vocabulary.scalars, longestPrompt: context - maxCompletionTokens,
        // The end mark is one of a completion's tokens.
        longestCompletion: maxCompletionTokens - 1))
  }
}
