internal import Checkpointing
internal import Experience
internal import JSON
internal import LanguageModel
internal import Learning
internal import Statistics

/// How far a run is: what a checkpoint holds beside the networks.
struct RunProgress: Codable, Equatable {
  /// Steps done.
  var step = 0
  /// Prompt and completion tokens processed.
  var tokensSeen = 0
  /// Completion tokens; absent in checkpoints of before they were counted.
  var completionTokens: Int?
  /// Lines of `metrics.jsonl` that belong to those steps.
  var metricsLines = 0
  /// Lines of `completions.jsonl` that belong to those steps.
  var completionLines = 0
  /// Seconds of training so far, of all sessions.
  var seconds = 0.0
  /// The evaluation before the first step.
  var before: EvaluationResult?
  /// Which problems it solved.
  var solvedBefore: SolvedProblems?
  /// What a shadow verifier's rewards came to; absent without one.
  var shadow: ShadowWatch?
}

/// Collects an algorithm's state for a checkpoint.
final class SnapshotWriter: Snapshot {
  private(set) var sets: [ModelBundle.TensorSet] = []
  private(set) var values: [String: JSONValue] = [:]

  func tensors(
    _ prefix: String, _ parameters: Parameters, _ entries: ArraySlice<ParameterEntry>?
  ) throws {
    sets.append(ModelBundle.TensorSet(prefix: prefix, parameters, entries))
  }

  func value<Value: Codable>(_ key: String, _ value: inout Value?) throws {
    guard let value else { return }
    precondition(values[key] == nil, "\(key) is saved twice")
    values[key] = try JSONValue(encoding: value)
  }

  /// The files of a checkpoint: the policy's model, and what the next step depends on.
  func files(
    of policy: Parameters, _ vocabulary: Vocabulary, _ progress: RunProgress
  ) throws -> [CheckpointEntry: [UInt8]] {
    var files = try ModelBundle.files(policy, vocabulary)
    files[.optimizer] = ModelBundle.encode(sets)
    let members = try JSONValue(encoding: progress).objectValue ?? [:]
    files[.trainerState] = JSONValue.object(
      members.merging(values) { _, _ in preconditionFailure("a key of the loop's own") }
    ).bytes(indented: true)
    return files
  }
}

/// Gives an algorithm its state back, from a checkpoint.
final class SnapshotReader: Snapshot {
  private let files: ModelFiles
  private let store: TensorCollection
  private let values: JSONValue

  init(_ files: ModelFiles) throws {
    self.files = files
    store = try files.tensors(of: .optimizer)
    values = try files.json(of: .trainerState)
  }

  /// How far the run was.
  func progress() throws -> RunProgress {
    try files.decode(RunProgress.self, from: .trainerState)
  }

  func tensors(
    _ prefix: String, _ parameters: Parameters, _ entries: ArraySlice<ParameterEntry>?
  ) throws {
    try parameters.read(from: store, prefix: prefix, entries)
  }

  func value<Value: Codable>(_ key: String, _ value: inout Value?) throws {
    do {
      value = try values[key]?.decode(as: Value.self)
    } catch {
      throw CheckpointError.damaged(
        files.path, entry: CheckpointEntry.trainerState.rawValue, "\(key): \(error.message)")
    }
  }
}
