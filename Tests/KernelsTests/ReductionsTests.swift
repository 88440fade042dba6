import Kernels
import Parallel
import TestSupport
import Testing

@Suite struct ReductionsTests {
  static let counts = [0, 1, 7, 8, 9, 15, 16, 17, 31, 33, 255, 256, 257, 16_383, 16_385, 70_001]

  @Test(arguments: counts)
  func sumOfSquaresIsRightAndRepeats(count: Int) {
    var random = TestRandom(UInt64(count))
    let values = random.floats(count)
    let x = FloatBuffer(values).all
    let wanted = values.reduce(0.0) { $0 + Double($1) * Double($1) }
    let sums = [1, 2, 3].map { Reductions.sumOfSquares(x, team: Team(threads: $0)) }
    #expect(abs(sums[0] - wanted) <= 1e-6 * wanted)
    #expect(sums[1] == sums[0] && sums[2] == sums[0])
  }

  @Test(arguments: counts)
  func sumsBuffersInOrder(count: Int) {
    var random = TestRandom(UInt64(count + 1))
    let parts = (0..<3).map { _ in FloatBuffer(random.floats(count)) }
    let wanted = (0..<count).map { i in
      (parts[0].all[i] + parts[1].all[i]) + parts[2].all[i]
    }
    for threads in 1...3 {
      let target = FloatBuffer([Float](repeating: 9, count: count)).all
      Reductions.sum(target, of: parts, team: Team(threads: threads))
      #expect(Tolerance.differingBits(target.array, wanted) == 0)
    }
    let one = FloatBuffer(count: count).all
    Reductions.sum(one, of: [parts[1]])
    #expect(one.array == parts[1].all.array)
  }
}
