internal import Checkpointing
internal import Foundation
internal import JSON
internal import Kernels
internal import LanguageModel
internal import PluginHost
package import TaskSuites
package import Verifiers

/// The loop around an algorithm: evaluation, steps, lines on disk, checkpoints.
package final class Trainer {
  /// The run's settings.
  package let configuration: Configuration
  /// The run's folder.
  package let folder: RunFolder
  /// The model at the start.
  package let model: ModelBundle
  /// The suite.
  package let suite: TaskSuite
  /// Threads in use.
  package let threads: Int
  /// Steps done before this sitting.
  package var firstStep: Int { state.step + 1 }

  private let run: RunState
  private let evaluator: Evaluator
  private var state: TrainerState
  private let reference: Parameters?
  private var lock: RunLock?
  /// The configuration as manifests hold it.
  private var toldConfiguration: Configuration

  /// What makes this sitting another run than the one it goes on with; lines for standard error.
  package private(set) var warnings: [String] = []

  /// What is worth a line before the first step: how the suite was read, what its verifier may do to
  /// the run, and where the sampler isn't the trainer to the bit.
  package var notes: [String] {
    let notes = suite.notes + suite.verifier.cautions
    guard configuration.algorithm != .sft,
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
  ///   - verifier: judges instead of the suite's own and of the configuration's.
  ///   - shadow: judges beside it, instead of the configuration's.
  /// - Throws: typed errors for every input that is missing or wrong.
  package convenience init(
    starting configuration: Configuration, installation: Installation = .current,
    verifier: (any Verifier)? = nil, shadow: (any Verifier)? = nil
  ) throws {
    let model = try Self.firstModel(configuration, installation)
    var configuration = configuration
    // The suite's base by its name, so that the run says what it started from.
    configuration.model = model.name
    try self.init(
      configuration, RunFolder(configuration.runFolder), model,
      reference: Self.reference(configuration, model), installation, verifier, shadow)
    try folder.create(configuration)
    lock = try RunLock(folder)
  }

  /// Prepares to go on with a run, from its newest checkpoint, or from its start if it has none.
  ///
  /// - Parameters:
  ///   - steps: a new number of steps; nil for the run's own.
  ///   - threads: threads to use; nil for the run's own.
  ///   - verifier: judges instead of the suite's own and of the configuration's.
  ///   - shadow: judges beside it, instead of the configuration's.
  /// - Throws: typed errors for every input that is missing or wrong.
  package convenience init(
    resuming path: String, steps: Int?, threads: Int?, installation: Installation = .current,
    verifier: (any Verifier)? = nil, shadow: (any Verifier)? = nil
  ) throws {
    let folder = RunFolder(path)
    var configuration = try folder.configuration()
    let lock = try RunLock(folder)
    if let steps { configuration.steps = steps }
    if let threads { configuration.threads = threads }
    if let newest = folder.checkpoints().last {
      let files = try ModelFiles.load(newest.path)
      let model = try ModelBundle(name: newest.path, files: files)
      let reference =
        configuration.needsReference
        ? try TrainerCheckpoint.reference(model.parameters.layout, from: files) : nil
      try self.init(
        configuration, folder, model, reference: reference, installation, verifier, shadow)
      state = try TrainerCheckpoint.restore(run, from: files)
      toldConfiguration = configuration.withFileNames(of: files.manifest)
      let fingerprint = files.manifest?.madeBy["suite_fingerprint"]?.stringValue
      if let fingerprint, fingerprint != suite.fingerprint {
        warnings.append(
          "the suite \(suite.name) is not what it was at the checkpoint (its files, or the package "
            + "that makes its problems, have changed): from here on it is another run")
      }
      let core = files.manifest?.madeBy["blas_core"]?.stringValue
      if let core, core != MatrixProduct.coreName {
        warnings.append(
          "the checkpoint was made on the OpenBLAS core \(core), and this is "
            + "\(MatrixProduct.coreName): from here on it is another run")
      }
    } else {
      let model = try Self.firstModel(configuration, installation)
      try self.init(
        configuration, folder, model, reference: Self.reference(configuration, model), installation,
        verifier, shadow)
    }
    self.lock = lock
    guard state.step <= configuration.steps else {
      throw TrainingError.unusable(
        "\(path) has already done \(state.step) steps, more than \(configuration.steps)",
        mend: "Give --steps \(state.step) or more.")
    }
    if steps != nil {
      try AtomicFile.write(configuration.jsonText, to: folder.configurationFile)
    }
  }

  /// The model of a run's start: the one named, or the suite's own shipped base.
  static func firstModel(
    _ configuration: Configuration, _ installation: Installation
  ) throws -> ModelBundle {
    let name =
      configuration.model.isEmpty
      ? try SuiteLocator.base(of: configuration.suite, installation: installation)
      : configuration.model
    return try ModelLocator.open(
      name, installation: installation, sizes: ModelLocator.Sizes(configuration))
  }

  /// A copy of the first weights, where the KL divergence from them is wanted.
  private static func reference(_ configuration: Configuration, _ model: ModelBundle)
    -> Parameters?
  {
    guard configuration.needsReference else { return nil }
    return Parameters(model.parameters.layout, from: model.parameters)
  }

  private init(
    _ configuration: Configuration, _ folder: RunFolder, _ model: ModelBundle,
    reference: Parameters?, _ installation: Installation, _ verifier: (any Verifier)?,
    _ givenShadow: (any Verifier)?
  ) throws {
    self.configuration = configuration
    toldConfiguration = configuration
    self.folder = folder
    self.model = model
    self.reference = reference
    threads = configuration.threads == 0 ? Parallel.processorCount : configuration.threads
    let opened = try Self.suite(of: configuration, fitting: model, installation)
    suite = verifier.map { opened.judged(by: $0) } ?? opened
    let shadow =
      try givenShadow ?? VerifierChoice.shadow(of: configuration, for: suite, installation)
    // A shadow's failures don't stop a run, so one whose program doesn't start is told of here.
    try shadow?.startPrograms()
    run = RunState(
      configuration, policy: Transformer(model.parameters), reference: reference,
      vocabulary: model.vocabulary, suite: suite, shadow: shadow, threads: threads)
    evaluator = try Evaluator(
      EvaluationPlan(
        splits: [configuration.evaluationSplit.split], limit: configuration.evaluationProblems,
        samples: 1, temperature: 0,
        maxCompletionTokens: configuration.maxCompletionTokens,
        seed: UInt64(bitPattern: Int64(configuration.seed)),
        besides: configuration.evaluationSamples == 0
          ? nil
          : EvaluationPlan.Besides(
            samples: configuration.evaluationSamples, rule: configuration.samplingRule)),
      suite: suite, shadow: shadow, vocabulary: model.vocabulary, layout: model.parameters.layout,
      threads: threads)
    state = TrainerState(
      step: 0, updates: 0, tokensSeen: 0, completionTokens: 0, metricsLines: 0, completionLines: 0,
      seconds: 0)
  }

  /// Opens a run's suite and checks that it can be trained on with a model.
  ///
  /// - Throws: as `SuiteLocator.open`.
  static func suite(
    of configuration: Configuration, fitting model: ModelBundle, _ installation: Installation
  ) throws -> TaskSuite {
    var suite = try SuiteLocator.open(
      configuration.suite, fitting: model,
      maxCompletionTokens: configuration.maxCompletionTokens, installation: installation)
    if !configuration.holdout.isEmpty {
      suite = try suite.withholding(
        SuiteLocator.open(configuration.holdout, installation: installation))
    }
    suite = try VerifierChoice.suite(
      suite, judgedBy: configuration.verifier, installation: installation)
    try suite.checkHasProblems(in: .train)
    if configuration.algorithm == .sft { try suite.checkHasDemonstrations() }
    return suite
  }

  /// Trains to the last step, or until `shouldStop` says so between two steps; saves either way.
  ///
  /// - Throws: `TrainingError` where the run can't go on; a verifier that fails too often and a
  ///   step that is not finite leave the state before that step saved.
  package func train(
    observer: some TrainingObserver, shouldStop: () -> Bool
  ) throws -> TrainingSummary {
    suite.verifier.keepLogs(in: folder.path + "/verifiers")
    run.shadow?.keepLogs(in: folder.path + "/verifiers")
    let metricsFile = try LineFile(folder.metricsFile, keeping: state.metricsLines)
    let completionsFile = try LineFile(folder.completionsFile, keeping: state.completionLines)
    // It holds only for the steps there were.
    if !isDone { try? FileManager.default.removeItem(atPath: folder.resultFile) }
    // After the metrics were cut to the steps that count, which it is made of.
    let tensorBoard =
      configuration.tensorboard
      ? try TensorBoardFile(folder, names: configuration.tensorboardNames) : nil
    let before = state.before ?? evaluator.evaluate(run.policy)
    if state.before == nil { state.solvedBefore = before.solved }
    state.before = before
    observer.before(before)
    let algorithm = configuration.algorithm.type.init(run)
    var savedStep = folder.checkpoints().last?.step
    while !isDone && !shouldStop() {
      let step = state.step + 1
      let start = Clock.now
      let updates = run.updates
      var report: StepReport
      do {
        report = try run.take(step, of: algorithm)
      } catch {
        // Before the step's first update the state is whole: nothing of it is lost.
        let isWhole = run.updates == updates
        if isWhole && savedStep != state.step && state.step > 0 { try save(after: nil) }
        throw error
      }
      state.step = step
      state.seconds += Clock.seconds(since: start)
      if configuration.evaluationEvery > 0 && step % configuration.evaluationEvery == 0 && !isDone {
        let result = evaluator.evaluate(run.policy)
        report.metrics["eval/pass@1"] = result.all.passAt1
        if let shadow = result.all.shadow { report.metrics["eval/shadow/pass@1"] = shadow.passAt1 }
        observer.evaluated(step, result)
      }
      let isLast = isDone || shouldStop()
      let isDue = configuration.checkpointEvery > 0 && step % configuration.checkpointEvery == 0
      if isLast || isDue { report.metrics.weightsHash = run.policy.parameters.hash }
      try metricsFile.append([report.metrics.line])
      try tensorBoard?.append(report.metrics)
      try completionsFile.append(report.completions.map(Self.line))
      state.metricsLines += 1
      state.completionLines += report.completions.count
      observer.step(step, of: expectedSteps, report.metrics, seconds: state.seconds)
      if let parting = run.shadowWatch?.parting, parting.step == step { observer.parted(parting) }
      if isLast || isDue {
        // Lines first: a checkpoint counts them, and a resumed run cuts off what came later.
        try metricsFile.synchronize()
        try completionsFile.synchronize()
        try save(after: nil)
        savedStep = step
      }
    }
    let after = isDone ? evaluator.evaluate(run.policy) : nil
    if savedStep != state.step || after != nil {
      try metricsFile.synchronize()
      try completionsFile.synchronize()
      try save(after: after)
    }
    if let after {
      try RunResult(
        steps: state.step, completionTokens: run.completionTokens, seconds: state.seconds,
        before: before, after: after,
        solved: RunResult.Solved(
          before: state.solvedBefore ?? SolvedProblems(), after: after.solved),
        weightsHash: run.policy.parameters.hash, shadow: shadowResult
      ).write(to: folder)
    }
    return TrainingSummary(
      run: folder.path, steps: state.step, seconds: state.seconds, before: before, after: after,
      weightsHash: run.policy.parameters.hash,
      checkpoint: folder.checkpoint(step: state.step).path, shadow: shadowResult)
  }

  private var shadowResult: ShadowResult? {
    run.shadow.map { ShadowResult(verifier: $0.name, parted: run.shadowWatch?.parting) }
  }

  /// Whether the last step is done: by number, or because the token budget is used up.
  private var isDone: Bool { state.step >= configuration.steps || run.spentShare >= 1 }

  /// The steps there will be, guessed from the tokens of those so far where they have a budget.
  private var expectedSteps: Int {
    guard run.spentShare > 0 else { return configuration.steps }
    let guess = (Double(state.step) / run.spentShare).rounded(.up)
    return min(configuration.steps, max(state.step, guess < 1e9 ? Int(guess) : .max))
  }

  /// Processors this process may run on: the threads that 0 stands for.
  package static var processorCount: Int { Parallel.processorCount }

  /// Bytes of memory that a configuration's run takes at most, about.
  ///
  /// - Throws: where its model can't be opened.
  package static func memoryEstimate(
    _ configuration: Configuration, installation: Installation = .current
  ) throws -> Int {
    let layout = try firstModel(configuration, installation).parameters.layout
    let threads = configuration.threads == 0 ? processorCount : configuration.threads
    let stepTokens =
      configuration.samplesCompletions
      ? configuration.completionsPerStep * configuration.maxCompletionTokens : 0
    return MemoryEstimate.bytes(
      layout, threads: threads, stepTokens: stepTokens,
      comparedTokens: configuration.needsReference ? stepTokens : nil,
      hasCritic: configuration.algorithm.hasCritic && !configuration.sharedTrunk)
  }

  private static func line(_ record: CompletionRecord) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(record), as: UTF8.self)
  }

  private func save(after: EvaluationResult?) throws {
    if let weight = run.policy.parameters.firstNonFinite {
      throw TrainingError.notFinite(step: state.step, what: "the weight \(weight)")
    }
    if let weight = run.critic?.model.parameters.firstNonFinite {
      throw TrainingError.notFinite(step: state.step, what: "the critic's weight \(weight)")
    }
    state.updates = run.learner.optimizer.updates
    state.criticUpdates = run.ownCritic?.learner.optimizer.updates
    state.tokensSeen = run.tokensSeen
    state.baseline = run.baseline
    state.completionTokens = run.completionTokens
    state.shadow = run.shadowWatch
    var madeBy: [String: JSONValue] = [
      "program": .string("hone \(Hone.version)"),
      "config": try JSONValue(encoding: toldConfiguration),
      "suite": .string(suite.name),
      "suite_fingerprint": .string(suite.fingerprint),
      "seed": .integer(configuration.seed),
      "step": .integer(state.step),
      "weights_hash": .string(run.policy.parameters.hash),
      "blas_core": .string(MatrixProduct.coreName),
      "seconds": .number("\(state.seconds.rounded())"),
    ]
    if let before = state.before { madeBy["before"] = try JSONValue(encoding: before) }
    if let after { madeBy["after"] = try JSONValue(encoding: after) }
    try TrainerCheckpoint.save(
      run, state, reference: reference, madeBy: madeBy,
      to: folder.checkpoint(step: state.step).path)
    folder.prune(keeping: configuration.keepCheckpoints)
  }
}

/// Facts about this program.
package enum Hone {
  /// The version, as in the change log.
  package static let version = "0.1.0"
}
