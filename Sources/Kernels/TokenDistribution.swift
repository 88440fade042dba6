/// The next-token distribution softmax(z / temperature) of a row of logits, and its gradients.
///
/// Sampler and trainer share `normalize`, so the same logits give the same log-probability bits.
package enum TokenDistribution {
  /// What a row was normalised by: log p(t) = (z(t) - largest) / temperature - logSum.
  struct Normalizer {
    var largest: Float
    var sum: Float
    var logSum: Float
    /// Σ e^x x over x = (z - largest) / temperature, for the entropy.
    var moment: Float

    @inline(__always) var entropy: Float { logSum - moment / sum }
  }

  /// Fills weights(t) = e^((z(t) - max z) * inverse) for V logits; `weights` may be `z` itself.
  @inline(__always)
  static func normalize(
    _ weights: FloatHandle, _ z: FloatHandle, count V: Int, inverse: Float
  ) -> Normalizer {
    var top = Vector(-.infinity)
    var i = 0
    while i &+ vectorWidth <= V {
      let v = z.load(i)
      top = top.replacing(with: v, where: v .> top)
      i &+= vectorWidth
    }
    var largest = top.largest
    while i < V {
      largest = max(largest, z[i])
      i &+= 1
    }
    let (wide, factor) = (Vector(largest), Vector(inverse))
    var (sums, moments) = (Vector(0), Vector(0))
    i = 0
    while i &+ vectorWidth <= V {
      let x = (z.load(i) - wide) * factor
      let e = exp(x)
      weights.store(e, i)
      sums = sums + e
      moments = fma(moments, e, x)
      i &+= vectorWidth
    }
    if i < V {
      // A padded lane adds about 1e-38, which no sum of at least 1 notices. It is set after the
      // division by the temperature: a low one would round any padding of z to `largest`.
      var x = (loadPart(z, i, V &- i, padding: largest) - wide) * factor
      x = x.replacing(with: Vector(-90), where: laneNumbers .>= Vector(Float(V &- i)))
      let e = exp(x)
      storePart(e, weights, i, V &- i)
      sums = sums + e
      moments = fma(moments, e, x)
    }
    let sum = sums.total
    return Normalizer(
      largest: largest, sum: sum, logSum: logarithm(sum), moment: moments.total)
  }

  @inline(__always)
  static func logProbability(_ z: Float, _ normalizer: Normalizer, inverse: Float) -> Float {
    (z - normalizer.largest) * inverse - normalizer.logSum
  }

  /// Log-probabilities of `targets` and entropies (nats) of rows of logits; the logits become
  /// probabilities, which the backward pass wants.
  ///
  /// Shapes: logits (rows, V), targets, logProbabilities and entropies (rows), where wanted.
  package static func forward(
    logProbabilities: FloatView?, entropies: FloatView?, _ logits: FloatView, targets: [Int32],
    rows: Int, vocabulary V: Int, temperature: Float
  ) {
    precondition(logits.count >= rows * V && targets.count >= rows)
    precondition((logProbabilities?.count ?? rows) >= rows && (entropies?.count ?? rows) >= rows)
    let inverse = 1 / temperature
    let (logProbs, entropy) = (logProbabilities?.handle, entropies?.handle)
    for row in 0..<rows {
      let z = logits.handle.advanced(row &* V)
      let target = Int(targets[row])
      precondition(target >= 0 && target < V)
      let chosen = z[target]
      let normalizer = normalize(z, z, count: V, inverse: inverse)
      logProbs?[row] = logProbability(chosen, normalizer, inverse: inverse)
      entropy?[row] = normalizer.entropy
      let scale = 1 / normalizer.sum
      for i in 0..<V { z[i] *= scale }
    }
  }

  /// Replaces probabilities (rows, V) by the gradients of a loss by the logits.
  ///
  /// From its gradients s by the targets' log-probabilities and d by those of all tokens t (rows, V):
  /// (s 1[t = target] + d(t) - p(t) (s + Σ d)) / T; and h by the entropies H:
  /// -h p(t) (log p(t) + H) / T.
  package static func backward(
    _ probabilities: FloatView, slopes: FloatView?, distributionSlopes: FloatView? = nil,
    entropySlopes: FloatView? = nil, entropies: FloatView? = nil, targets: [Int32], rows: Int,
    vocabulary V: Int, temperature: Float
  ) {
    precondition(probabilities.count >= rows * V && targets.count >= rows)
    precondition((slopes?.count ?? rows) >= rows)
    precondition((distributionSlopes?.count ?? rows * V) >= rows * V)
    precondition(entropySlopes == nil || entropies != nil, "gradients by entropies need these")
    let slope = slopes?.handle
    for row in 0..<rows {
      let p = probabilities.handle.advanced(row &* V)
      let target = Int(targets[row])
      precondition(target >= 0 && target < V)
      let s = (slope?[row] ?? 0) / temperature
      let d = distributionSlopes?.handle.advanced(row &* V)
      let sum = d.map { s + total($0, count: V) / temperature } ?? s
      if let entropySlopes, let entropies {
        let (h, H) = (entropySlopes[row] / temperature, entropies[row])
        scaleWithEntropy(p, count: V, s: sum, h: h, H: H)
      } else {
        let factor = Vector(-sum)
        var i = 0
        while i &+ vectorWidth <= V {
          p.store(p.load(i) * factor, i)
          i &+= vectorWidth
        }
        while i < V {
          p[i] *= -sum
          i &+= 1
        }
      }
      p[target] += s
      if let d { addScaled(p, 1 / temperature, d, V) }
    }
  }

  /// The sum of `count` floats, in one fixed order.
  private static func total(_ x: FloatHandle, count: Int) -> Float {
    var sum = Vector(0)
    var i = 0
    while i &+ vectorWidth <= count {
      sum = sum + x.load(i)
      i &+= vectorWidth
    }
    if i < count { sum = sum + loadPart(x, i, count &- i) }
    return sum.total
  }

  /// p(t) becomes -p(t) (s + h (log p(t) + H)).
  @inline(__always)
  private static func scaleWithEntropy(
    _ p: FloatHandle, count V: Int, s: Float, h: Float, H: Float
  ) {
    let (negative, constant) = (Vector(-h), Vector(-s - h * H))
    var i = 0
    while i &+ vectorWidth <= V {
      let v = p.load(i)
      p.store(v * fma(constant, negative, logarithm(v)), i)
      i &+= vectorWidth
    }
    if i < V {
      let v = loadPart(p, i, V &- i, padding: 1)
      storePart(v * fma(constant, negative, logarithm(v)), p, i, V &- i)
    }
  }
}
