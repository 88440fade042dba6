/// The exact KL divergence between two policies' next-token distributions, over the whole vocabulary.
///
/// Equal rows of logits are 0 apart to the bit: both sides come from the same arithmetic.
package enum TokenDivergence {
  /// Fills `target` (rows, V) with log softmax(logits / temperature); the logits stay.
  package static func writeLogDistributions(
    _ target: FloatView, _ logits: FloatView, rows: Int, vocabulary V: Int, temperature: Float
  ) {
    precondition(logits.count >= rows * V && target.count >= rows * V)
    let inverse = 1 / temperature
    for row in 0..<rows {
      let (out, z) = (target.handle.advanced(row &* V), logits.handle.advanced(row &* V))
      let normalizer = TokenDistribution.normalize(out, z, count: V, inverse: inverse)
      var i = 0
      while i &+ vectorWidth <= V {
        out.store(logProbabilities(z.load(i), normalizer, inverse), i)
        i &+= vectorWidth
      }
      if i < V {
        let part = loadPart(z, i, V &- i, padding: normalizer.largest)
        storePart(logProbabilities(part, normalizer, inverse), out, i, V &- i)
      }
    }
  }

  /// Fills `target` (rows) with KL(p || q) in nats, p = softmax(logits / temperature).
  ///
  /// Run before the forward pass of `TokenDistribution`, which turns the logits into probabilities.
  ///
  /// - Parameters:
  ///   - references: log q (rows, V), as `writeLogDistributions` made it.
  ///   - scratch: V floats.
  package static func write(
    _ target: FloatView, _ logits: FloatView, references: FloatView, rows: Int, vocabulary V: Int,
    temperature: Float, scratch: FloatView
  ) {
    precondition(logits.count >= rows * V && references.count >= rows * V)
    precondition(target.count >= rows && scratch.count >= V)
    let (out, weights, inverse) = (target.handle, scratch.handle, 1 / temperature)
    for row in 0..<rows {
      let (z, q) = (logits.handle.advanced(row &* V), references.handle.advanced(row &* V))
      let normalizer = TokenDistribution.normalize(weights, z, count: V, inverse: inverse)
      var sum = Vector(0)
      var i = 0
      while i &+ vectorWidth <= V {
        let difference = logProbabilities(z.load(i), normalizer, inverse) - q.load(i)
        sum = fma(sum, weights.load(i), difference)
        i &+= vectorWidth
      }
      if i < V {
        let part = loadPart(z, i, V &- i, padding: normalizer.largest)
        let difference = logProbabilities(part, normalizer, inverse) - loadPart(q, i, V &- i)
        sum = fma(sum, loadPart(weights, i, V &- i), difference)
      }
      out[row] = sum.total / normalizer.sum
    }
  }

  @inline(__always)
  private static func logProbabilities(
    _ z: Vector, _ normalizer: TokenDistribution.Normalizer, _ inverse: Float
  ) -> Vector {
    (z - Vector(normalizer.largest)) * Vector(inverse) - Vector(normalizer.logSum)
  }
}
