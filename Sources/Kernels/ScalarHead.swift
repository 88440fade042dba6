/// One number for each row, y = x · w + b: the value head of a critic.
package enum ScalarHead {
  /// Fills y (rows) from x (rows, C), w (C) and b (1).
  ///
  /// A row's bits don't depend on the other rows of the call.
  package static func forward(
    _ y: FloatView, _ x: FloatView, weight: FloatView, bias: FloatView, rows: Int
  ) {
    let C = weight.count
    precondition(x.count >= rows * C && y.count >= rows && bias.count == 1)
    let (y, x, w) = (y.handle, x.handle, weight.handle)
    let b = bias[0]
    for row in 0..<rows { y[row] = dot(x.advanced(row &* C), w, C) + b }
  }

  /// Adds the gradients by x to `dx` (rows, C), by w to `dWeight` (C) and by b to `dBias` (1).
  package static func backward(
    _ dx: FloatView, dWeight: FloatView, dBias: FloatView, _ dy: FloatView, _ x: FloatView,
    weight: FloatView, rows: Int
  ) {
    let C = weight.count
    precondition(x.count >= rows * C && dx.count >= rows * C && dy.count >= rows)
    precondition(dWeight.count == C && dBias.count == 1)
    let (dx, dw, db) = (dx.handle, dWeight.handle, dBias.handle)
    let (dy, x, w) = (dy.handle, x.handle, weight.handle)
    for row in 0..<rows {
      let slope = dy[row]
      addScaled(dx.advanced(row &* C), slope, w, C)
      addScaled(dw, slope, x.advanced(row &* C), C)
      db[0] += slope
    }
  }
}
