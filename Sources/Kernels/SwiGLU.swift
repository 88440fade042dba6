/// The gated feed-forward activation a = silu(g) * u, silu(g) = g / (1 + e^-g).
///
/// Shazeer, "GLU Variants Improve Transformer" (arXiv 2002.05202). Gate g and up-projection u lie
/// side by side in one buffer (rows, 2F), as one matrix product leaves them.
package enum SwiGLU {
  /// Fills a (rows, F) from gu (rows, 2F).
  package static func forward(_ a: FloatView, _ gateUp: FloatView, rows: Int, width F: Int) {
    precondition(a.count >= rows * F && gateUp.count >= 2 * rows * F)
    let (a, gu) = (a.handle, gateUp.handle)
    for row in 0..<rows {
      let (g, aRow) = (gu.advanced(2 &* row &* F), a.advanced(row &* F))
      let u = g.advanced(F)
      var i = 0
      while i &+ vectorWidth <= F {
        let gate = g.load(i)
        aRow.store(gate * sigmoid(gate) * u.load(i), i)
        i &+= vectorWidth
      }
      if i < F {
        let gate = loadPart(g, i, F - i)
        storePart(gate * sigmoid(gate) * loadPart(u, i, F - i), aRow, i, F - i)
      }
    }
  }

  /// Replaces gu (rows, 2F) by the gradients by it, from da (rows, F).
  package static func backward(_ gateUp: FloatView, _ da: FloatView, rows: Int, width F: Int) {
    precondition(da.count >= rows * F && gateUp.count >= 2 * rows * F)
    let (da, gu) = (da.handle, gateUp.handle)
    for row in 0..<rows {
      let (g, daRow) = (gu.advanced(2 &* row &* F), da.advanced(row &* F))
      let u = g.advanced(F)
      var i = 0
      while i &+ vectorWidth <= F {
        let (dGate, dUp) = slopes(g.load(i), u.load(i), daRow.load(i))
        g.store(dGate, i)
        u.store(dUp, i)
        i &+= vectorWidth
      }
      if i < F {
        let rest = F - i
        let (dGate, dUp) = slopes(
          loadPart(g, i, rest), loadPart(u, i, rest), loadPart(daRow, i, rest))
        storePart(dGate, g, i, rest)
        storePart(dUp, u, i, rest)
      }
    }
  }

  @inline(__always)
  private static func slopes(_ g: Vector, _ u: Vector, _ da: Vector) -> (Vector, Vector) {
    let s = sigmoid(g)
    let silu = g * s
    return (da * u * s * (Vector(1) + g * (Vector(1) - s)), da * silu)
  }
}
