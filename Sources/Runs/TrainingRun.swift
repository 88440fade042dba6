internal import Checkpointing
package import Experience
internal import Foundation
internal import Kernels
internal import LanguageModel
package import Parallel
package import Settings
package import TaskSuites
package import Verifiers

/// A run: an algorithm, taken step by step, with evaluations, lines on disk and checkpoints around it.
package final class TrainingRun {
  /// The run's settings.
  package let configuration: Configuration
  /// The run's folder.
  package let folder: RunFolder
  /// The model at the start of this session.
  package let model: ModelBundle
  /// The suite.
  package let suite: TaskSuite
  /// Who does the work.
  package let team: Team
  /// The first step of this session.
  package var firstStep: Int { progress.step + 1 }
  /// Why this session makes another run of the one that it resumes; lines for standard error.
  package private(set) var warnings: [String] = []

  let lab: Lab
  let evaluator: Evaluator
  var algorithm: any Algorithm
  var progress = RunProgress()
  /// The configuration as manifests hold it.
  private(set) var recordedConfiguration: Configuration
  private var lock: RunLock?

  /// What is worth a line before the first step: how the suite was read, what its verifier may do to
  /// the run, and where the sampler isn't the trainer to the bit.
  package var notes: [String] {
    let notes = suite.notes + lab.notes + suite.verifier.cautions
    guard configuration.step.samplesCompletions,
      !model.parameters.layout.configuration.samplesAsItTrains
    else { return notes }
    return notes + [
      "on the OpenBLAS core \(MatrixProduct.coreName) the sampler isn't the trainer to the last bit; "
        + "sampling/logp_difference_max measures it"
    ]
  }

  /// Prepares a new run: everything is opened and checked before the folder is made.
  ///
  /// - Parameters:
  ///   - algorithms: those there are.
  ///   - verifier: judges instead of the suite's own and of the configuration's.
  ///   - shadow: judges beside it, instead of the configuration's.
  /// - Throws: typed errors for every input that is missing or wrong.
  package convenience init(
    starting configuration: Configuration, algorithms: AlgorithmRegistry,
    installation: Installation = .current, verifier: (any Verifier)? = nil,
    shadow: (any Verifier)? = nil
  ) throws {
    let model = try RunInputs.model(of: configuration, installation)
    var configuration = configuration
    // The suite's base by its name, so that the run says what it started from.
    configuration.run.model = model.name
    try self.init(
      configuration, RunFolder(configuration.runFolder), model, algorithms, installation, verifier,
      shadow)
    try folder.create(configuration)
    lock = try RunLock(folder)
  }

  /// Prepares to resume a run, from its newest checkpoint, or from its start if it has none.
  ///
  /// - Parameters:
  ///   - algorithms: those there are.
  ///   - steps: a new number of steps; nil for the run's own.
  ///   - threads: threads to use; nil for the run's own.
  ///   - verifier: judges instead of the suite's own and of the configuration's.
  ///   - shadow: judges beside it, instead of the configuration's.
  /// - Throws: typed errors for every input that is missing or wrong.
  package convenience init(
    resuming path: String, algorithms: AlgorithmRegistry, steps: Int?, threads: Int?,
    installation: Installation = .current, verifier: (any Verifier)? = nil,
    shadow: (any Verifier)? = nil
  ) throws {
    let folder = RunFolder(path)
    var configuration = try folder.configuration(algorithms.catalog)
    let lock = try RunLock(folder)
    if let steps { configuration.run.steps = steps }
    if let threads { configuration.run.threads = threads }
    if let newest = folder.checkpoints().last {
      let files = try ModelFiles.load(newest.path)
      try self.init(
        configuration, folder, ModelBundle(name: newest.path, files: files), algorithms,
        installation, verifier, shadow)
      try restore(files)
    } else {
      try self.init(
        configuration, folder, RunInputs.model(of: configuration, installation), algorithms,
        installation, verifier, shadow)
      if let warning = Hone.numbersWarning(folder.numbers, "the run") { warnings.append(warning) }
    }
    self.lock = lock
    guard progress.step <= configuration.run.steps else {
      throw TrainingError.unusable(
        "\(path) has already done \(progress.step) steps, more than \(configuration.run.steps)",
        hint: "Give --steps \(progress.step) or more.")
    }
    if steps != nil {
      try AtomicFile.write(configuration.jsonText, to: folder.configurationFile)
    }
  }

  private init(
    _ configuration: Configuration, _ folder: RunFolder, _ model: ModelBundle,
    _ algorithms: AlgorithmRegistry, _ installation: Installation, _ verifier: (any Verifier)?,
    _ givenShadow: (any Verifier)?
  ) throws {
    let run = configuration.run
    self.configuration = configuration
    recordedConfiguration = configuration
    self.folder = folder
    self.model = model
    team = Team(threads: run.threads)
    let opened = try RunInputs.suite(of: configuration, fitting: model, installation)
    suite = verifier.map { opened.judged(by: $0) } ?? opened
    let shadow =
      try givenShadow ?? RunInputs.shadow(of: configuration, for: suite, installation)
    // A shadow's failures don't stop a run, so one whose program doesn't start is reported here.
    try shadow?.startPrograms()
    lab = Lab(
      model: Transformer(model.parameters), vocabulary: model.vocabulary, suite: suite,
      shadow: shadow, team: team, seed: run.seed,
      budget: Lab.Budget(steps: run.steps, completionTokens: run.tokenBudget))
    algorithm = try algorithms.make(configuration, lab)
    evaluator = try Evaluator(
      EvaluationPlan(run), suite: suite, shadow: shadow, vocabulary: model.vocabulary,
      layout: model.parameters.layout, team: team)
  }

  /// Takes over a checkpoint's state, and notes what makes this session another run.
  private func restore(_ files: ModelFiles) throws {
    let snapshot = try SnapshotReader(files)
    try algorithm.state(snapshot)
    progress = try snapshot.progress()
    lab.tokensSeen = progress.tokensSeen
    lab.completionTokens = progress.completionTokens ?? 0
    if lab.shadow != nil, let watch = progress.shadow { lab.shadowWatch = watch }
    recordedConfiguration = configuration.withFileNames(of: files.manifest)
    warnings += lab.warnings
    let made = files.manifest?.madeBy
    if let warning = Hone.numbersWarning(made?["numbers"]?.intValue, "the checkpoint") {
      warnings.append(warning)
    }
    if let fingerprint = made?["suite_fingerprint"]?.stringValue,
      fingerprint != suite.fingerprint
    {
      warnings.append(
        "the suite \(suite.name) is not what it was at the checkpoint (its files, or the package "
          + "that makes its problems, have changed): from here on it is another run")
    }
    if let core = made?["blas_core"]?.stringValue, core != MatrixProduct.coreName {
      warnings.append(
        "the checkpoint was made on the OpenBLAS core \(core), and this is "
          + "\(MatrixProduct.coreName): from here on it is another run")
    }
  }
}

extension EvaluationPlan {
  /// What a run is measured on before, between and after its steps.
  init(_ run: RunSettings) {
    self.init(
      splits: [run.evaluationSplit.split],
      limit: run.evaluationProblems, samples: 1, temperature: 0,
      maxCompletionTokens: run.maxCompletionTokens,
      seed: UInt64(bitPattern: Int64(run.seed)),
      sampled: run.evaluationSamples == 0
        ? nil : Sampled(samples: run.evaluationSamples, rule: SamplingRule(run)))
  }
}
