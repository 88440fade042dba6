internal import Checkpointing
package import Experience
internal import Foundation
internal import JSON
package import Statistics

/// What a finished run came to: `result.json` in its folder.
///
/// Equal runs have equal results but for `seconds`.
package struct RunResult: Codable, Sendable, Equatable {
  /// Steps done.
  package let steps: Int
  /// Completion tokens of all steps: sampled ones, for `sft` those of demonstrations.
  package let completionTokens: Int
  /// Seconds of training, of all sessions, evaluations left out.
  package let seconds: Double
  /// Scores before the first step.
  package let before: EvaluationResult
  /// Scores after the last step.
  package let after: EvaluationResult
  /// Which of the held-out problems were solved.
  package let solved: Solved
  /// SHA-256 of the weights.
  package let weightsHash: String
  /// What became of the shadow verifier; absent without one.
  package let shadow: ShadowResult?

  /// The same problems before the first step and after the last one.
  package struct Solved: Codable, Sendable, Equatable {
    /// Before the first step.
    package let before: SolvedProblems
    /// After the last one.
    package let after: SolvedProblems

    package init(before: SolvedProblems, after: SolvedProblems) {
      self.before = before
      self.after = after
    }
  }

  private enum CodingKeys: String, CodingKey {
    case steps, seconds, before, after, solved, shadow
    case completionTokens = "completion_tokens"
    case weightsHash = "weights_hash"
  }

  package init(
    steps: Int, completionTokens: Int, seconds: Double, before: EvaluationResult,
    after: EvaluationResult, solved: Solved, weightsHash: String, shadow: ShadowResult? = nil
  ) {
    self.steps = steps
    self.completionTokens = completionTokens
    self.seconds = seconds
    self.before = before
    self.after = after
    self.solved = solved
    self.weightsHash = weightsHash
    self.shadow = shadow
  }

  /// Writes the result into the run's folder: whole, or not at all.
  ///
  /// - Throws: `FileError`.
  func write(to folder: RunFolder) throws {
    try AtomicFile.write(JSONValue(encoding: self).bytes(indented: true), to: folder.resultFile)
  }
}

extension RunFolder {
  /// What the run came to; nil where it isn't finished.
  ///
  /// - Throws: `TrainingError.unusable` for a file that can't be read.
  package func result() throws -> RunResult? {
    guard let data = FileManager.default.contents(atPath: resultFile) else { return nil }
    guard let result = try? JSONNode(parsing: Array(data)[...]).decode(as: RunResult.self) else {
      throw TrainingError.unusable(
        "\(resultFile): not the result of a run",
        hint: "Write it again with: hone resume \(path)")
    }
    return result
  }
}
