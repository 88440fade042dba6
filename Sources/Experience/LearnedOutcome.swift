package import Learning

extension StepOutcome {
  /// The outcome of a step that learned from text that was there before: demonstrations, pairs.
  ///
  /// - Parameters:
  ///   - start: when the step began, as `Clock.now` says it.
  ///   - entries: the algorithm's own metrics, shown after the loss.
  package init<Sums: ObjectiveSums>(
    step: Int, _ lab: Lab, _ batch: Batch, _ tally: Tally<Sums>, learningRate: Double,
    start: UInt64, entries: [(name: String, value: Double)] = []
  ) {
    let tokens = batch.forest.tokenCount
    lab.tokensSeen += tokens
    lab.completionTokensOfStep += batch.forest.scoredCount
    var metrics = Metrics()
    let scored = Double(batch.forest.scoredCount)
    metrics["step"] = Double(step)
    metrics["loss"] = tally.sums.loss
    for (name, value) in entries { metrics[name] = value }
    metrics["entropy"] = tally.entropySum / scored
    metrics["completions/mean_length"] = scored / Double(batch.count)
    metrics["grad_norm"] = tally.gradientNorm
    metrics["learning_rate"] = learningRate
    metrics["num_tokens"] = Double(lab.tokensSeen)
    let seconds = Clock.seconds(since: start)
    metrics["step_time"] = seconds
    metrics["tokens_per_second"] = Double(tokens) / seconds
    self.init(metrics: metrics)
  }
}
