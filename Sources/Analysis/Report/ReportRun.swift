internal import Checkpointing
internal import Experience
internal import Foundation
internal import JSON
internal import Runs
internal import Settings
internal import Statistics

/// What a report shows of one run, read from its folder.
struct ReportRun: Sendable {
  /// The folder, as it was given.
  let path: String
  let configuration: Configuration
  let metrics: MetricHistory
  /// Scores before the first step; nil before the first checkpoint, which keeps them.
  let before: EvaluationResult?
  /// Scores after the last step; nil where the run isn't finished.
  let after: EvaluationResult?
  /// What the newest checkpoint says made it, but for scores and configuration: keys and texts.
  let madeBy: [(key: String, text: String)]
  /// The newest checkpoint.
  let checkpoint: String?
  /// What the reader should know of how the run was read.
  let notes: [String]

  /// Reads a run; one that is under way, or was killed, is shown as far as it is written.
  ///
  /// - Throws: `TrainingError.missing` where there is no run, `unusable` for a damaged file with the
  ///   line; `SettingsError`, `FileError`.
  init(_ path: String, _ catalog: SettingsCatalog) throws {
    let folder = RunFolder(path)
    self.path = path
    configuration = try folder.configuration(catalog)
    metrics = try MetricHistory(reading: folder.metricsFile)
    var notes: [String] = []
    if metrics.endsMidLine {
      notes.append("The last line of \(folder.metricsFile) isn't whole, and is left out.")
    }
    checkpoint = folder.checkpoints().last?.path
    var made: JSONValue?
    do {
      made = try checkpoint.map { try CheckpointArchive.inspect($0).manifest.madeBy }
    } catch {
      // The curves are worth showing without it.
      notes.append("The newest checkpoint can't be read, so its scores are missing: \(error)")
    }
    before = made?["before"].flatMap { try? $0.decode(as: EvaluationResult.self) }
    after = made?["after"].flatMap { try? $0.decode(as: EvaluationResult.self) }
    madeBy = (made?.objectValue ?? [:]).compactMap { key, value in
      (value.stringValue ?? value.doubleValue.map(ReportNumber.text)).map { (key, $0) }
    }.sorted { $0.0 < $1.0 }
    self.notes = notes
  }

  /// Some of the completions that the run logged.
  ///
  /// - Throws: as `CompletionSample.read` does.
  func completions(shownSteps: Int, perStep: Int) throws -> [SampledCompletion] {
    try CompletionSample.read(
      RunFolder(path).completionsFile, steps: metrics.steps, shownSteps: shownSteps,
      perStep: perStep)
  }

  /// Steps done.
  var steps: Int { metrics.steps.last ?? 0 }

  /// Where the reward and the shadow verifier's diverge; nil where they don't.
  var divergence: ShadowDivergence? {
    guard let step = metrics["shadow/parted"].last(where: { !$0.isNaN }), step > 0,
      let end = metrics.steps.firstIndex(of: Int(step))
    else { return nil }
    func mean(_ name: String, _ range: Range<Int>) -> Double {
      Statistics.mean(metrics[name][range.clamped(to: metrics.steps.indices)].filter { !$0.isNaN })
    }
    let span = ShadowWatch.span
    let (start, now) = (0..<span, max(0, end + 1 - span)..<end + 1)
    return ShadowDivergence(
      step: Int(step), firstReward: mean("reward", start), reward: mean("reward", now),
      firstShadow: mean("shadow/reward", start), shadow: mean("shadow/reward", now))
  }

  /// What the shadow verifier says of the run, in words; none without one.
  var shadowNotes: [String] {
    guard metrics.names.contains("shadow/reward") else { return [] }
    var notes = [divergence.map(\.sentence) ?? "reward and shadow don't diverge"]
    let scores = [("before", before), ("after", after)].compactMap { name, result in
      result?.all.shadow.map { shadow in
        "\(ReportNumber.percent(shadow.passAt1)) \(name) (the verifier says "
          + "\(ReportNumber.percent(result?.all.passAt1 ?? .nan)))"
      }
    }
    if !scores.isEmpty {
      notes.append("held-out pass@1 by the shadow: \(scores.joined(separator: ", "))")
    }
    return notes
  }

  /// Held-out pass@1 by step: before (0), between, and after.
  var heldOut: [(step: Int, pass: Double)] {
    let between = zip(metrics.steps, metrics["eval/pass@1"]).filter { !$0.1.isNaN }
    return (before.map { [(0, $0.all.passAt1)] } ?? []) + between.map { ($0.0, $0.1) }
      + (after.map { [(steps, $0.all.passAt1)] } ?? [])
  }
}
