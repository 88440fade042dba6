internal import Foundation
package import Parallel

/// AdamW with decoupled weight decay over flat parameters.
///
/// Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (arXiv 1711.05101); the order of
/// operations is torch's: decay, moments, step.
package struct AdamW: Sendable, Equatable {
  /// Decay of the mean of gradients.
  package var beta1: Double
  /// Decay of the mean of squared gradients.
  package var beta2: Double
  /// Added to the root of the second moment.
  package var epsilon: Double
  /// Each step first multiplies parameters by 1 - rate * this.
  package var weightDecay: Double

  package init(beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// Takes one step in place; `step` counts from 1 and `gradientScale` multiplies the gradient.
  package func update(
    _ parameters: FloatView, gradient: FloatView, mean: FloatView, square: FloatView, step: Int,
    learningRate: Double, gradientScale: Float = 1, team: Team = .single
  ) {
    let count = parameters.count
    precondition(gradient.count == count && mean.count == count && square.count == count)
    precondition(step >= 1)
    let decay = Float(1 - learningRate * weightDecay)
    let (b1, b2) = (Float(beta1), Float(beta2))
    let (c1, c2) = (Float(1 - beta1), Float(1 - beta2))
    let correction1 = 1 - pow(beta1, Double(step))
    let correction2 = (1 - pow(beta2, Double(step))).squareRoot()
    let size = Float(learningRate / correction1)
    let inverseRoot = Float(1 / correction2)
    let tiny = Float(epsilon)
    let (p, g, m, v) = (parameters.handle, gradient.handle, mean.handle, square.handle)
    team.forEachChunk(of: count, chunk: 1 << 15) { range in
      var i = range.lowerBound
      while i &+ vectorWidth <= range.upperBound {
        let slope = g.load(i) * Vector(gradientScale)
        let first = m.load(i) * Vector(b1) + slope * Vector(c1)
        let second = v.load(i) * Vector(b2) + slope * slope * Vector(c2)
        m.store(first, i)
        v.store(second, i)
        let root = second.squareRoot() * Vector(inverseRoot) + Vector(tiny)
        p.store(p.load(i) * Vector(decay) - Vector(size) * first / root, i)
        i &+= vectorWidth
      }
      while i < range.upperBound {
        let slope = g[i] * gradientScale
        m[i] = m[i] * b1 + slope * c1
        v[i] = v[i] * b2 + slope * slope * c2
        p[i] = p[i] * decay - size * m[i] / (v[i].squareRoot() * inverseRoot + tiny)
        i &+= 1
      }
    }
  }
}
