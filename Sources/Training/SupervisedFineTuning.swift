internal import Foundation
internal import LanguageModel
internal import Kernels
internal import TaskSuites
internal import Verifiers

/// Supervised fine-tuning on the suite's worked demonstrations: cross-entropy of their tokens.
///
/// The warm-up that gives reinforcement learning a policy with some signal; it makes the shipped
/// bases. Its gradient is the policy gradient with advantage 1 on demonstrations, averaged over
/// tokens.
package struct SupervisedFineTuning: TrainingAlgorithm {
  private let run: RunState
  private let loss = PolicyLoss(.policyGradient)

  package init(_ run: RunState) { self.run = run }

  package func step(_ step: Int) throws -> StepReport {
    let start = Clock.now
    var batch = TokenForest()
    for (index, worked) in run.problems(step: step).enumerated() {
      let prompt = try run.text.prompt(worked.problem)
      let completion = try run.text.demonstration(thinned(worked, step: step, index: index))
      batch.append(prompt: prompt, completion: completion)
    }
    let rate = run.learningRate(step: step)
    let report = run.learner.update(
      run.policy,
      Learner.Minibatch(batch, advantages: Array(repeating: 1, count: batch.count)), loss: loss,
      divisor: LossDivisor(
        .tokenMean, completions: batch.count, tokens: batch.scoredCount,
        maxCompletionTokens: run.configuration.contextLength), learningRate: rate)
    if let what = report.nonFinite { throw TrainingError.notFinite(step: step, what: what) }
    run.tokensSeen += batch.tokenCount
    run.completionTokensOfStep += batch.scoredCount
    var metrics = Metrics()
    let tokens = Double(batch.scoredCount)
    metrics["step"] = Double(step)
    metrics["loss"] = report.sums.loss
    metrics["entropy"] = report.entropySum / tokens
    metrics["completions/mean_length"] = tokens / Double(batch.count)
    metrics["grad_norm"] = report.gradientNorm
    metrics["learning_rate"] = rate
    metrics["num_tokens"] = Double(run.tokensSeen)
    let seconds = Clock.seconds(since: start)
    metrics["step_time"] = seconds
    metrics["tokens_per_second"] = Double(batch.tokenCount) / seconds
    return StepReport(metrics: metrics, completions: [])
  }

  /// The demonstration, or for a share of them its answer alone after an empty chain of thought.
  private func thinned(_ worked: WorkedProblem, step: Int, index: Int) -> WorkedProblem {
    let share = run.configuration.answerOnlyShare
    guard share > 0, worked.demonstration != nil else { return worked }
    let coin = Philox(
      seed: UInt64(bitPattern: Int64(run.configuration.seed)),
      purpose: RandomPurpose.demonstration
    ).uniform(SIMD4(UInt32(index), UInt32(truncatingIfNeeded: step), 0, 0))
    guard Double(coin) < share else { return worked }
    return WorkedProblem(
      problem: worked.problem,
      demonstration: Completion(reasoning: "", answer: worked.problem.answer).text)
  }
}
