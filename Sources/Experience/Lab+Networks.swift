internal import Kernels
package import Learning
package import LanguageModel
package import Settings

extension Lab {
  /// A network that learns with AdamW as the settings have it.
  ///
  /// - Parameter temperature: what logits are divided by before they are probabilities.
  package func network(
    _ model: Transformer, _ optimizer: OptimizerSettings, temperature: Double
  ) -> Network {
    Network(
      model,
      rule: AdamW(
        beta1: optimizer.adamBeta1, beta2: optimizer.adamBeta2, epsilon: optimizer.adamEpsilon,
        weightDecay: optimizer.weightDecay),
      maximumGradientNorm: optimizer.maxGradientNorm > 0 ? optimizer.maxGradientNorm : .infinity,
      temperature: Float(temperature), team: team)
  }

  /// The learning rate of a step's updates.
  ///
  /// - Parameter peak: the highest rate, where it isn't the optimizer's own.
  package func learningRate(
    _ optimizer: OptimizerSettings, peak: Double? = nil, step: Int
  ) -> Double {
    LearningRateSchedule(
      peak: peak ?? optimizer.learningRate, shape: optimizer.schedule,
      warmUpUpdates: optimizer.warmupSteps, totalUpdates: budget.steps,
      finalFraction: optimizer.finalLearningRateFraction
    ).rate(update: step - 1, spent: spentShare)
  }

  /// The order of a batch's groups in one pass over it.
  package func shuffle(step: Int, epoch: Int) -> Shuffle {
    Shuffle(random(RandomPurpose.shuffle), step: step, epoch: epoch)
  }
}
