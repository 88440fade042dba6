internal import Foundation

/// Rotary position embedding: pairs (i, i + D/2) of each head turn by position * theta^(-2i/D).
///
/// Su et al., "RoFormer" (arXiv 2104.09864), in the half-split layout of Hugging Face's Llama.
package struct RotaryPositions: Sendable {
  private let cosines: FloatBuffer  // (positions, D/2)
  private let sines: FloatBuffer  // (positions, D/2)
  private let half: Int
  /// How many positions the tables hold.
  package let positions: Int

  /// Tables for `positions` positions of heads `headSize` wide.
  package init(positions: Int, headSize: Int, theta: Double) {
    precondition(headSize % 2 == 0)
    half = headSize / 2
    self.positions = positions
    cosines = FloatBuffer(count: positions * half)
    sines = FloatBuffer(count: positions * half)
    for position in 0..<positions {
      for i in 0..<half {
        let angle = Double(position) * pow(theta, -2 * Double(i) / Double(headSize))
        cosines.all[position * half + i] = Float(cos(angle))
        sines.all[position * half + i] = Float(sin(angle))
      }
    }
  }

  /// Turns `heads` adjacent heads in place, at `row` of x with `stride` floats a row.
  ///
  /// `inverse` turns back, which is also the backward pass: a rotation's gradient is its transpose.
  package func turn(
    _ x: FloatView, row: Int, stride: Int, heads: Int, position: Int, inverse: Bool = false
  ) {
    precondition(position >= 0 && position < positions, "position beyond the context")
    precondition(x.count >= row * stride + 2 * heads * half)
    let sign: Float = inverse ? -1 : 1
    let c = cosines.all.handle.advanced(position &* half)
    let s = sines.all.handle.advanced(position &* half)
    for head in 0..<heads {
      let low = x.handle.advanced(row &* stride &+ 2 &* head &* half)
      let high = low.advanced(half)
      var i = 0
      while i &+ vectorWidth <= half {
        let (a, b) = (low.load(i), high.load(i))
        let (cosine, sine) = (c.load(i), s.load(i) * Vector(sign))
        low.store(fma(a * cosine, -b, sine), i)
        high.store(fma(b * cosine, a, sine), i)
        i &+= vectorWidth
      }
      while i < half {
        let (a, b) = (low[i], high[i])
        let sine = sign * s[i]
        low[i] = fma(a * c[i], -b, sine)
        high[i] = fma(b * c[i], a, sine)
        i &+= 1
      }
    }
  }
}
