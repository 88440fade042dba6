import Kernels
import TestSupport
import Testing

@Suite struct RotaryPositionsTests {
  @Test(arguments: [2, 8, 16, 24, 32, 34, 48, 64])
  func agreesWithTheReference(headSize D: Int) {
    var random = TestRandom(UInt64(D))
    let (heads, positions, theta) = (3, 70, 10000.0)
    let rotary = RotaryPositions(positions: positions, headSize: D, theta: theta)
    #expect(rotary.positions == positions)
    // Rows hold one head more, which must not be touched.
    let stride = (heads + 1) * D
    for position in [0, 1, 2, 17, 69] {
      let start = random.floats(2 * stride)
      let x = FloatBuffer(start).all
      rotary.turn(x, row: 1, stride: stride, heads: heads, position: position)
      let turned = Reference.rotary(
        Array(start.doubles[stride..<stride + heads * D]), headSize: D, position: position,
        theta: theta)
      #expect(Tolerance.relativeError(x.slice(stride, heads * D).array, turned) < 5e-7)
      #expect(x.slice(0, stride).array == Array(start[0..<stride]))
      #expect(x.slice(stride + heads * D, D).array == Array(start[(stride + heads * D)...]))
      if position == 0 { #expect(x.array == start) }
    }
  }

  @Test(arguments: [2, 24, 32, 48])
  func theInverseIsTheSlope(headSize D: Int) {
    var random = TestRandom(UInt64(D + 1))
    let rotary = RotaryPositions(positions: 100, headSize: D, theta: 500_000)
    let x = random.floats(2 * D)
    let dy = random.floats(2 * D)
    let slopes = GradientCheck.slopes(by: x.doubles) {
      GradientCheck.inner(
        Reference.rotary($0, headSize: D, position: 99, theta: 500_000), dy.doubles)
    }
    let dx = FloatBuffer(dy).all
    rotary.turn(dx, row: 0, stride: 2 * D, heads: 2, position: 99, inverse: true)
    #expect(Tolerance.relativeError(dx.array, slopes) < 5e-7)

    let back = FloatBuffer(x).all
    rotary.turn(back, row: 0, stride: 2 * D, heads: 2, position: 42)
    rotary.turn(back, row: 0, stride: 2 * D, heads: 2, position: 42, inverse: true)
    #expect(Tolerance.relativeError(back.array, x.doubles) < 5e-7)
  }
}
