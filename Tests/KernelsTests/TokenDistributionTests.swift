import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct TokenDistributionTests {
  static let vocabularies = [1, 2, 7, 8, 9, 12, 15, 16, 17, 31, 32, 33, 48, 88, 100]

  @Test(arguments: vocabularies, [1, 0.6, 1.7, 0.05] as [Float])
  func agreesWithTheReference(vocabulary V: Int, temperature: Float) {
    var random = TestRandom(UInt64(V))
    let rows = 4
    let logits = random.floats(rows * V, scale: 3)
    let targets = random.tokens(rows, vocabulary: V)
    let z = FloatBuffer(logits).all
    let (logProbabilities, entropies) = (FloatBuffer(count: rows).all, FloatBuffer(count: rows).all)
    TokenDistribution.forward(
      logProbabilities: logProbabilities, entropies: entropies, z, targets: targets, rows: rows,
      vocabulary: V, temperature: temperature)
    for row in 0..<rows {
      let wanted = Reference.distribution(
        logits[row * V..<(row + 1) * V].map(Double.init), temperature: Double(temperature))
      let target = wanted.logProbabilities[Int(targets[row])]
      #expect(Tolerance.largestError([logProbabilities[row]], [target]) < 1e-6)
      #expect(Tolerance.largestError([entropies[row]], [wanted.entropy]) < 2e-6)
      let probabilities = z.slice(row * V, V).array
      #expect(Tolerance.largestError(probabilities, wanted.logProbabilities.map(exp)) < 5e-7)
    }
  }

  @Test(arguments: vocabularies)
  func slopesAgreeWithTheReference(vocabulary V: Int) {
    var random = TestRandom(UInt64(V + 1))
    let (rows, temperature) = (3, Float(0.7))
    let logits = random.floats(rows * V)
    let slopes = random.floats(rows)
    let targets = random.tokens(rows, vocabulary: V)
    let wanted = GradientCheck.slopes(by: logits.doubles) { z in
      (0..<rows).reduce(0) { sum, row in
        let p = Reference.distribution(
          Array(z[row * V..<(row + 1) * V]), temperature: Double(temperature))
        return sum + Double(slopes[row]) * p.logProbabilities[Int(targets[row])]
      }
    }
    let z = FloatBuffer(logits).all
    let spare = FloatBuffer(count: 2 * rows).all
    TokenDistribution.forward(
      logProbabilities: spare.slice(0, rows), entropies: spare.slice(rows, rows), z,
      targets: targets, rows: rows, vocabulary: V, temperature: temperature)
    TokenDistribution.backward(
      z, slopes: FloatBuffer(slopes).all, targets: targets, rows: rows, vocabulary: V,
      temperature: temperature)
    #expect(Tolerance.largestError(z.array, wanted) < 1e-6)
  }

  @Test(arguments: vocabularies, [1, 0.6, 1.7] as [Float])
  func slopesByEntropiesAgreeWithTheReference(vocabulary V: Int, temperature: Float) {
    var random = TestRandom(UInt64(V + 2))
    let rows = 3
    let logits = random.floats(rows * V, scale: 3)
    let (slopes, bonus) = (random.floats(rows), random.floats(rows, scale: 2))
    let targets = random.tokens(rows, vocabulary: V)
    let wanted = GradientCheck.slopes(by: logits.doubles) { z in
      (0..<rows).reduce(0) { sum, row in
        let p = Reference.distribution(
          Array(z[row * V..<(row + 1) * V]), temperature: Double(temperature))
        return sum + Double(slopes[row]) * p.logProbabilities[Int(targets[row])]
          + Double(bonus[row]) * p.entropy
      }
    }
    let z = FloatBuffer(logits).all
    let spare = FloatBuffer(count: 2 * rows).all
    TokenDistribution.forward(
      logProbabilities: spare.slice(0, rows), entropies: spare.slice(rows, rows), z,
      targets: targets, rows: rows, vocabulary: V, temperature: temperature)
    TokenDistribution.backward(
      z, slopes: FloatBuffer(slopes).all, entropySlopes: FloatBuffer(bonus).all,
      entropies: spare.slice(rows, rows), targets: targets, rows: rows, vocabulary: V,
      temperature: temperature)
    #expect(Tolerance.largestError(z.array, wanted) < 5e-6)
  }

  /// Slopes by the log-probabilities of all tokens, alone and with the others.
  @Test(arguments: vocabularies, [false, true])
  func slopesByDistributionsAgreeWithTheReference(vocabulary V: Int, alone: Bool) {
    var random = TestRandom(UInt64(V + 3))
    let (rows, temperature) = (3, Float(0.7))
    let logits = random.floats(rows * V, scale: 2)
    let all = random.floats(rows * V)
    let (slopes, bonus) = (random.floats(rows), random.floats(rows))
    let targets = random.tokens(rows, vocabulary: V)
    let wanted = GradientCheck.slopes(by: logits.doubles) { z in
      (0..<rows).reduce(0) { sum, row in
        let p = Reference.distribution(
          Array(z[row * V..<(row + 1) * V]), temperature: Double(temperature))
        let distribution = GradientCheck.inner(
          p.logProbabilities, all[row * V..<(row + 1) * V].map(Double.init))
        if alone { return sum + distribution }
        return sum + distribution + Double(slopes[row]) * p.logProbabilities[Int(targets[row])]
          + Double(bonus[row]) * p.entropy
      }
    }
    let z = FloatBuffer(logits).all
    let entropies = FloatBuffer(count: rows).all
    TokenDistribution.forward(
      logProbabilities: nil, entropies: entropies, z, targets: targets, rows: rows, vocabulary: V,
      temperature: temperature)
    TokenDistribution.backward(
      z, slopes: alone ? nil : FloatBuffer(slopes).all, distributionSlopes: FloatBuffer(all).all,
      entropySlopes: alone ? nil : FloatBuffer(bonus).all, entropies: entropies, targets: targets,
      rows: rows, vocabulary: V, temperature: temperature)
    #expect(Tolerance.largestError(z.array, wanted) < 5e-6)
  }

  /// The logarithm itself, from subnormal probabilities up to 1: with s = 0 and H = 0 the gradient of a
  /// row is -p log p.
  @Test func theLogarithmIsWithinTwoLastPlaces() {
    var probabilities: [Float] = [1, 0x1.fffffep-1, 0.5, 0x1.6a09e6p-1, 0x1.6a09e8p-1]
    var p: Float = 0.9999
    while p > 2e-38 {
      probabilities.append(p)
      p *= 0.97
    }
    var worst = 0.0
    for p in probabilities {
      // A first token with p, and no other that counts.
      let z = FloatBuffer([p, 0]).all
      TokenDistribution.backward(
        z, slopes: FloatBuffer(count: 1).all, entropySlopes: FloatBuffer([1]).all,
        entropies: FloatBuffer(count: 1).all, targets: [1], rows: 1, vocabulary: 2, temperature: 1)
      let logarithm = -Double(z[0]) / Double(p)
      #expect(z[1] == 0)
      let wanted = log(Double(p))
      // The product with p rounds once more.
      let unit = max(Double(Float(abs(wanted)).ulp), 0x1p-149)
      worst = max(worst, abs(logarithm - wanted) / unit)
    }
    #expect(worst < 3)
    let tiny = FloatBuffer([Float(bitPattern: 700), 0]).all
    TokenDistribution.backward(
      tiny, slopes: FloatBuffer(count: 1).all, entropySlopes: FloatBuffer([1]).all,
      entropies: FloatBuffer(count: 1).all, targets: [1], rows: 1, vocabulary: 2, temperature: 1)
    #expect(abs(Double(tiny[0])) < 1e-39)
  }

  @Test func slopesAgreeWithFiniteDifferences() {
    var random = TestRandom(10)
    let (rows, V, temperature) = (2, 19, Float(1.3))
    let start = random.floats(rows * V)
    let (logits, z) = (FloatBuffer(start).all, FloatBuffer(start).all)
    let slopes = FloatBuffer(random.floats(rows)).all
    let targets = random.tokens(rows, vocabulary: V)
    let (logProbabilities, entropies) = (FloatBuffer(count: rows).all, FloatBuffer(count: rows).all)
    func loss() -> Double {
      z.copy(from: logits)
      TokenDistribution.forward(
        logProbabilities: logProbabilities, entropies: entropies, z, targets: targets, rows: rows,
        vocabulary: V, temperature: temperature)
      return GradientCheck.inner(logProbabilities.array, slopes.array)
    }
    let numeric = GradientCheck.slopes(by: logits, step: 0x1p-4, loss)
    _ = loss()
    TokenDistribution.backward(
      z, slopes: slopes, targets: targets, rows: rows, vocabulary: V, temperature: temperature)
    #expect(Tolerance.relativeError(z.array, numeric) < 3e-5)
  }

  /// The exponential itself: beside a logit 17 or more above, p is e^x with no other rounding.
  @Test func theExponentialIsWithinTwoLastPlaces() {
    let xs = (0..<20_000).map { -17.5 - Float($0) * 0x1.cp-9 }  // down to -85.9
    var worst = 0.0
    for x in xs {
      let z = FloatBuffer([0, x]).all
      let spare = FloatBuffer(count: 2).all
      TokenDistribution.forward(
        logProbabilities: spare.slice(0, 1), entropies: spare.slice(1, 1), z, targets: [0], rows: 1,
        vocabulary: 2, temperature: 1)
      worst = max(worst, Tolerance.ulps(z[1], exp(Double(x))))
    }
    #expect(worst < 2)
  }

  @Test(arguments: [1, 1e-3, 1e-6, 1e-9] as [Float])
  func coldDistributionsAreCertain(temperature: Float) {
    // 88 logits leave padded lanes in the last vector; they must count for nothing.
    var logits = [Float](repeating: 0, count: 88)
    logits[3] = 40
    let z = FloatBuffer(logits).all
    let spare = FloatBuffer(count: 2).all
    TokenDistribution.forward(
      logProbabilities: spare.slice(0, 1), entropies: spare.slice(1, 1), z, targets: [3], rows: 1,
      vocabulary: 88, temperature: temperature)
    #expect(abs(spare[0]) < 1e-6 && abs(spare[1]) < 1e-6 && abs(z[3] - 1) < 1e-6)
  }

  @Test func extremeLogitsStayFinite() {
    let z = FloatBuffer([1e9, -1e9, 3, 1e9] + [Float](repeating: -5e8, count: 14)).all
    let spare = FloatBuffer(count: 2).all
    TokenDistribution.forward(
      logProbabilities: spare.slice(0, 1), entropies: spare.slice(1, 1), z, targets: [0], rows: 1,
      vocabulary: 18, temperature: 1)
    #expect(abs(spare[0] + log(2)) < 1e-6 && abs(spare[1] - log(2)) < 1e-6)
    #expect(z[0] == 0.5 && z[3] == 0.5 && z.firstNonFinite == nil)
  }
}
