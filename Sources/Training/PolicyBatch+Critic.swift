internal import Kernels
internal import LanguageModel
internal import Learning
internal import Verifiers

/// What PPO and A2C share besides their objectives.
extension PolicyBatch {
  /// Values, returns and advantages of the tokens of those who take part, as the configuration has them.
  func estimates(by critic: Critic) -> TokenEstimates {
    let c = run.configuration
    let penalty = c.klInReward && c.klWeight > 0 ? reference : nil
    return TokenEstimates(
      whole.batch, rewards: whole.sequences.map { rewards[$0] ?? 0 },
      values: critic.values(of: whole.batch),
      penalty: penalty.map {
        TokenEstimates.Penalty(
          old: sampledLogProbabilities, reference: $0, weight: c.klWeight, estimator: c.klEstimator)
      }, gamma: c.gamma, lambda: c.gaeLambda, whitens: c.whitenAdvantages)
  }

  /// log π_old of the tokens as the sampler noted them, which stand for the trainer's (see
  /// docs/exactness.md); no slope goes through a reward.
  private var sampledLogProbabilities: FloatView {
    let result = FloatBuffer(count: whole.batch.scoredCount).all
    for (index, sequence) in whole.sequences.enumerated() {
      result.slice(whole.batch.scored(index)).copy(from: rollout.logProbabilities[sequence])
    }
    return result
  }

  /// Takes one update of a critic of its own.
  ///
  /// - Throws: `TrainingError.notFinite`; the weights are then those before it.
  mutating func update(_ critic: Critic, on part: Selection, targets: ValueTargets) throws {
    let report = critic.learner.updateCritic(
      critic.model, part.batch, targets: targets, learningRate: run.criticLearningRate(step: step))
    if let what = report.nonFinite {
      throw TrainingError.notFinite(step: step, what: "\(what) of the critic")
    }
    totals.enterCritic(report)
  }

  /// Adds the critic's metrics, and to each record what the critic made of its tokens.
  func enter(_ estimates: TokenEstimates, into report: inout StepReport) {
    if whole.isEmpty { return }
    let updates = Double(max(1, totals.criticUpdates))
    report.metrics["vf_loss"] = totals.values.loss / updates
    report.metrics["clip_ratio/value_mean"] = totals.values.clipRatio
    report.metrics["value/mean"] = mean(estimates.values.array.map(Double.init))
    report.metrics["value/return_mean"] = mean(estimates.returns.array.map(Double.init))
    report.metrics["value/explained_variance"] = estimates.explainedVariance
    if run.critic?.sharesTrunk == false {
      report.metrics["value/grad_norm"] = totals.criticGradientNorm / updates
      report.metrics["value/learning_rate"] = run.criticLearningRate(step: step)
    }
    let places = Dictionary(
      uniqueKeysWithValues: whole.sequences.enumerated().map { ($1, whole.batch.scored($0)) })
    for index in report.completions.indices {
      let record = report.completions[index]
      guard let scored = places[record.problem * rollout.copies + record.sample] else { continue }
      report.completions[index].advantages = estimates.advantages.slice(scored).array
      report.completions[index].values = estimates.values.slice(scored).array
    }
  }
}

extension TokenEstimates {
  /// What a critic learns from part of the estimates' completions: the mean over the tokens of the
  /// minibatch, however the policy's loss is divided.
  func targets(
    of part: Selection, in whole: Selection, _ loss: ValueLoss, tokens: Int
  ) -> ValueTargets {
    ValueTargets(
      oldValues: part.gather(values, from: whole), returns: part.gather(returns, from: whole),
      loss: loss, weight: 1 / Double(max(tokens, 1)))
  }
}

extension ValueLoss {
  /// The loss with a configuration's coefficient; only a shared trunk has one.
  init(clipRange: Double?, _ c: Configuration) {
    self.init(clipRange: clipRange, coefficient: c.sharedTrunk ? c.valueWeight : 1)
  }
}
