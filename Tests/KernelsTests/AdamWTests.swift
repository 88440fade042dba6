import Kernels
import Parallel
import TestSupport
import Testing

@Suite struct AdamWTests {
  /// `Tests/Fixtures/adamw.json`: torch's AdamW, with and without clipping.
  struct Golden: Decodable {
    struct Settings: Decodable {
      let lr: Double
      let betas: [Double]
      let eps: Double
      let weight_decay: Double
    }
    struct Step: Decodable {
      let parameter: [Float]
      let exp_avg: [Float]
      let exp_avg_sq: [Float]
      let norm_before_clipping: Double?
    }
    let settings: Settings
    let max_norm: Double
    let start: [Float]
    let gradients: [[Float]]
    let float32: [String: [Step]]
  }

  /// The same file in double precision.
  struct DoubleGolden: Decodable {
    struct Step: Decodable {
      let gradient: [Double]?
      let parameter: [Double]
      let exp_avg: [Double]
      let exp_avg_sq: [Double]
      let norm_before_clipping: Double?
    }
    let settings: Golden.Settings
    let max_norm: Double
    let start: [Double]
    let gradients: [[Double]]
    let float64: [String: [Step]]
  }

  /// The reference that the other tests rest on, against torch in double precision.
  @Test(arguments: ["plain", "clipped"])
  func theReferenceAgreesWithTorch(kind: String) throws {
    let golden = try Fixture.json("adamw.json", as: DoubleGolden.self)
    let s = golden.settings
    var p = golden.start
    var m = p.map { _ in 0.0 }
    var v = m
    // The file has 12 digits.
    func agree(_ got: [Double], _ wanted: [Double]) -> Bool {
      zip(got, wanted).allSatisfy { abs($0 - $1) < 1e-11 * max(1, abs($1)) }
    }
    for (index, step) in try #require(golden.float64[kind]).enumerated() {
      var gradient = golden.gradients[index]
      if kind == "clipped" {
        let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect(agree([norm], [try #require(step.norm_before_clipping)]))
        gradient = gradient.map { $0 * min(1, golden.max_norm / (norm + 1e-6)) }
        #expect(agree(gradient, try #require(step.gradient)))
      }
      Reference.adamW(
        &p, &m, &v, gradient: gradient, step: index + 1, learningRate: s.lr, beta1: s.betas[0],
        beta2: s.betas[1], epsilon: s.eps, weightDecay: s.weight_decay)
      #expect(agree(p, step.parameter) && agree(m, step.exp_avg) && agree(v, step.exp_avg_sq))
    }
  }

  @Test(arguments: ["plain", "clipped"])
  func agreesWithTorch(kind: String) throws {
    let golden = try Fixture.json("adamw.json", as: Golden.self)
    let steps = try #require(golden.float32[kind])
    let s = golden.settings
    let rule = AdamW(
      beta1: s.betas[0], beta2: s.betas[1], epsilon: s.eps, weightDecay: s.weight_decay)
    let count = golden.start.count
    let parameters = FloatBuffer(golden.start).all
    let (mean, square) = (FloatBuffer(count: count).all, FloatBuffer(count: count).all)
    for (index, step) in steps.enumerated() {
      let gradient = FloatBuffer(golden.gradients[index]).all
      var scale: Float = 1
      if kind == "clipped" {
        let norm = Reductions.sumOfSquares(gradient).squareRoot()
        let wanted = try #require(step.norm_before_clipping)
        #expect(abs(norm - wanted) <= 1e-6 * wanted)
        scale = Float(min(1, golden.max_norm / (norm + 1e-6)))
      }
      rule.update(
        parameters, gradient: gradient, mean: mean, square: square, step: index + 1,
        learningRate: s.lr, gradientScale: scale)
      #expect(Tolerance.largestError(parameters.array, step.parameter.doubles) < 1e-6)
      #expect(Tolerance.largestError(mean.array, step.exp_avg.doubles) < 1e-6)
      #expect(Tolerance.relativeError(square.array, step.exp_avg_sq.doubles) < 1e-6)
    }
    #expect(steps.count == 6)
  }

  @Test(arguments: [0, 1, 7, 8, 9, 15, 16, 17, 31, 33, 100])
  func agreesWithTheReference(count: Int) {
    var random = TestRandom(UInt64(count))
    let start = random.floats(count)
    let parameters = FloatBuffer(start).all
    let (mean, square) = (FloatBuffer(count: count).all, FloatBuffer(count: count).all)
    var (p, m, v) = (start.doubles, [Double](repeating: 0, count: count), start.doubles)
    v = m
    let rule = AdamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.05)
    for step in 1...4 {
      let gradient = random.floats(count)
      rule.update(
        parameters, gradient: FloatBuffer(gradient).all, mean: mean, square: square, step: step,
        learningRate: 0.02, gradientScale: 0.5)
      Reference.adamW(
        &p, &m, &v, gradient: gradient.doubles.map { $0 * 0.5 }, step: step, learningRate: 0.02,
        beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.05)
    }
    #expect(Tolerance.largestError(parameters.array, p) < 1e-6)
    #expect(Tolerance.largestError(mean.array, m) < 1e-6)
    #expect(Tolerance.largestError(square.array, v) < 1e-6)
  }

  @Test func bitsDoNotDependOnThreads() {
    var random = TestRandom(12)
    let count = 100_003
    let (start, gradient) = (random.floats(count), FloatBuffer(random.floats(count)).all)
    let results = [1, 2, 3].map { threads in
      let parameters = FloatBuffer(start).all
      let (mean, square) = (FloatBuffer(count: count).all, FloatBuffer(count: count).all)
      for step in 1...2 {
        AdamW(beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1).update(
          parameters, gradient: gradient, mean: mean, square: square, step: step,
          learningRate: 0.01, team: Team(threads: threads))
      }
      return parameters.array
    }
    #expect(Tolerance.differingBits(results[0], results[1]) == 0)
    #expect(Tolerance.differingBits(results[0], results[2]) == 0)
    #expect(Tolerance.differingBits(results[0], start) > count / 2)
  }
}
