import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct TokenSamplerTests {
  private func pick(_ logits: [Float], _ rule: SamplingRule, uniform: Float = 0) -> SampledToken {
    let z = FloatBuffer(logits).all
    return TokenSampler.pick(
      z, row: 0, vocabulary: logits.count, rule: rule, uniform: uniform,
      scratch: FloatBuffer(count: logits.count).all)
  }

  /// All tokens that some number in [0, 1) picks.
  private func support(_ logits: [Float], _ rule: SamplingRule) -> Set<Int32> {
    Set((0..<4096).map { pick(logits, rule, uniform: Float($0) / 4096).token })
  }

  @Test func greedyTakesTheFirstOfEquals() {
    #expect(pick([1, 3, 2, 3], .greedy).token == 1)
    #expect(pick([5], .greedy).token == 0)
    #expect(pick([-2, -3, -1], .greedy).token == 2)
    #expect(pick([Float](repeating: 0, count: 33), .greedy).token == 0)
    var late = [Float](repeating: 0, count: 33)
    late[32] = 1
    #expect(pick(late, .greedy, uniform: 0.7).token == 32)
  }

  @Test func topKKeepsTheKMostProbable() {
    let logits: [Float] = [0.1, 0.5, 0.2, 0.5, -1, 0.3]
    #expect(support(logits, SamplingRule(topK: 1)) == [1])
    #expect(support(logits, SamplingRule(topK: 2)) == [1, 3])
    #expect(support(logits, SamplingRule(topK: 3)) == [1, 3, 5])
    #expect(support(logits, SamplingRule(topK: 6)) == [0, 1, 2, 3, 4, 5])
    #expect(support(logits, SamplingRule(topK: 60)) == [0, 1, 2, 3, 4, 5])
    #expect(support(logits, SamplingRule()) == [0, 1, 2, 3, 4, 5])
  }

  @Test func topPKeepsTheSmallestSetThatHoldsP() {
    // Probabilities 0.5, 0.3, 0.15, 0.05.
    let logits = [0.3, 0.05, 0.5, 0.15].map { Float(log($0)) }
    #expect(support(logits, SamplingRule(topP: 0.01)) == [2])
    #expect(support(logits, SamplingRule(topP: 0.49)) == [2])
    #expect(support(logits, SamplingRule(topP: 0.51)) == [2, 0])
    #expect(support(logits, SamplingRule(topP: 0.79)) == [2, 0])
    #expect(support(logits, SamplingRule(topP: 0.81)) == [2, 0, 3])
    #expect(support(logits, SamplingRule(topP: 0.94)) == [2, 0, 3])
    #expect(support(logits, SamplingRule(topP: 0.96)) == [2, 0, 3, 1])
    #expect(support(logits, SamplingRule(topK: 2, topP: 0.96)) == [2, 0])
    #expect(support(logits, SamplingRule(topK: 3, topP: 0.51)) == [2, 0])
    // Hotter, 0.5 becomes less than 0.49.
    #expect(support(logits, SamplingRule(temperature: 2, topP: 0.49)) == [2, 0])
  }

  @Test(arguments: [
    SamplingRule(), SamplingRule(temperature: 0.5), SamplingRule(temperature: 3),
    SamplingRule(topK: 5), SamplingRule(temperature: 1.5, topP: 0.8),
  ])
  func frequenciesAreTheProbabilities(rule: SamplingRule) {
    var random = TestRandom(11)
    let (V, draws) = (19, 200_000)
    let logits = random.floats(V)
    let (z, scratch) = (FloatBuffer(logits).all, FloatBuffer(count: V).all)
    let philox = Philox(seed: 3, purpose: 9)
    var counts = [Int](repeating: 0, count: V)
    for draw in 0..<draws {
      let uniform = philox.uniform(SIMD4(UInt32(draw), 0, 0, 0))
      let token = TokenSampler.pick(
        z, row: 0, vocabulary: V, rule: rule, uniform: uniform, scratch: scratch
      ).token
      counts[Int(token)] += 1
    }
    let whole = Reference.distribution(logits.doubles, temperature: Double(rule.temperature))
    let isCut = rule.topK > 0 || rule.topP < 1
    let kept = isCut ? support(logits, rule) : Set(0..<Int32(V))
    let p = whole.logProbabilities.enumerated().map {
      kept.contains(Int32($0.offset)) ? exp($0.element) : 0
    }
    let total = p.reduce(0, +)
    var chiSquare = 0.0
    for token in 0..<V where p[token] > 0 {
      let expected = Double(draws) * p[token] / total
      chiSquare +=
        (Double(counts[token]) - expected) * (Double(counts[token]) - expected) / expected
    }
    #expect(zip(counts, p).allSatisfy { $0.0 == 0 || $0.1 > 0 })
    // Degrees of freedom are one less than tokens; their mean plus five deviations.
    let freedom = Double(kept.count - 1)
    #expect(chiSquare < freedom + 5 * (2 * freedom).squareRoot())
  }

  /// The log-probability is that of the whole distribution and has the trainer's bits.
  @Test(arguments: [1, 7, 16, 17, 33, 88], [1, 0.7] as [Float])
  func logProbabilitiesAreTheTrainers(vocabulary V: Int, temperature: Float) {
    var random = TestRandom(UInt64(V))
    let rows = 20
    let logits = FloatBuffer(random.floats(rows * V, scale: 3)).all
    let scratch = FloatBuffer(count: V).all
    let rule = SamplingRule(temperature: temperature, topK: 3)
    let picks = (0..<rows).map { row in
      TokenSampler.pick(
        logits, row: row, vocabulary: V, rule: rule, uniform: Float(random.uniform() * 0.999),
        scratch: scratch)
    }
    let (logProbabilities, entropies) = (FloatBuffer(count: rows).all, FloatBuffer(count: rows).all)
    TokenDistribution.forward(
      logProbabilities: logProbabilities, entropies: entropies, logits,
      targets: picks.map(\.token), rows: rows, vocabulary: V, temperature: temperature)
    let sampled = picks.map(\.logProbability)
    #expect(Tolerance.differingBits(sampled, logProbabilities.array) == 0)
  }

  /// Tokens next to impossible stay so at both ends of [0, 1), where rounding could let them in.
  @Test(arguments: [20, 33, 88])
  func theEndsOfTheIntervalPickNothingImpossible(vocabulary V: Int) {
    var random = TestRandom(UInt64(V))
    var impossible = 0
    for _ in 0..<200 {
      var logits = random.floats(V)
      logits[0] = -200
      logits[V - 1] = -200
      for uniform in [0, 0x1p-24, 1 - 0x1p-24, 1 - 0x1p-23] as [Float] {
        let token = pick(logits, SamplingRule(), uniform: uniform).token
        if token == 0 || token == Int32(V - 1) { impossible += 1 }
      }
    }
    #expect(impossible == 0)
  }

  @Test func coldSamplingIsGreedy() {
    var logits = [Float](repeating: 0, count: 88)
    logits[7] = 30
    for temperature in [1e-2, 1e-5, 1e-9] as [Float] {
      #expect(support(logits, SamplingRule(temperature: temperature)) == [7])
    }
  }
}
