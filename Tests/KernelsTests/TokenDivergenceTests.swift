import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct TokenDivergenceTests {
  private func divergences(
    _ policy: [Float], _ reference: [Float], rows: Int, vocabulary V: Int, temperature: Float
  ) -> [Float] {
    let (distributions, result) = (FloatBuffer(count: rows * V), FloatBuffer(count: rows))
    TokenDivergence.writeLogDistributions(
      distributions.all, FloatBuffer(reference).all, rows: rows, vocabulary: V,
      temperature: temperature)
    let logits = FloatBuffer(policy).all
    TokenDivergence.write(
      result.all, logits, references: distributions.all, rows: rows, vocabulary: V,
      temperature: temperature, scratch: FloatBuffer(count: V).all)
    #expect(logits.array == policy, "the logits stay")
    return result.all.array
  }

  @Test(arguments: TokenDistributionTests.vocabularies, [1, 0.6, 1.7] as [Float])
  func agreesWithTheReference(vocabulary V: Int, temperature: Float) {
    var random = TestRandom(UInt64(V + 3))
    let rows = 4
    let policy = random.floats(rows * V, scale: 3)
    let reference = random.floats(rows * V, scale: 3)
    let got = divergences(policy, reference, rows: rows, vocabulary: V, temperature: temperature)
    for row in 0..<rows {
      func distribution(_ logits: [Float]) -> [Double] {
        Reference.distribution(
          logits[row * V..<(row + 1) * V].map(Double.init), temperature: Double(temperature)
        ).logProbabilities
      }
      let (p, q) = (distribution(policy), distribution(reference))
      let wanted = zip(p, q).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
      #expect(abs(Double(got[row]) - wanted) < 3e-6 * max(1, wanted))
    }
  }

  @Test(arguments: TokenDistributionTests.vocabularies)
  func logDistributionsAreThoseOfTheTrainer(vocabulary V: Int) {
    var random = TestRandom(UInt64(V + 4))
    let logits = random.floats(V, scale: 3)
    let distribution = FloatBuffer(count: V).all
    TokenDivergence.writeLogDistributions(
      distribution, FloatBuffer(logits).all, rows: 1, vocabulary: V, temperature: 0.7)
    for target in 0..<V {
      let spare = FloatBuffer(count: 2).all
      TokenDistribution.forward(
        logProbabilities: spare.slice(0, 1), entropies: spare.slice(1, 1),
        FloatBuffer(logits).all, targets: [Int32(target)], rows: 1, vocabulary: V,
        temperature: 0.7)
      #expect(distribution[target] == spare[0])
    }
  }

  /// A policy is no distance from itself, to the bit, however its logits lie.
  @Test(arguments: TokenDistributionTests.vocabularies)
  func equalRowsAreNoDistanceApart(vocabulary V: Int) {
    var random = TestRandom(UInt64(V + 5))
    for scale in [0.01, 3, 1000] as [Double] {
      let logits = random.floats(3 * V, scale: scale)
      #expect(
        divergences(logits, logits, rows: 3, vocabulary: V, temperature: 0.9) == [0, 0, 0])
    }
  }
}
