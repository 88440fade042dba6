internal import Checkpointing
internal import Foundation
internal import JSON
internal import Kernels
internal import LanguageModel

/// What a run needs besides the weights to go on as if it had never stopped.
struct TrainerState: Codable, Equatable {
  /// Steps done.
  var step: Int
  /// Optimizer updates done.
  var updates: Int
  /// Those of a critic of its own; absent without one.
  var criticUpdates: Int?
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
  /// What a shadow verifier's rewards came to; absent without one.
  var shadow: ShadowWatch?
}

/// Saves a run's whole state as an archive, and reads it back.
enum TrainerCheckpoint {
  private static let meanPrefix = "exp_avg."
  private static let squarePrefix = "exp_avg_sq."
  private static let referencePrefix = "reference."
  private static let criticPrefix = "critic."

  /// Writes the archive of a step; it is there whole and flushed, or not at all.
  static func save(
    _ run: RunState, _ state: TrainerState, reference: Parameters?, madeBy: [String: JSONValue],
    to path: String
  ) throws {
    var files = try ModelBundle.files(run.policy.parameters, run.text.vocabulary)
    var sets = moments(of: run.learner)
    // The reference is the policy at the start, which no other file of the run holds.
    if let reference { sets.append(ModelBundle.TensorSet(prefix: referencePrefix, reference)) }
    if let critic = run.critic {
      sets.append(
        ModelBundle.TensorSet(
          prefix: criticPrefix, critic.model.parameters, criticEntries(critic)))
      if !critic.sharesTrunk { sets += moments(of: critic.learner, prefix: criticPrefix) }
    }
    files[.optimizer] = ModelBundle.encode(sets)
    files[.trainerState] = try JSONValue(encoding: state).bytes(indented: true)
    try CheckpointArchive.write(files, madeBy: .object(madeBy), to: path)
  }

  private static func moments(
    of learner: Learner, prefix: String = ""
  ) -> [ModelBundle.TensorSet] {
    [
      ModelBundle.TensorSet(prefix: prefix + meanPrefix, learner.optimizer.mean),
      ModelBundle.TensorSet(prefix: prefix + squarePrefix, learner.optimizer.square),
    ]
  }

  /// What `model.safetensors` doesn't hold of a critic: on the policy's trunk its head alone.
  private static func criticEntries(_ critic: Critic) -> ArraySlice<ParameterEntry> {
    let layout = critic.model.parameters.layout
    return critic.sharesTrunk ? layout.valueHeadEntries : layout.entries[...]
  }

  /// Reads the trainer's part of a checkpoint into a run.
  static func restore(_ run: RunState, from files: ModelFiles) throws -> TrainerState {
    let state = try files.json(of: .trainerState).decode(as: TrainerState.self)
    let tensors = try files.tensors(of: .optimizer)
    for set in moments(of: run.learner) {
      try set.parameters.read(from: tensors, prefix: set.prefix)
    }
    run.learner.optimizer.updates = state.updates
    if let critic = run.critic {
      try critic.model.parameters.read(
        from: tensors, prefix: criticPrefix, criticEntries(critic))
      if !critic.sharesTrunk {
        for set in moments(of: critic.learner, prefix: criticPrefix) {
          try set.parameters.read(from: tensors, prefix: set.prefix)
        }
        critic.learner.optimizer.updates = state.criticUpdates ?? 0
      }
    }
    run.tokensSeen = state.tokensSeen
    run.baseline = state.baseline
    if run.shadow != nil, let watch = state.shadow { run.shadowWatch = watch }
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
