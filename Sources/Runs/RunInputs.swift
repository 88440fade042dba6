internal import Experience
internal import Kernels
internal import LanguageModel
internal import Parallel
package import Settings
package import TaskSuites
package import Verifiers

/// Opens what a configuration names.
package enum RunInputs {
  /// The model of a run's start: the one named, or the suite's own shipped base.
  ///
  /// - Throws: as `ModelLocator.open` and `SuiteLocator.base`.
  package static func model(
    of configuration: Configuration, _ installation: Installation
  ) throws -> ModelBundle {
    let run = configuration.run
    let name =
      run.model.isEmpty
      ? try SuiteLocator.base(of: run.suite, installation: installation) : run.model
    return try ModelLocator.open(
      name, installation: installation,
      sizes: ModelLocator.Sizes(configuration.settings.newModel, seed: run.seed))
  }

  /// The suite, checked that it can be trained on with a model.
  ///
  /// - Throws: as `SuiteLocator.open`.
  package static func suite(
    of configuration: Configuration, fitting model: ModelBundle, _ installation: Installation
  ) throws -> TaskSuite {
    let run = configuration.run
    var suite = try SuiteLocator.open(
      run.suite, fitting: model, maxCompletionTokens: run.maxCompletionTokens,
      installation: installation)
    if !run.holdout.isEmpty {
      suite = try suite.withholding(SuiteLocator.open(run.holdout, installation: installation))
    }
    suite = try VerifierChoice.suite(suite, judgedBy: run.verifier, installation: installation)
    try suite.checkHasProblems(in: .train)
    if configuration.step.needsDemonstrations { try suite.checkHasDemonstrations() }
    return suite
  }

  /// The shadow verifier; nil for none.
  ///
  /// - Throws: as `VerifierChoice.open` does.
  package static func shadow(
    of configuration: Configuration, for suite: TaskSuite, _ installation: Installation
  ) throws -> (any Verifier)? {
    guard case .text(let name)? = configuration.value("shadow_verifier"), !name.isEmpty else {
      return nil
    }
    return try VerifierChoice.open(name, for: suite, installation: installation)
  }

  /// Bytes of memory that a configuration's run takes at most, about.
  ///
  /// - Throws: where its model can't be opened.
  package static func memoryEstimate(
    _ configuration: Configuration, installation: Installation = .current
  ) throws -> Int {
    let layout = try model(of: configuration, installation).parameters.layout
    let step = configuration.step
    let stepTokens =
      step.samplesCompletions ? step.examples * configuration.run.maxCompletionTokens : 0
    return MemoryEstimate.bytes(
      layout, team: Team(threads: configuration.run.threads), stepTokens: stepTokens,
      comparedTokens: step.keepsReference ? stepTokens : nil, hasCritic: step.critic == .own)
  }
}
