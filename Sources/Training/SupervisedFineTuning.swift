internal import Foundation
internal import LanguageModel
internal import Kernels
internal import TaskSuites

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
    var batch = PackedBatch()
    for worked in run.problems(step: step) {
      batch.append(
        prompt: try run.text.prompt(worked.problem), completion: try run.text.demonstration(worked))
    }
    let rate = run.learningRate(step: step)
    let report = run.learner.update(
      run.policy,
      Learner.Minibatch(batch, advantages: Array(repeating: 1, count: batch.count)), loss: loss,
      divisor: LossDivisor(
        .tokenMean, completions: batch.count, tokens: batch.scoredCount,
        maxCompletionTokens: run.configuration.contextLength), learningRate: rate)
    if let what = report.nonFinite { throw TrainingError.notFinite(step: step, what: what) }
    run.tokensSeen += batch.tokens.count
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
    metrics["tokens_per_second"] = Double(batch.tokens.count) / seconds
    return StepReport(metrics: metrics, completions: [])
  }
}
