import Kernels
import TestSupport
import Testing

@Suite struct RMSNormTests {
  static let widths = [1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 80]

  @Test(arguments: widths)
  func agreesWithTheReference(width C: Int) {
    for rows in [0, 1, 3] {
      var random = TestRandom(UInt64(C))
      let x = random.floats(rows * C, scale: 2)
      let w = random.floats(C)
      let (y, scale) = (FloatBuffer(count: rows * C).all, FloatBuffer(count: rows).all)
      RMSNorm.forward(
        y, scale: scale, FloatBuffer(x).all, weight: FloatBuffer(w).all, rows: rows, epsilon: 1e-5)
      let wanted = Reference.rmsNorm(x.doubles, weight: w.doubles, epsilon: 1e-5)
      #expect(Tolerance.relativeError(y.array, wanted) < 5e-7)
    }
  }

  @Test(arguments: widths)
  func slopesAgreeWithTheReference(width C: Int) {
    var random = TestRandom(UInt64(C + 100))
    let (rows, epsilon) = (3, 1e-5)
    let x = random.floats(rows * C)
    let w = random.floats(C)
    let dy = random.floats(rows * C)
    let byInput = GradientCheck.slopes(by: x.doubles) {
      GradientCheck.inner(Reference.rmsNorm($0, weight: w.doubles, epsilon: epsilon), dy.doubles)
    }
    let byWeight = GradientCheck.slopes(by: w.doubles) {
      GradientCheck.inner(Reference.rmsNorm(x.doubles, weight: $0, epsilon: epsilon), dy.doubles)
    }
    let (xView, wView, dyView) = (FloatBuffer(x).all, FloatBuffer(w).all, FloatBuffer(dy).all)
    let (y, scale) = (FloatBuffer(count: rows * C).all, FloatBuffer(count: rows).all)
    RMSNorm.forward(y, scale: scale, xView, weight: wView, rows: rows, epsilon: Float(epsilon))
    // Both gradients are added to what is there.
    let (dx, dw) = (FloatBuffer(count: rows * C).all, FloatBuffer(count: C).all)
    dx.fill(1)
    dw.fill(2)
    RMSNorm.backward(dx, dWeight: dw, dyView, scale: scale, xView, weight: wView, rows: rows)
    #expect(Tolerance.relativeError(dx.array, byInput.map { $0 + 1 }) < 3e-6)
    #expect(Tolerance.relativeError(dw.array, byWeight.map { $0 + 2 }) < 3e-6)
  }

  @Test func slopesAgreeWithFiniteDifferences() {
    var random = TestRandom(5)
    let (rows, C) = (2, 21)
    let x = FloatBuffer(random.floats(rows * C)).all
    let w = FloatBuffer(random.floats(C)).all
    let dy = FloatBuffer(random.floats(rows * C)).all
    let (y, scale) = (FloatBuffer(count: rows * C).all, FloatBuffer(count: rows).all)
    func loss() -> Double {
      RMSNorm.forward(y, scale: scale, x, weight: w, rows: rows, epsilon: 1e-6)
      return GradientCheck.inner(y.array, dy.array)
    }
    _ = loss()
    let (dx, dw) = (FloatBuffer(count: rows * C).all, FloatBuffer(count: C).all)
    RMSNorm.backward(dx, dWeight: dw, dy, scale: scale, x, weight: w, rows: rows)
    #expect(Tolerance.relativeError(dx.array, GradientCheck.slopes(by: x, loss)) < 3e-5)
    #expect(Tolerance.relativeError(dw.array, GradientCheck.slopes(by: w, loss)) < 3e-5)
  }

  @Test func aRowOfZerosStaysZero() {
    let (x, w) = (FloatBuffer(count: 20).all, FloatBuffer([Float](repeating: 1, count: 20)).all)
    let (y, scale) = (FloatBuffer(count: 20).all, FloatBuffer(count: 1).all)
    RMSNorm.forward(y, scale: scale, x, weight: w, rows: 1, epsilon: 1e-6)
    #expect(y.array == [Float](repeating: 0, count: 20))
    #expect(abs(scale[0] - 1000) < 0.01)
  }
}
