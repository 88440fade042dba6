internal import Foundation

extension Reference {
  /// The shape of packed rows [q heads | k heads | v heads], spelled out once more for tests.
  package struct Heads {
    /// Query heads.
    package let heads: Int
    /// Key-value heads.
    package let keyValueHeads: Int
    /// Floats per head.
    package let size: Int
    /// Floats of a row.
    package var rowWidth: Int { (heads + 2 * keyValueHeads) * size }
    /// Floats of the queries, and of the output.
    package var queryWidth: Int { heads * size }

    /// Makes the shape.
    package init(heads: Int, keyValueHeads: Int, size: Int) {
      self.heads = heads
      self.keyValueHeads = keyValueHeads
      self.size = size
    }

    func query(_ row: Int, _ head: Int) -> Int { row * rowWidth + head * size }
    func key(_ row: Int, _ head: Int) -> Int {
      row * rowWidth + queryWidth + head / (heads / keyValueHeads) * size
    }
    func value(_ row: Int, _ head: Int) -> Int { key(row, head) + keyValueHeads * size }
  }

  /// Turns the pairs (i, i + D/2) of adjacent heads D wide by position * theta^(-2i/D).
  package static func rotary(_ x: [Double], headSize D: Int, position: Int, theta: Double)
    -> [Double]
  {
    var y = x
    for start in stride(from: 0, to: x.count, by: D) {
      for i in 0..<D / 2 {
        let angle = Double(position) / pow(theta, 2 * Double(i) / Double(D))
        let (a, b) = (x[start + i], x[start + i + D / 2])
        y[start + i] = a * cos(angle) - b * sin(angle)
        y[start + i + D / 2] = b * cos(angle) + a * sin(angle)
      }
    }
    return y
  }

  /// Causal attention of one sequence of n rows; also its probabilities (heads, n, n).
  package static func attention(_ qkv: [Double], length n: Int, _ shape: Heads) -> (
    out: [Double], probabilities: [Double]
  ) {
    let D = shape.size
    var out = [Double](repeating: 0, count: n * shape.queryWidth)
    var probabilities = [Double](repeating: 0, count: shape.heads * n * n)
    for head in 0..<shape.heads {
      for i in 0..<n {
        var scores: [Double] = []
        for j in 0...i {
          var dot = 0.0
          for d in 0..<D { dot += qkv[shape.query(i, head) + d] * qkv[shape.key(j, head) + d] }
          scores.append(dot / Double(D).squareRoot())
        }
        let logProbabilities = distribution(scores, temperature: 1).logProbabilities
        for j in 0...i {
          let p = exp(logProbabilities[j])
          probabilities[(head * n + i) * n + j] = p
          for d in 0..<D {
            out[i * shape.queryWidth + head * D + d] += p * qkv[shape.value(j, head) + d]
          }
        }
      }
    }
    return (out, probabilities)
  }

  /// The gradients by qkv of Σ out * dOut.
  package static func attentionSlopes(
    _ qkv: [Double], _ dOut: [Double], length n: Int, _ shape: Heads
  ) -> [Double] {
    let D = shape.size
    let p = attention(qkv, length: n, shape).probabilities
    var slopes = [Double](repeating: 0, count: qkv.count)
    for head in 0..<shape.heads {
      for i in 0..<n {
        let out = i * shape.queryWidth + head * D
        var (byP, mean) = ([Double](repeating: 0, count: n), 0.0)
        for j in 0...i {
          for d in 0..<D { byP[j] += dOut[out + d] * qkv[shape.value(j, head) + d] }
          mean += p[(head * n + i) * n + j] * byP[j]
        }
        for j in 0...i {
          let weight = p[(head * n + i) * n + j]
          let byScore = weight * (byP[j] - mean) / Double(D).squareRoot()
          for d in 0..<D {
            slopes[shape.query(i, head) + d] += byScore * qkv[shape.key(j, head) + d]
            slopes[shape.key(j, head) + d] += byScore * qkv[shape.query(i, head) + d]
            slopes[shape.value(j, head) + d] += weight * dOut[out + d]
          }
        }
      }
    }
    return slopes
  }

  static func exponential(_ x: Double) -> Double { exp(x) }

  static func naturalLogarithm(_ x: Double) -> Double { log(x) }
}
