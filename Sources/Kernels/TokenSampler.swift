/// How the next token is picked from a row of logits.
package struct SamplingRule: Sendable, Equatable {
  /// Divides the logits; above 0.
  package var temperature: Float
  /// Keeps only the k most probable tokens; 0 keeps all.
  package var topK: Int
  /// Keeps the smallest set of most probable tokens that holds this much probability (nucleus
  /// sampling, arXiv 1904.09751); 1 keeps all.
  package var topP: Float
  /// Takes the most probable token, the lowest id among equals.
  package var isGreedy: Bool

  /// The defaults sample from the whole distribution.
  package init(temperature: Float = 1, topK: Int = 0, topP: Float = 1, isGreedy: Bool = false) {
    precondition(temperature > 0 && topK >= 0 && topP > 0)
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.isGreedy = isGreedy
  }

  /// The most probable token at temperature 1.
  package static let greedy = SamplingRule(isGreedy: true)
}

/// A picked token with the log-probability the whole (not the cut) distribution gives it.
package struct SampledToken: Sendable, Equatable {
  /// The token's id.
  package let token: Int32
  /// log softmax(logits / temperature) at the token, in nats.
  package let logProbability: Float
  /// Entropy of that whole distribution, in nats.
  package let entropy: Float
}

/// Picks tokens from rows of logits.
package enum TokenSampler {
  /// Picks from row `row` of logits (rows, V); `uniform` in [0, 1) decides; `scratch` has V floats.
  package static func pick(
    _ logits: FloatView, row: Int, vocabulary V: Int, rule: SamplingRule, uniform: Float,
    scratch: FloatView
  ) -> SampledToken {
    precondition(logits.count >= (row + 1) * V && scratch.count >= V && V > 0)
    let z = logits.handle.advanced(row &* V)
    let weights = scratch.handle
    let inverse = 1 / rule.temperature
    let normalizer = TokenDistribution.normalize(weights, z, count: V, inverse: inverse)
    let token: Int
    if rule.isGreedy {
      token = indexOfLargest(z, V)
    } else {
      var total = normalizer.sum
      if (rule.topK > 0 && rule.topK < V) || rule.topP < 1 {
        total = cut(weights, V, total: total, rule: rule)
      }
      token = inverseCumulative(weights, V, uniform, total: total)
    }
    return SampledToken(
      token: Int32(token),
      logProbability: TokenDistribution.logProbability(z[token], normalizer, inverse: inverse),
      entropy: normalizer.entropy)
  }

  private static func indexOfLargest(_ z: FloatHandle, _ count: Int) -> Int {
    var best = 0
    for i in 1..<max(1, count) where z[i] > z[best] { best = i }
    return best
  }

  /// The first token at which the running sum passes `uniform` of `total`.
  ///
  /// No weight is ever 0 here, since e^x ends at 1e-38. So that an impossible token can't be picked
  /// by a `uniform` of 0, nor by rounding when the sum ends below the level, the level has a floor
  /// and only tokens that move the sum count as its end.
  private static func inverseCumulative(
    _ weights: FloatHandle, _ count: Int, _ uniform: Float, total: Float
  ) -> Int {
    let level = max(uniform, 0x1p-25) * total
    var sum: Float = 0
    var last = 0
    for i in 0..<count {
      let next = sum + weights[i]
      if next > level { return i }
      if next > sum { last = i }
      sum = next
    }
    return last
  }

  /// Zeroes the weights outside top-k and top-p and returns the sum of the rest.
  ///
  /// Kept weights are marked by their sign while the largest are taken one by one, which needs no
  /// memory; vocabularies here are small.
  private static func cut(_ weights: FloatHandle, _ V: Int, total: Float, rule: SamplingRule)
    -> Float
  {
    let most = rule.topK > 0 ? min(rule.topK, V) : V
    let enough = rule.topP < 1 ? rule.topP * total : .infinity
    var (sum, kept): (Float, Int) = (0, 0)
    while kept < most && (sum < enough || kept == 0) {
      var best = -1
      for i in 0..<V where weights[i] > 0 && (best < 0 || weights[i] > weights[best]) { best = i }
      if best < 0 { break }
      sum += weights[best]
      weights[best] = -weights[best]
      kept += 1
    }
    for i in 0..<V { weights[i] = weights[i] < 0 ? -weights[i] : 0 }
    return sum
  }
}
