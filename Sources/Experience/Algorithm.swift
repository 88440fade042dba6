package import Learning
package import Settings
internal import Verifiers

/// A way to train: settings, state, and one step from experience to new weights.
///
/// Each is one file of `Sources/Algorithms`. The loop knows none by name: it calls `step`, evaluates
/// `policy`, and saves what `state` names.
package protocol Algorithm: SendableMetatype {
  associatedtype Settings: AlgorithmSettings

  /// Makes the algorithm's networks from the lab's model.
  ///
  /// - Throws: typed errors for settings that don't fit the model or the data.
  init(_ settings: Settings, _ lab: Lab) throws
  /// The network that is evaluated, and whose model a checkpoint holds.
  var policy: Network { get }
  /// Every network that learns, by the name it has in messages, the policy first.
  var networks: [(name: String, network: Network)] { get }
  /// Takes step `number` (from 1) and says what happened.
  ///
  /// - Throws: `TrainingError` and `NotFinite` where the run has to stop; the weights are then those of
  ///   the last whole update, which may be one of this step's.
  mutating func step(_ number: Int) throws -> StepOutcome
  /// Saves or restores everything that the next step depends on, but for the policy's weights.
  ///
  /// - Throws: what the snapshot throws.
  mutating func state(_ snapshot: any Snapshot) throws
}

extension Algorithm {
  package var networks: [(name: String, network: Network)] { [("policy", policy)] }
  package mutating func state(_ snapshot: any Snapshot) throws { try policy.state(snapshot) }

  /// Optimizer updates taken so far, of all networks.
  package var updates: Int { networks.reduce(0) { $0 + $1.network.updates } }
}

/// Somewhere that experience comes from: the policy's own samples, demonstrations, pairs, a replay buffer.
package protocol Source {
  associatedtype Experience
  /// What a step learns from; a function of the step (and, where it samples, of the policy) alone.
  ///
  /// - Throws: where the experience can't be had or can't be judged.
  func experience(step: Int) throws -> Experience
}

/// What a step measured and the completions it made.
package struct StepOutcome: Sendable {
  /// The step's line of `metrics.jsonl`.
  package var metrics: Metrics
  /// The step's lines of `completions.jsonl`, all of them.
  package var completions: [CompletionRecord]

  package init(metrics: Metrics, completions: [CompletionRecord] = []) {
    self.metrics = metrics
    self.completions = completions
  }
}
