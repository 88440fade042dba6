package import Experience

/// What a finished or interrupted run comes to.
package struct TrainingSummary: Sendable {
  /// The run's folder.
  package let run: String
  /// Steps done.
  package let steps: Int
  /// Seconds of training, of all sessions, evaluations left out.
  package let seconds: Double
  /// Scores before the first step.
  package let before: EvaluationResult
  /// Scores after the last step; nil where the run was interrupted.
  package let after: EvaluationResult?
  /// SHA-256 of the weights.
  package let weightsHash: String
  /// The newest checkpoint.
  package let checkpoint: String
  /// What became of the shadow verifier; nil without one.
  package let shadow: ShadowResult?
}

/// Follows a run as it trains; what it throws ends the session.
package protocol TrainingObserver {
  /// A session begins: the run's files are open, cut to the steps that its checkpoint has.
  func began(_ run: RunFolder) throws
  /// The scores before the first step are known.
  func before(_ result: EvaluationResult)
  /// The scores between two steps are known.
  func evaluated(_ step: Int, _ result: EvaluationResult)
  /// A step is done; `seconds` is the training time of this and earlier sessions.
  func step(_ step: Int, of steps: Int, _ metrics: Metrics, seconds: Double) throws
  /// The reward and the shadow verifier's diverged at the step that was just reported.
  func diverged(_ divergence: ShadowDivergence)
}

extension TrainingObserver {
  package func began(_ run: RunFolder) throws {}
  package func before(_ result: EvaluationResult) {}
  package func evaluated(_ step: Int, _ result: EvaluationResult) {}
  package func diverged(_ divergence: ShadowDivergence) {}
}
