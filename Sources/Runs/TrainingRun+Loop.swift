internal import Checkpointing
internal import Experience
internal import Foundation
internal import JSON
internal import Kernels
internal import LanguageModel
internal import Learning
internal import Statistics

extension TrainingRun {
  /// Trains to the last step, or until `shouldStop` says so between two steps; saves either way.
  ///
  /// - Throws: `TrainingError` where the run can't continue; a verifier that fails too often and a
  ///   step that is not finite leave the state before that step saved.
  package func train(
    observer: some TrainingObserver, shouldStop: () -> Bool
  ) throws -> TrainingSummary {
    let run = configuration.run
    for verifier in [suite.verifier] + [lab.shadow].compactMap(\.self) {
      verifier.keepLogs(in: folder.path + "/verifiers")
    }
    let metricsFile = try LineFile(folder.metricsFile, keeping: progress.metricsLines)
    let completionsFile = try LineFile(
      folder.completionsFile, keeping: progress.completionLines)
    func save(after: EvaluationResult? = nil) throws {
      // Lines first: a checkpoint counts them, and a resumed run cuts off what came later.
      try metricsFile.synchronize()
      try completionsFile.synchronize()
      try self.save(after: after)
    }
    // It holds only for the steps there were.
    if !isDone { try? FileManager.default.removeItem(atPath: folder.resultFile) }
    try observer.began(folder)
    let before = progress.before ?? evaluator.evaluate(policy)
    if progress.before == nil { progress.solvedBefore = before.solved }
    progress.before = before
    observer.before(before)
    var savedStep = folder.checkpoints().last?.step
    while !isDone && !shouldStop() {
      let step = progress.step + 1
      let start = Clock.now
      let updates = algorithm.updates
      var outcome: StepOutcome
      do {
        outcome = try take(step)
      } catch {
        // Before the step's first update the state is whole: nothing of it is lost.
        let isWhole = algorithm.updates == updates
        if isWhole && savedStep != progress.step && progress.step > 0 { try save() }
        throw error
      }
      progress.step = step
      progress.seconds += Clock.seconds(since: start)
      if run.evaluationEvery > 0 && step % run.evaluationEvery == 0 && !isDone {
        let result = evaluator.evaluate(policy)
        outcome.metrics["eval/pass@1"] = result.all.passAt1
        if let shadow = result.all.shadow {
          outcome.metrics["eval/shadow/pass@1"] = shadow.passAt1
        }
        observer.evaluated(step, result)
      }
      let isLast = isDone || shouldStop()
      let isDue = run.checkpointEvery > 0 && step % run.checkpointEvery == 0
      if isLast || isDue { outcome.metrics.weightsHash = policy.parameters.hash }
      try metricsFile.append([outcome.metrics.line])
      try completionsFile.append(outcome.completions.map { try jsonLine($0) })
      progress.metricsLines += 1
      progress.completionLines += outcome.completions.count
      try observer.step(step, of: expectedSteps, outcome.metrics, seconds: progress.seconds)
      if let divergence = lab.shadowWatch?.divergence, divergence.step == step {
        observer.diverged(divergence)
      }
      if isLast || isDue {
        try save()
        savedStep = step
      }
    }
    let after = isDone ? evaluator.evaluate(policy) : nil
    if savedStep != progress.step || after != nil { try save(after: after) }
    if let after {
      try RunResult(
        steps: progress.step, completionTokens: lab.completionTokens, seconds: progress.seconds,
        before: before, after: after,
        solved: RunResult.Solved(
          before: progress.solvedBefore ?? SolvedProblems(), after: after.solved),
        weightsHash: policy.parameters.hash, shadow: shadowResult
      ).write(to: folder)
    }
    return TrainingSummary(
      run: folder.path, steps: progress.step, seconds: progress.seconds, before: before,
      after: after, weightsHash: policy.parameters.hash,
      checkpoint: folder.checkpoint(step: progress.step).path, shadow: shadowResult)
  }

  private var policy: Transformer { algorithm.policy.model }

  private var shadowResult: ShadowResult? {
    lab.shadow.map { ShadowResult(verifier: $0.name, divergence: lab.shadowWatch?.divergence) }
  }

  /// Whether the last step is done: by number, or because the token budget is used up.
  private var isDone: Bool { progress.step >= configuration.run.steps || lab.spentShare >= 1 }

  /// The steps there will be, guessed from the tokens of those so far where they have a budget.
  private var expectedSteps: Int {
    let steps = configuration.run.steps
    guard lab.spentShare > 0 else { return steps }
    let guess = (Double(progress.step) / lab.spentShare).rounded(.up)
    return min(steps, max(progress.step, guess < 1e9 ? Int(guess) : .max))
  }

  /// Takes a step, and counts its completion tokens once it is whole.
  private func take(_ step: Int) throws -> StepOutcome {
    lab.completionTokensOfStep = 0
    do {
      var outcome = try algorithm.step(step)
      lab.completionTokens += lab.completionTokensOfStep
      outcome.metrics["num_completion_tokens"] = Double(lab.completionTokens)
      return outcome
    } catch let error as NotFinite {
      throw TrainingError.notFinite(step: step, what: error.what)
    }
  }

  private func save(after: EvaluationResult?) throws {
    for (index, (name, network)) in algorithm.networks.enumerated() {
      guard let weight = network.model.parameters.firstNonFinite else { continue }
      throw TrainingError.notFinite(
        step: progress.step,
        what: index == 0 ? "the weight \(weight)" : "the \(name)'s weight \(weight)")
    }
    progress.tokensSeen = lab.tokensSeen
    progress.completionTokens = lab.completionTokens
    progress.shadow = lab.shadowWatch
    let snapshot = SnapshotWriter()
    try algorithm.state(snapshot)
    try CheckpointArchive.write(
      snapshot.files(of: policy.parameters, model.vocabulary, progress),
      madeBy: .object(madeBy(after: after)), to: folder.checkpoint(step: progress.step).path)
    folder.prune(keeping: configuration.run.keepCheckpoints)
  }

  private func madeBy(after: EvaluationResult?) throws -> [String: JSONValue] {
    var madeBy: [String: JSONValue] = [
      "program": .string("hone \(Hone.version)"),
      "numbers": .integer(Hone.numbers),
      "config": try JSONValue(encoding: recordedConfiguration),
      "suite": .string(suite.name),
      "suite_fingerprint": .string(suite.fingerprint),
      "seed": .integer(configuration.run.seed),
      "step": .integer(progress.step),
      "weights_hash": .string(policy.parameters.hash),
      "blas_core": .string(MatrixProduct.coreName),
      "seconds": .number("\(progress.seconds.rounded())"),
    ]
    if let before = progress.before { madeBy["before"] = try JSONValue(encoding: before) }
    if let after { madeBy["after"] = try JSONValue(encoding: after) }
    return madeBy
  }
}
