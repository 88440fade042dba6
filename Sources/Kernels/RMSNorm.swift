/// Root-mean-square normalisation, y = x / sqrt(mean(x²) + epsilon) * w, over rows of C floats.
///
/// Zhang and Sennrich, "Root Mean Square Layer Normalization" (arXiv 1910.07467), as in Llama.
package enum RMSNorm {
  /// Fills y (rows, C) and, for the backward pass, `scale` (rows): 1 / sqrt(mean(x²) + epsilon).
  package static func forward(
    _ y: FloatView, scale: FloatView, _ x: FloatView, weight: FloatView, rows: Int, epsilon: Float
  ) {
    let C = weight.count
    precondition(x.count >= rows * C && y.count >= rows * C && scale.count >= rows)
    let (y, x, w, scale) = (y.handle, x.handle, weight.handle, scale.handle)
    for row in 0..<rows {
      let (xRow, yRow) = (x.advanced(row &* C), y.advanced(row &* C))
      let factor = 1 / (dot(xRow, xRow, C) / Float(C) + epsilon).squareRoot()
      scale[row] = factor
      let wide = Vector(factor)
      var i = 0
      while i &+ vectorWidth <= C {
        yRow.store(xRow.load(i) * wide * w.load(i), i)
        i &+= vectorWidth
      }
      while i < C {
        yRow[i] = xRow[i] * factor * w[i]
        i &+= 1
      }
    }
  }

  /// Adds the gradients by x to `dx` (rows, C) and by w to `dWeight` (C).
  package static func backward(
    _ dx: FloatView, dWeight: FloatView, _ dy: FloatView, scale: FloatView, _ x: FloatView,
    weight: FloatView, rows: Int
  ) {
    let C = weight.count
    precondition(x.count >= rows * C && dx.count >= rows * C && dy.count >= rows * C)
    precondition(scale.count >= rows && dWeight.count == C)
    let (dx, dw, dy) = (dx.handle, dWeight.handle, dy.handle)
    let (scale, x, w) = (scale.handle, x.handle, weight.handle)
    for row in 0..<rows {
      let (xRow, dxRow) = (x.advanced(row &* C), dx.advanced(row &* C))
      let dyRow = dy.advanced(row &* C)
      let r = scale[row]
      let wide = Vector(r)
      var sum = Vector(0)
      var i = 0
      while i &+ vectorWidth <= C {
        sum = fma(sum, dyRow.load(i) * w.load(i), xRow.load(i))
        i &+= vectorWidth
      }
      var total = sum.total
      while i < C {
        total += dyRow[i] * w[i] * xRow[i]
        i &+= 1
      }
      let pull = r * r * r * total / Float(C)
      let widePull = Vector(-pull)
      i = 0
      while i &+ vectorWidth <= C {
        let (xi, dyi) = (xRow.load(i), dyRow.load(i))
        let direct = fma(dxRow.load(i), dyi * w.load(i), wide)
        dxRow.store(fma(direct, xi, widePull), i)
        dw.store(fma(dw.load(i), dyi * xi, wide), i)
        i &+= vectorWidth
      }
      while i < C {
        dxRow[i] += dyRow[i] * w[i] * r - xRow[i] * pull
        dw[i] += dyRow[i] * xRow[i] * r
        i &+= 1
      }
    }
  }
}
