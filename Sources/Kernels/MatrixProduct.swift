internal import COpenBLAS
internal import Dispatch
package import Parallel

/// Matrix products over OpenBLAS, which runs single-threaded: the parallelism is outside.
///
/// All matrices are row-major and packed unless a stride is given.
package enum MatrixProduct {
  /// OpenBLAS's name of the processor kind it computes for, for example `SkylakeX`.
  package static let coreName: String = {
    openblas_set_num_threads(1)
    return unsafe String(cString: openblas_get_corename())
  }()

  /// Rows a forward product is padded to a multiple of, and at least three times of.
  ///
  /// OpenBLAS picks its inner loops by the number of rows, so the same row can come out with
  /// other last bits in a call of another size. Measured with 0.3.21: with a multiple of 16 and at
  /// least 48 rows a row's bits no longer depend on the call on the AVX-512 cores, as long as
  /// rows * outer is above 1200 (below, other loops take over; 26 columns suffice) and on
  /// Sandybridge always. Sampler and trainer then agree exactly. On Haswell and Zen rows 6 to 11 of
  /// every 12 are summed in another order, which no padding fixes.
  package static let rowQuantum = 16

  /// The rows a forward product over `rows` rows really computes.
  package static func paddedRows(_ rows: Int) -> Int {
    max(3 * rowQuantum, (rows + rowQuantum - 1) / rowQuantum * rowQuantum)
  }

  /// y = x Wᵀ (+ y where `accumulate`): x (rows, inner), W (outer, inner), y (rows, outer).
  package static func forward(
    _ y: FloatView, _ x: FloatView, weight: FloatView, rows: Int, inner: Int, outer: Int,
    accumulate: Bool = false
  ) {
    _ = coreName
    precondition(x.count >= rows * inner && y.count >= rows * outer)
    precondition(weight.count == inner * outer)
    if rows == 0 { return }
    unsafe cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, blasint(rows), blasint(outer), blasint(inner), 1,
      x.handle.base, blasint(inner), weight.handle.base, blasint(inner), accumulate ? 1 : 0,
      y.handle.base, blasint(outer))
  }

  /// dx = dy W (+ dx where `accumulate`), the gradient by the input of `forward`.
  package static func inputSlope(
    _ dx: FloatView, _ dy: FloatView, weight: FloatView, rows: Int, inner: Int, outer: Int,
    accumulate: Bool = false
  ) {
    _ = coreName
    precondition(dx.count >= rows * inner && dy.count >= rows * outer)
    precondition(weight.count == inner * outer)
    if rows == 0 { return }
    unsafe cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(rows), blasint(inner), blasint(outer), 1,
      dy.handle.base, blasint(outer), weight.handle.base, blasint(inner), accumulate ? 1 : 0,
      dx.handle.base, blasint(inner))
  }

  /// dW += dyᵀ x, the gradient by the weight of `forward`.
  package static func weightSlope(
    _ dWeight: FloatView, _ dy: FloatView, _ x: FloatView, rows: Int, inner: Int, outer: Int
  ) {
    _ = coreName
    precondition(x.count >= rows * inner && dy.count >= rows * outer)
    precondition(dWeight.count == inner * outer)
    if rows == 0 { return }
    unsafe cblas_sgemm(
      CblasRowMajor, CblasTrans, CblasNoTrans, blasint(outer), blasint(inner), blasint(rows), 1,
      dy.handle.base, blasint(outer), x.handle.base, blasint(inner), 1, dWeight.handle.base,
      blasint(inner))
  }
}

extension MatrixProduct {
  /// Whether a row of a padded forward product has the same bits in a call of any size: a test of
  /// this machine, in about a millisecond.
  ///
  /// Computes a product once as a whole and again in parts that begin anywhere, and compares bits.
  /// A list of cores would miss those that were never measured.
  package static func rowsKeepTheirBits(inner: Int, outer: Int) -> Bool {
    // More columns only repeat what these show, and take time where the vocabulary is large.
    let columns = min(outer, 256)
    let total = paddedRows(520)
    let x = noise(total * inner, key: 0)
    let w = noise(columns * inner, key: 1)
    let whole = FloatBuffer(count: total * columns).all
    forward(whole, x, weight: w, rows: total, inner: inner, outer: columns)
    return [(0, 48), (5, 48), (100, 64), (77, 112), (11, 256)].allSatisfy { start, rows in
      let part = FloatBuffer(count: rows * columns).all
      forward(
        part, x.slice(start * inner, rows * inner), weight: w, rows: rows, inner: inner,
        outer: columns)
      let first = start * columns
      return (0..<part.count).allSatisfy { part[$0].bitPattern == whole[first + $0].bitPattern }
    }
  }

  /// Numbers in [-0.5, 0.5) whose sums round.
  private static func noise(_ count: Int, key: UInt32) -> FloatView {
    let random = Philox(key: SIMD2(key, 0))
    var values: [Float] = []
    values.reserveCapacity(count + 3)
    while values.count < count {
      let words = random.block(SIMD4(UInt32(truncatingIfNeeded: values.count), 0, 0, 0))
      for lane in 0..<4 { values.append(Float(words[lane] >> 8) * 0x1p-24 - 0.5) }
    }
    let view = FloatBuffer(count: count).all
    view.copy(from: Array(values.prefix(count)))
    return view
  }

  /// The fastest sgemm this machine does: GFLOP/s summed over the threads, one product each.
  ///
  /// Tries a few shapes whose matrices fit the caches and takes the best of several timed batches
  /// of each, so that a moment of other work on the machine disturbs it least.
  package static func measurePeak(team: Team, seconds: Double = 0.6) -> Double {
    _ = coreName
    let shapes = [(512, 512, 384), (1024, 512, 512), (1024, 1024, 1024), (512, 768, 128)]
    var best = 0.0
    for (rows, outer, inner) in shapes {
      let buffers = (0..<team.threads).map { _ in
        [rows * inner, outer * inner, rows * outer].map { FloatBuffer(count: $0).all }
      }
      for set in buffers {
        set[0].fill(0.5)
        set[1].fill(0.25)
      }
      let flops = 2 * Double(rows * outer * inner)
      let repeats = max(2, Int(1e9 / flops))
      let end = DispatchTime.now().uptimeNanoseconds + UInt64(seconds * 1e9 / 4)
      repeat {
        let start = DispatchTime.now().uptimeNanoseconds
        team.forEach(pieces: team.threads) { worker, piece in
          for _ in 0..<repeats {
            forward(
              buffers[piece][2], buffers[piece][0], weight: buffers[piece][1], rows: rows,
              inner: inner, outer: outer)
          }
        }
        let elapsed = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        best = max(best, flops * Double(repeats * team.threads) / elapsed / 1e9)
      } while DispatchTime.now().uptimeNanoseconds < end
    }
    return best
  }
}
