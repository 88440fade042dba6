package import Learning
internal import Statistics

/// AdamW (arXiv 1711.05101) and the schedule of its learning rate.
package struct OptimizerSettings: SettingsGroup {
  /// Highest learning rate.
  package var learningRate = 1e-4
  /// Steps over which the learning rate rises from 0 along a straight line.
  package var warmupSteps = 0
  /// Shape of the learning rate after its warm-up.
  package var schedule = LearningRateShape.constant
  /// Share of the highest learning rate that `linear` and `cosine` end at.
  package var finalLearningRateFraction = 0.1
  /// Decay of the mean of gradients.
  package var adamBeta1 = 0.9
  /// Decay of the mean of squared gradients.
  package var adamBeta2 = 0.95
  /// Added to the root of the mean of squared gradients.
  package var adamEpsilon = 1e-8
  /// Decoupled weight decay, times the learning rate.
  package var weightDecay = 0.0
  /// Norm that larger gradients are scaled down to; 0 for no limit.
  package var maxGradientNorm = 1.0

  package init() {}

  package static var fields: [Field<OptimizerSettings>] {
    Field(
      "learning_rate", \.learningRate, .number(.from(0, to: 1)), "highest learning rate",
      in: .optimizer
    ).aliases("lr")
    Field(
      "warmup_steps", \.warmupSteps, .integer(0...1_000_000),
      "steps over which the learning rate rises from 0", in: .optimizer
    ).aliases("warmup")
    Field(
      "schedule", \.schedule, "shape of the learning rate after its warm-up", in: .optimizer
    ).aliases("lr_scheduler_type", "lr_scheduler")
    Field(
      "final_learning_rate_fraction", \.finalLearningRateFraction, .number(.from(0, to: 1)),
      "share of it that linear and cosine end at", in: .optimizer
    ).aliases("min_lr_ratio")
    Field(
      "adam_beta1", \.adamBeta1, .number(.from(0, below: 1)), "decay of the mean of gradients",
      in: .optimizer)
    Field(
      "adam_beta2", \.adamBeta2, .number(.from(0, below: 1)), "decay of the mean of their squares",
      in: .optimizer)
    Field(
      "adam_epsilon", \.adamEpsilon, .number(.above(0, to: 1)),
      "added to the root of the mean of squares", in: .optimizer)
    Field(
      "weight_decay", \.weightDecay, .number(.from(0, to: 10)), "decoupled weight decay",
      in: .optimizer
    ).paper("arXiv 1711.05101")
    Field(
      "max_gradient_norm", \.maxGradientNorm, .number(.from(0)),
      "norm that larger gradients are scaled down to; 0: none", in: .optimizer
    ).aliases("max_grad_norm", "grad_clip", "gradient_norm")
  }
}

extension AlgorithmSettings {
  /// What is worth knowing of the learning rate.
  package func notes(_ optimizer: OptimizerSettings) -> [String] {
    var notes: [String] = []
    if optimizer.learningRate == 0 { notes.append("learning_rate 0: the weights will not change") }
    if optimizer.schedule == .constant {
      notes += idle(["final_learning_rate_fraction"], "with schedule constant")
    }
    if optimizer.warmupSteps > 0 && optimizer.warmupSteps >= run.steps {
      notes.append(
        "warmup_steps (\(optimizer.warmupSteps)) isn't below steps (\(run.steps)): the learning rate "
          + "only rises")
    }
    return notes
  }
}
