internal import Kernels
package import LanguageModel
internal import Parallel

/// Moves the weights of one model: gradient, norm limit, AdamW and its moments, all made once.
package final class Optimizer {
  /// The gradient of the last update, before clipping.
  package let gradients: Parameters
  /// The mean of gradients; with `square` and `updates` it is AdamW's state.
  package let mean: Parameters
  /// The mean of squared gradients.
  package let square: Parameters
  /// Updates taken so far.
  package var updates = 0

  private let rule: AdamW
  private let maximumGradientNorm: Double
  private let team: Team

  init(_ layout: ParameterLayout, rule: AdamW, maximumGradientNorm: Double, team: Team) {
    gradients = Parameters(layout)
    mean = Parameters(layout)
    square = Parameters(layout)
    self.rule = rule
    self.maximumGradientNorm = maximumGradientNorm
    self.team = team
  }

  /// The norm of the gradient as it is.
  var gradientNorm: Double {
    Reductions.sumOfSquares(gradients.values.all, team: team).squareRoot()
  }

  /// Takes one update along the gradient, whose norm the caller has found finite.
  func update(_ parameters: Parameters, gradientNorm: Double, learningRate: Double) {
    // torch's clip_grad_norm_ adds the same 1e-6.
    let scale = min(1, maximumGradientNorm / (gradientNorm + 1e-6))
    updates += 1
    rule.update(
      parameters.values.all, gradient: gradients.values.all, mean: mean.values.all,
      square: square.values.all, step: updates, learningRate: learningRate,
      gradientScale: Float(scale), team: team)
  }
}
