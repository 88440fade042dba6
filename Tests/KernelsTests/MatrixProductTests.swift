import Kernels
import TestSupport
import Testing

@Suite struct MatrixProductTests {
  /// rows, inner, outer.
  static let sizes = [
    (0, 3, 2), (1, 1, 1), (1, 7, 9), (7, 8, 9), (8, 1, 15), (15, 16, 17), (16, 17, 1), (17, 31, 33),
    (33, 15, 31), (48, 32, 88), (63, 64, 65), (100, 40, 3),
  ]

  @Test(arguments: sizes)
  func forwardAgreesWithTheReference(rows: Int, inner: Int, outer: Int) {
    var random = TestRandom(1)
    let x = random.floats(rows * inner)
    let w = random.floats(inner * outer)
    let start = random.floats(rows * outer)
    let wanted = Reference.matrixProduct(
      x.doubles, weight: w.doubles, rows: rows, inner: inner, outer: outer)
    let (xView, wView) = (FloatBuffer(x).all, FloatBuffer(w).all)
    for accumulate in [false, true] {
      let y = FloatBuffer(start).all
      MatrixProduct.forward(
        y, xView, weight: wView, rows: rows, inner: inner, outer: outer, accumulate: accumulate)
      let sum = accumulate ? zip(wanted, start).map { $0.0 + Double($0.1) } : wanted
      #expect(Tolerance.relativeError(y.array, sum) < 1e-6)
    }
  }

  @Test(arguments: sizes)
  func slopesAgreeWithTheReference(rows: Int, inner: Int, outer: Int) {
    var random = TestRandom(2)
    let x = random.floats(rows * inner)
    let w = random.floats(inner * outer)
    let dy = random.floats(rows * outer)
    // dx = dy W is dy (Wᵀ)ᵀ, and dW = dyᵀ x is dyᵀ (xᵀ)ᵀ.
    let byInput = Reference.matrixProduct(
      dy.doubles, weight: Reference.transpose(w.doubles, rows: outer, columns: inner), rows: rows,
      inner: outer, outer: inner)
    let byWeight = Reference.matrixProduct(
      Reference.transpose(dy.doubles, rows: rows, columns: outer),
      weight: Reference.transpose(x.doubles, rows: rows, columns: inner), rows: outer, inner: rows,
      outer: inner)
    let (xView, wView, dyView) = (FloatBuffer(x).all, FloatBuffer(w).all, FloatBuffer(dy).all)

    let dx = FloatBuffer([Float](repeating: 1, count: rows * inner)).all
    MatrixProduct.inputSlope(dx, dyView, weight: wView, rows: rows, inner: inner, outer: outer)
    #expect(Tolerance.relativeError(dx.array, byInput) < 1e-6)
    MatrixProduct.inputSlope(
      dx, dyView, weight: wView, rows: rows, inner: inner, outer: outer, accumulate: true)
    #expect(Tolerance.relativeError(dx.array, byInput.map { 2 * $0 }) < 1e-6)

    let dw = FloatBuffer([Float](repeating: 1, count: inner * outer)).all
    MatrixProduct.weightSlope(dw, dyView, xView, rows: rows, inner: inner, outer: outer)
    #expect(Tolerance.relativeError(dw.array, byWeight.map { $0 + 1 }) < 1e-6)
  }

  @Test func slopesAgreeWithFiniteDifferences() {
    var random = TestRandom(3)
    let (rows, inner, outer) = (5, 9, 7)
    let x = FloatBuffer(random.floats(rows * inner)).all
    let w = FloatBuffer(random.floats(inner * outer)).all
    let dy = FloatBuffer(random.floats(rows * outer)).all
    let y = FloatBuffer(count: rows * outer).all
    func loss() -> Double {
      MatrixProduct.forward(y, x, weight: w, rows: rows, inner: inner, outer: outer)
      return GradientCheck.inner(y.array, dy.array)
    }
    let dx = FloatBuffer(count: rows * inner).all
    MatrixProduct.inputSlope(dx, dy, weight: w, rows: rows, inner: inner, outer: outer)
    #expect(Tolerance.relativeError(dx.array, GradientCheck.slopes(by: x, loss)) < 1e-5)
    let dw = FloatBuffer(count: inner * outer).all
    MatrixProduct.weightSlope(dw, dy, x, rows: rows, inner: inner, outer: outer)
    #expect(Tolerance.relativeError(dw.array, GradientCheck.slopes(by: w, loss)) < 1e-5)
  }

  @Test func paddingIsAMultipleOfTheQuantumAndNeverBelowThree() {
    for rows in 0..<200 {
      let padded = MatrixProduct.paddedRows(rows)
      #expect(padded >= rows && padded >= 48 && padded % 16 == 0 && padded < max(49, rows + 16))
    }
  }

  /// What makes sampler and trainer agree to the bit: a row doesn't feel its neighbours.
  @Test(.enabled(if: MatrixProduct.keepsRowsApart, "not a core measured to have the property"))
  func rowsKeepTheirBitsInPaddedCalls() {
    var random = TestRandom(4)
    for (inner, outer) in [(128, 384), (128, 128), (384, 128), (128, 88), (256, 768)] {
      let total = 512
      let x = FloatBuffer(random.floats(total * inner)).all
      let w = FloatBuffer(random.floats(inner * outer)).all
      let y = FloatBuffer(count: total * outer).all
      MatrixProduct.forward(y, x, weight: w, rows: total, inner: inner, outer: outer)
      for (start, rows) in [(0, 48), (5, 48), (100, 64), (77, 112), (200, 256), (11, 496)] {
        let part = FloatBuffer(count: rows * outer).all
        MatrixProduct.forward(
          part, x.slice(start * inner, rows * inner), weight: w, rows: rows, inner: inner,
          outer: outer)
        let whole = y.slice(start * outer, rows * outer).array
        #expect(Tolerance.differingBits(part.array, whole) == 0)
      }
    }
  }

  /// The test that a run makes at its start finds what was measured with care.
  @Test(.enabled(if: MatrixProduct.keepsRowsApart, "not a core measured to have the property"))
  func theSelfTestFindsTheProperty() {
    for (inner, outer) in [(128, 384), (384, 128), (128, 88), (16, 88), (1152, 384)] {
      #expect(MatrixProduct.rowsKeepTheirBits(inner: inner, outer: outer))
    }
    // Below 1200 results, small calls have loops of their own.
    #expect(!MatrixProduct.rowsKeepTheirBits(inner: 128, outer: 12))
  }
}

extension MatrixProduct {
  static var keepsRowsApart: Bool {
    ["SkylakeX", "Cooperlake", "SapphireRapids"].contains(coreName)
  }
}
