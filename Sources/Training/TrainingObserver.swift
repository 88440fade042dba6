/// What a finished or interrupted run comes to.
package struct TrainingSummary: Sendable {
  /// The run's folder.
  package let run: String
  /// Steps done.
  package let steps: Int
  /// Seconds of training, of all sittings, evaluations left out.
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

/// Who is told how a run goes.
package protocol TrainingObserver {
  /// The scores before the first step are known.
  func before(_ result: EvaluationResult)
  /// The scores between two steps are known.
  func evaluated(_ step: Int, _ result: EvaluationResult)
  /// A step is done; `seconds` is the training time of this and earlier sittings.
  func step(_ step: Int, of steps: Int, _ metrics: Metrics, seconds: Double)
  /// The reward and the shadow verifier's part at the step that was just told of.
  func parted(_ parting: ShadowParting)
}

extension TrainingObserver {
  /// Nothing.
  package func parted(_ parting: ShadowParting) {}
}
