/// The slow and obvious kernels, in double precision: what the fast ones are judged by.
package enum Reference {
  /// y = x Wᵀ: x (rows, inner), W (outer, inner), y (rows, outer).
  package static func matrixProduct(
    _ x: [Double], weight w: [Double], rows: Int, inner: Int, outer: Int
  ) -> [Double] {
    var y = [Double](repeating: 0, count: rows * outer)
    for row in 0..<rows {
      for o in 0..<outer {
        for i in 0..<inner { y[row * outer + o] += x[row * inner + i] * w[o * inner + i] }
      }
    }
    return y
  }

  /// The transpose of a (rows, columns) matrix.
  package static func transpose(_ x: [Double], rows: Int, columns: Int) -> [Double] {
    (0..<columns).flatMap { column in (0..<rows).map { x[$0 * columns + column] } }
  }

  /// y = x / sqrt(mean(x²) + epsilon) * w over rows as wide as w.
  package static func rmsNorm(_ x: [Double], weight w: [Double], epsilon: Double) -> [Double] {
    let C = w.count
    var y = x
    for start in stride(from: 0, to: x.count, by: C) {
      var square = 0.0
      for i in 0..<C { square += x[start + i] * x[start + i] }
      let root = (square / Double(C) + epsilon).squareRoot()
      for i in 0..<C { y[start + i] = x[start + i] / root * w[i] }
    }
    return y
  }

  /// a = g / (1 + e^-g) * u for rows [g | u], each F wide.
  package static func swiGLU(_ gateUp: [Double], width F: Int) -> [Double] {
    var a: [Double] = []
    for start in stride(from: 0, to: gateUp.count, by: 2 * F) {
      for i in 0..<F {
        let (g, u) = (gateUp[start + i], gateUp[start + F + i])
        a.append(g / (1 + exponential(-g)) * u)
      }
    }
    return a
  }

  /// The log-softmax of one row of logits over a temperature, and its entropy in nats.
  package static func distribution(_ logits: [Double], temperature: Double) -> (
    logProbabilities: [Double], entropy: Double
  ) {
    let z = logits.map { $0 / temperature }
    let largest = z.max() ?? 0
    var sum = 0.0
    for value in z { sum += exponential(value - largest) }
    let logProbabilities = z.map { $0 - largest - naturalLogarithm(sum) }
    var entropy = 0.0
    for value in logProbabilities { entropy -= exponential(value) * value }
    return (logProbabilities, entropy)
  }

  /// One step of AdamW, as torch orders it: decay, moments, step.
  package static func adamW(
    _ p: inout [Double], _ m: inout [Double], _ v: inout [Double], gradient g: [Double], step: Int,
    learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double
  ) {
    var (power1, power2) = (1.0, 1.0)
    for _ in 0..<step { (power1, power2) = (power1 * beta1, power2 * beta2) }
    for i in p.indices {
      p[i] *= 1 - learningRate * weightDecay
      m[i] = beta1 * m[i] + (1 - beta1) * g[i]
      v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i]
      let (mean, square) = (m[i] / (1 - power1), v[i] / (1 - power2))
      p[i] -= learningRate * mean / (square.squareRoot() + epsilon)
    }
  }
}
