/// The next-token distribution softmax(z / temperature) of a row of logits, and its slopes.
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
  /// Shapes: logits (rows, V), targets, logProbabilities and entropies (rows).
  package static func forward(
    logProbabilities: FloatView, entropies: FloatView, _ logits: FloatView, targets: [Int32],
    rows: Int, vocabulary V: Int, temperature: Float
  ) {
    precondition(logits.count >= rows * V && targets.count >= rows)
    precondition(logProbabilities.count >= rows && entropies.count >= rows)
    let inverse = 1 / temperature
    let (logProbs, entropy) = (logProbabilities.handle, entropies.handle)
    for row in 0..<rows {
      let z = logits.handle.advanced(row &* V)
      let target = Int(targets[row])
      precondition(target >= 0 && target < V)
      let chosen = z[target]
      let normalizer = normalize(z, z, count: V, inverse: inverse)
      logProbs[row] = logProbability(chosen, normalizer, inverse: inverse)
      entropy[row] = normalizer.entropy
      let scale = 1 / normalizer.sum
      for i in 0..<V { z[i] *= scale }
    }
  }

  /// Replaces probabilities (rows, V) by the slopes by the logits: s (1[t = target] - p(t)) / T,
  /// where s is the slope by the target's log-probability.
  ///
  /// With a `bonus` the slopes h by the entropy H come in: -h p(t) (log p(t) + H) / T.
  package static func backward(
    _ probabilities: FloatView, slopes: FloatView, targets: [Int32], rows: Int, vocabulary V: Int,
    temperature: Float, bonus: EntropySlopes? = nil
  ) {
    precondition(probabilities.count >= rows * V && slopes.count >= rows && targets.count >= rows)
    let slope = slopes.handle
    for row in 0..<rows {
      let p = probabilities.handle.advanced(row &* V)
      let target = Int(targets[row])
      precondition(target >= 0 && target < V)
      let s = slope[row] / temperature
      if let bonus {
        let (h, H) = (bonus.slopes[row] / temperature, bonus.entropies[row])
        scaleWithEntropy(p, count: V, s: s, h: h, H: H)
      } else {
        let factor = Vector(-s)
        var i = 0
        while i &+ vectorWidth <= V {
          p.store(p.load(i) * factor, i)
          i &+= vectorWidth
        }
        while i < V {
          p[i] *= -s
          i &+= 1
        }
      }
      p[target] += s
    }
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

/// The slopes of a loss by the entropies of rows of logits, for the backward pass.
package struct EntropySlopes: Sendable {
  /// d loss / d entropy, one per row.
  let slopes: FloatView
  /// The entropies that the forward pass found, nats, one per row.
  let entropies: FloatView

  /// Puts slopes and entropies together.
  package init(slopes: FloatView, entropies: FloatView) {
    precondition(slopes.count == entropies.count, "one slope per entropy")
    self.slopes = slopes
    self.entropies = entropies
  }

  /// The rows of a range.
  package func slice(_ start: Int, _ count: Int) -> EntropySlopes {
    EntropySlopes(slopes: slopes.slice(start, count), entropies: entropies.slice(start, count))
  }
}
