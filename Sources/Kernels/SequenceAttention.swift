/// Causal attention of one packed sequence, forward and backward, over the shared row kernel.
package enum SequenceAttention {
  /// Floats of scratch the two passes need for sequences up to `length`.
  package static func scratchCount(length: Int, headSize: Int) -> Int {
    (padded(length) + 16) * (headSize + length + 1)
  }

  /// Floats of stored probabilities a row and head take for sequences up to `length`.
  package static func probabilityStride(length: Int) -> Int { padded(length) }

  /// Fills out (n, H * D) from qkv (n, rowWidth), positions already turned in.
  ///
  /// `probabilities` (n, H, stride), where given, keeps what the backward pass needs.
  package static func forward(
    _ out: FloatView, probabilities: FloatView?, _ qkv: FloatView, length n: Int,
    shape: AttentionShape, stride: Int, scratch: FloatView
  ) {
    let (D, W, O) = (shape.headSize, shape.rowWidth, shape.queryWidth)
    let columns = padded(n)
    precondition(out.count >= n * O && qkv.count >= n * W && stride >= columns)
    precondition(scratch.count >= (columns + 16) * (D + 1))
    if let probabilities { precondition(probabilities.count >= n * shape.heads * stride) }
    let (out, qkv, keys) = (out.handle, qkv.handle, scratch.handle)
    let spare = keys.advanced(columns &* D)
    for group in 0..<shape.keyValueHeads {
      let k = qkv.advanced(O &+ group &* D)
      let v = qkv.advanced(O &+ shape.keyWidth &+ group &* D)
      transpose(keys, columns: columns, k, stride: W, count: n, headSize: D)
      for member in 0..<shape.headsPerKey {
        let head = group &* shape.headsPerKey &+ member
        for i in 0..<n {
          let scores =
            probabilities.map { $0.handle.advanced((i &* shape.heads &+ head) &* stride) } ?? spare
          let past = KeyValueSpan(
            keys: keys, keyStride: columns, values: v, valueStride: W, count: i &+ 1)
          let none = KeyValueSpan(keys: keys, keyStride: 0, values: v, valueStride: 0, count: 0)
          attendRow(
            out.advanced(i &* O &+ head &* D), qkv.advanced(i &* W &+ head &* D), past, none,
            scores: scores, headSize: D, scale: shape.scale)
        }
      }
    }
  }

  /// Fills dqkv (n, rowWidth) with the gradients by queries, keys and values, from dOut (n, H * D).
  package static func backward(
    _ dqkv: FloatView, _ dOut: FloatView, probabilities: FloatView, _ qkv: FloatView,
    length n: Int, shape: AttentionShape, stride: Int, scratch: FloatView
  ) {
    let (D, W, O) = (shape.headSize, shape.rowWidth, shape.queryWidth)
    let columns = padded(n)
    precondition(dOut.count >= n * O && qkv.count >= n * W && dqkv.count >= n * W)
    precondition(probabilities.count >= n * shape.heads * stride && stride >= columns)
    precondition(scratch.count >= (columns + 16) * (D + n))
    let (dOut, qkv, dqkv, p) = (dOut.handle, qkv.handle, dqkv.handle, probabilities.handle)
    let values = scratch.handle  // (D, columns)
    let slopes = values.advanced(columns &* D)  // (n, columns): by the scores
    for group in 0..<shape.keyValueHeads {
      let k = qkv.advanced(O &+ group &* D)
      let v = k.advanced(shape.keyWidth)
      let dk = dqkv.advanced(O &+ group &* D)
      let dv = dk.advanced(shape.keyWidth)
      transpose(values, columns: columns, v, stride: W, count: n, headSize: D)
      for member in 0..<shape.headsPerKey {
        let head = group &* shape.headsPerKey &+ member
        let (q, dq) = (qkv.advanced(head &* D), dqkv.advanced(head &* D))
        let (dO, pHead) = (dOut.advanced(head &* D), p.advanced(head &* stride))
        for i in 0..<n {
          let row = slopes.advanced(i &* columns)
          scoreRow(
            row, dO.advanced(i &* O), values, stride: columns, count: i &+ 1, headSize: D)
          scoreSlopes(
            row, pHead.advanced(i &* shape.heads &* stride), end: padded(i &+ 1),
            scale: shape.scale)
        }
        let pRow = shape.heads &* stride
        var block = 0
        while block < n {
          let count = min(4, n &- block)
          // dq(i) = Σ_j≤i ds(i, j) k(j): the scores' gradients are 0 above the diagonal.
          mixRows(
            dq.advanced(block &* W), W, add: false, slopes.advanced(block &* columns),
            rowStep: columns, termStep: 1, k, W, rows: count, terms: block &+ count, headSize: D)
          // dk(j) = Σ_i≥j ds(i, j) q(i), dv(j) = Σ_i≥j p(i, j) dOut(i).
          mixRows(
            dk.advanced(block &* W), W, add: member > 0,
            slopes.advanced(block &* columns &+ block), rowStep: 1, termStep: columns,
            q.advanced(block &* W), W, rows: count, terms: n &- block, headSize: D)
          mixRows(
            dv.advanced(block &* W), W, add: member > 0, pHead.advanced(block &* pRow &+ block),
            rowStep: 1, termStep: pRow, dO.advanced(block &* O), O, rows: count,
            terms: n &- block, headSize: D)
          block &+= 4
        }
      }
    }
  }

  /// From gradients by the probabilities p to gradients by the scores: p (dp - Σ p dp) * scale.
  @inline(__always)
  private static func scoreSlopes(_ row: FloatHandle, _ p: FloatHandle, end: Int, scale: Float) {
    var sum = Vector(0)
    var j = 0
    while j < end {
      // The padding of `row` may hold any finite number: p is 0 there.
      sum = fma(sum, row.load(j), p.load(j))
      j &+= vectorWidth
    }
    let (mean, factor) = (Vector(sum.total), Vector(scale))
    j = 0
    while j < end {
      row.store((row.load(j) - mean) * p.load(j) * factor, j)
      j &+= vectorWidth
    }
  }

  /// y(r) (+)= Σ_t c(r, t) x(t) for up to four rows r: coefficient at r * rowStep + t * termStep.
  @inline(__always)
  private static func mixRows(
    _ y: FloatHandle, _ yStride: Int, add: Bool, _ c: FloatHandle, rowStep: Int, termStep: Int,
    _ x: FloatHandle, _ xStride: Int, rows: Int, terms: Int, headSize D: Int
  ) {
    var d = 0
    if rows == 4 {
      while d &+ vectorWidth <= D {
        var (a0, a1, a2, a3) = (Vector(0), Vector(0), Vector(0), Vector(0))
        var (source, factor) = (x.advanced(d), c)
        for _ in 0..<terms {
          let value = source.load(0)
          a0 = fma(a0, Vector(factor[0]), value)
          a1 = fma(a1, Vector(factor[rowStep]), value)
          a2 = fma(a2, Vector(factor[2 &* rowStep]), value)
          a3 = fma(a3, Vector(factor[3 &* rowStep]), value)
          source = source.advanced(xStride)
          factor = factor.advanced(termStep)
        }
        keep(a0, y, d, add)
        keep(a1, y.advanced(yStride), d, add)
        keep(a2, y.advanced(2 &* yStride), d, add)
        keep(a3, y.advanced(3 &* yStride), d, add)
        d &+= vectorWidth
      }
    }
    for r in 0..<rows {
      var column = d
      while column < D {
        let width = min(vectorWidth, D &- column)
        if width == vectorWidth {
          var sum = Vector(0)
          for t in 0..<terms {
            let factor = Vector(c[r &* rowStep &+ t &* termStep])
            sum = fma(sum, factor, x.load(t &* xStride &+ column))
          }
          keep(sum, y.advanced(r &* yStride), column, add)
        } else {
          for one in column..<D {
            var sum: Float = 0
            for t in 0..<terms {
              sum = fma(sum, c[r &* rowStep &+ t &* termStep], x[t &* xStride &+ one])
            }
            let place = r &* yStride &+ one
            y[place] = add ? y[place] + sum : sum
          }
        }
        column &+= width
      }
    }
  }

  @inline(__always)
  private static func keep(_ sum: Vector, _ y: FloatHandle, _ d: Int, _ add: Bool) {
    y.store(add ? y.load(d) + sum : sum, d)
  }
}
