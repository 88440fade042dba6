internal import Checkpointing
internal import Foundation
internal import Kernels
internal import LanguageModel

/// What a run needs besides the weights to go on as if it had never stopped.
struct TrainerState: Codable, Equatable {
  /// Steps done.
  var step: Int
  /// Optimizer updates done.
  var updates: Int
  /// Prompt and completion tokens processed.
  var tokensSeen: Int
  /// Completion tokens; absent in checkpoints of before they were counted.
  var completionTokens: Int?
  /// Lines of `metrics.jsonl` that belong to those steps.
  var metricsLines: Int
  /// Lines of `completions.jsonl` that belong to those steps.
  var completionLines: Int
  /// Seconds of training so far, of all sittings.
  var seconds: Double
  /// The evaluation before the first step.
  var before: EvaluationResult?
  /// REINFORCE's baseline, once it has seen a step.
  var baseline: MovingAverageBaseline?
  /// Which problems it solved.
  var solvedBefore: SolvedProblems?
}

/// Saves a run's whole state as an archive, and reads it back.
enum TrainerCheckpoint {
  private static let meanPrefix = "exp_avg."
  private static let squarePrefix = "exp_avg_sq."

  /// Writes the archive of a step; it is there whole and flushed, or not at all.
  static func save(
    _ run: RunState, _ state: TrainerState, reference: Parameters?, madeBy: [String: JSONValue],
    to path: String
  ) throws {
    var files = try ModelBundle.files(run.policy.parameters, run.text.vocabulary)
    var sets = [(meanPrefix, run.learner.mean), (squarePrefix, run.learner.square)]
    // The reference is the policy at the start, which no other file of the run holds.
    if let reference { sets.append((referencePrefix, reference)) }
    files[.optimizer] = ModelBundle.encode(sets)
    files[.trainerState] = try JSONValue(encoding: state).bytes(indented: true)
    try CheckpointArchive.write(files, madeBy: .object(madeBy), to: path)
  }

  private static let referencePrefix = "reference."

  /// Reads the trainer's part of a checkpoint into a run.
  static func restore(_ run: RunState, from files: ModelFiles) throws -> TrainerState {
    let state = try files.json(of: .trainerState).decode(as: TrainerState.self)
    let tensors = try files.tensors(of: .optimizer)
    try run.learner.mean.read(from: tensors, prefix: meanPrefix)
    try run.learner.square.read(from: tensors, prefix: squarePrefix)
    run.learner.updates = state.updates
    run.tokensSeen = state.tokensSeen
    run.baseline = state.baseline
    run.completionTokens = state.completionTokens ?? 0
    return state
  }

  /// The reference policy that a checkpoint keeps.
  static func reference(_ layout: ParameterLayout, from files: ModelFiles) throws -> Parameters {
    let parameters = Parameters(layout)
    try parameters.read(from: try files.tensors(of: .optimizer), prefix: referencePrefix)
    return parameters
  }
}
