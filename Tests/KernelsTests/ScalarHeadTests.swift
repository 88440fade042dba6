import Kernels
import TestSupport
import Testing

@Suite struct ScalarHeadTests {
  /// y = x · w + b, slowly.
  private func reference(_ x: [Double], _ w: [Double], _ b: Double) -> [Double] {
    Reference.matrixProduct(x, weight: w, rows: x.count / w.count, inner: w.count, outer: 1)
      .map { $0 + b }
  }

  @Test(arguments: RMSNormTests.widths)
  func agreesWithTheReference(width C: Int) {
    for rows in [0, 1, 3] {
      var random = TestRandom(UInt64(C))
      let (x, w) = (random.floats(rows * C), random.floats(C))
      let y = FloatBuffer(count: rows).all
      ScalarHead.forward(
        y, FloatBuffer(x).all, weight: FloatBuffer(w).all, bias: FloatBuffer([0.7]).all, rows: rows)
      let wanted = reference(x.doubles, w.doubles, Double(Float(0.7)))
      #expect(Tolerance.largestError(y.array, wanted) < 2e-6)
    }
  }

  @Test(arguments: RMSNormTests.widths)
  func slopesAgreeWithFiniteDifferences(width C: Int) {
    var random = TestRandom(UInt64(C + 100))
    let rows = 3
    let (x, w) = (random.floats(rows * C), random.floats(C))
    let (b, dy) = (random.floats(1), random.floats(rows))
    let byInput = GradientCheck.slopes(by: x.doubles) {
      GradientCheck.inner(reference($0, w.doubles, Double(b[0])), dy.doubles)
    }
    let byWeight = GradientCheck.slopes(by: w.doubles) {
      GradientCheck.inner(reference(x.doubles, $0, Double(b[0])), dy.doubles)
    }
    let byBias = GradientCheck.slopes(by: b.doubles) {
      GradientCheck.inner(reference(x.doubles, w.doubles, $0[0]), dy.doubles)
    }
    // All three gradients are added to what is there.
    let (dx, dw) = (FloatBuffer(count: rows * C).all, FloatBuffer(count: C).all)
    let db = FloatBuffer(count: 1).all
    dx.fill(1)
    dw.fill(2)
    db.fill(3)
    ScalarHead.backward(
      dx, dWeight: dw, dBias: db, FloatBuffer(dy).all, FloatBuffer(x).all,
      weight: FloatBuffer(w).all, rows: rows)
    #expect(Tolerance.relativeError(dx.array, byInput.map { $0 + 1 }) < 1e-6)
    #expect(Tolerance.relativeError(dw.array, byWeight.map { $0 + 2 }) < 1e-6)
    #expect(Tolerance.relativeError(db.array, byBias.map { $0 + 3 }) < 1e-6)
  }

  @Test func aRowsBitsDoNotDependOnTheCall() {
    var random = TestRandom(9)
    let (rows, C) = (37, 24)
    let (x, w) = (FloatBuffer(random.floats(rows * C)).all, FloatBuffer(random.floats(C)).all)
    let bias = FloatBuffer([0.1]).all
    let (together, alone) = (FloatBuffer(count: rows).all, FloatBuffer(count: rows).all)
    ScalarHead.forward(together, x, weight: w, bias: bias, rows: rows)
    for row in 0..<rows {
      ScalarHead.forward(
        alone.slice(row, 1), x.slice(row * C, C), weight: w, bias: bias, rows: 1)
    }
    #expect(Tolerance.differingBits(together.array, alone.array) == 0)
  }
}
