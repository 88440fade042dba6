import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct SwiGLUTests {
  static let widths = [1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 50]

  @Test(arguments: widths)
  func agreesWithTheReference(width F: Int) {
    for rows in [0, 1, 3] {
      var random = TestRandom(UInt64(F))
      let gateUp = random.floats(2 * rows * F, scale: 4)
      let a = FloatBuffer(count: rows * F).all
      SwiGLU.forward(a, FloatBuffer(gateUp).all, rows: rows, width: F)
      let wanted = Reference.swiGLU(gateUp.doubles, width: F)
      #expect(Tolerance.relativeError(a.array, wanted) < 5e-7)
    }
  }

  @Test(arguments: widths)
  func slopesAgreeWithTheReference(width F: Int) {
    var random = TestRandom(UInt64(F + 50))
    let rows = 3
    let gateUp = random.floats(2 * rows * F, scale: 3)
    let da = random.floats(rows * F)
    let wanted = GradientCheck.slopes(by: gateUp.doubles) {
      GradientCheck.inner(Reference.swiGLU($0, width: F), da.doubles)
    }
    let slopes = FloatBuffer(gateUp).all
    SwiGLU.backward(slopes, FloatBuffer(da).all, rows: rows, width: F)
    #expect(Tolerance.relativeError(slopes.array, wanted) < 1e-6)
  }

  @Test func slopesAgreeWithFiniteDifferences() {
    var random = TestRandom(6)
    let (rows, F) = (2, 19)
    let gateUp = FloatBuffer(random.floats(2 * rows * F)).all
    let da = FloatBuffer(random.floats(rows * F)).all
    let a = FloatBuffer(count: rows * F).all
    let numeric = GradientCheck.slopes(by: gateUp) {
      SwiGLU.forward(a, gateUp, rows: rows, width: F)
      return GradientCheck.inner(a.array, da.array)
    }
    SwiGLU.backward(gateUp, da, rows: rows, width: F)
    #expect(Tolerance.relativeError(gateUp.array, numeric) < 1e-5)
  }

  /// sigmoid(g) = 1 / (1 + e^-g) to a few last places wherever it is above 1e-37.
  @Test func theSigmoidIsExactToAFewLastPlaces() {
    let gates = (-8500...8500).map { Float($0) * 0.01 }
    let gateUp = FloatBuffer(gates + [Float](repeating: 1, count: gates.count)).all
    let a = FloatBuffer(count: gates.count).all
    SwiGLU.forward(a, gateUp, rows: 1, width: gates.count)
    let worst = zip(a.array, gates).map { got, gate in
      Tolerance.ulps(got, Double(gate) / (1 + exp(-Double(gate))))
    }.max()
    #expect((worst ?? .infinity) < 5)
  }

  @Test func hugeGatesStayFinite() {
    let gateUp = FloatBuffer([-1e30, 1e30, -200, 200, 1, 1, 1, 1]).all
    let a = FloatBuffer(count: 4).all
    SwiGLU.forward(a, gateUp, rows: 1, width: 4)
    #expect(a[1] == 1e30 && a[3] == 200 && abs(a[0]) < 1e-7 && abs(a[2]) < 1e-35)
    SwiGLU.backward(gateUp, FloatBuffer([1, 1, 1, 1]).all, rows: 1, width: 4)
    #expect(gateUp.firstNonFinite == nil)
  }
}
