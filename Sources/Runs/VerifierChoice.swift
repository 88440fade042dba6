internal import PluginHost
package import TaskSuites
package import Verifiers

/// Verifiers that a run is given beside those of its suite: `verifier` and `shadow_verifier`.
package enum VerifierChoice {
  /// Opens a verifier by its name, or a plugin by the path of its folder, seen from the working folder.
  ///
  /// Parts of a built-in verifier weigh 1, `format` nothing, and a plugin's reward is what it says,
  /// whatever weights the suite has for its own.
  ///
  /// - Throws: `VerifierError` where there is none, `SuiteError` where it can't judge the suite's
  ///   problems.
  package static func open(
    _ name: String, for suite: TaskSuite, installation: Installation
  ) throws -> any Verifier {
    let plugins = SuiteCatalog(folder: installation.tasks).pluginFolder
    let verifier = try VerifierCatalog(pluginFolder: plugins.path).verifier(name, weights: nil)
    try suite.checkCanBeJudged(by: verifier)
    return verifier
  }

  /// The suite, judged by the verifier of a name; by its own where that is empty.
  ///
  /// - Throws: as `open` does.
  package static func suite(
    _ suite: TaskSuite, judgedBy name: String, installation: Installation
  ) throws -> TaskSuite {
    name.isEmpty ? suite : suite.judged(by: try open(name, for: suite, installation: installation))
  }
}
