internal import COpenBLAS

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
  /// every 12 are summed in another order, which no padding mends.
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

  /// dx = dy W (+ dx where `accumulate`), the slope by the input of `forward`.
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

  /// dW += dyᵀ x, the slope by the weight of `forward`.
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
