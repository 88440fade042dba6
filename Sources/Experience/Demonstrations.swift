internal import Kernels
package import Learning
internal import LanguageModel
internal import TaskSuites
internal import Verifiers

/// The suite's worked demonstrations, as a source of batches.
package struct Demonstrations: Source {
  private let lab: Lab
  private let problems: TrainingProblems
  private let text: SuiteText
  private let answerOnlyShare: Double

  /// - Parameters:
  ///   - perStep: demonstrations of a step.
  ///   - answerOnlyShare: the share whose reasoning is left out.
  package init(_ lab: Lab, perStep: Int, answerOnlyShare: Double = 0) {
    self.lab = lab
    self.answerOnlyShare = answerOnlyShare
    problems = TrainingProblems(lab, perStep: perStep)
    text = lab.text(room: 1)
  }

  /// A step's demonstrations, each with advantage 1.
  ///
  /// - Throws: `TrainingError.unfitProblem`.
  package func experience(step: Int) throws -> Batch {
    var batch = Batch()
    for (index, worked) in problems.problems(step: step).enumerated() {
      let completion = try text.demonstration(thinned(worked, step: step, index: index))
      batch.append(
        Batch.Member(sequence: index, tokens: completion.count),
        prompt: try text.prompt(worked.problem), completion: completion)
    }
    batch[.advantage] = .sequences(Array(repeating: 1, count: batch.count))
    return batch
  }

  /// The demonstration, or for a share of them its answer alone after an empty chain of thought.
  private func thinned(_ worked: WorkedProblem, step: Int, index: Int) -> WorkedProblem {
    guard answerOnlyShare > 0, worked.demonstration != nil else { return worked }
    let coin = lab.random(RandomPurpose.demonstration).uniform(
      SIMD4(UInt32(index), UInt32(truncatingIfNeeded: step), 0, 0))
    guard Double(coin) < answerOnlyShare else { return worked }
    return WorkedProblem(
      problem: worked.problem,
      demonstration: Completion(reasoning: "", answer: worked.problem.answer).text)
  }
}
