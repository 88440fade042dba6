import Kernels
import TestSupport
import Testing

@Suite struct EmbeddingTests {
  @Test(arguments: [1, 7, 8, 9, 16, 17, 33])
  func looksUpRowsAndAddsSlopesBack(width C: Int) {
    var random = TestRandom(UInt64(C))
    let V = 6
    let table = random.floats(V * C)
    let tokens: [Int32] = [5, 0, 3, 3, 1, 3]
    let range = 1..<6
    let x = FloatBuffer(count: range.count * C).all
    Embedding.forward(
      x, table: FloatBuffer(table).all, tokens: tokens, range: range, width: C)
    let rows = range.flatMap { table[Int(tokens[$0]) * C..<(Int(tokens[$0]) + 1) * C] }
    #expect(x.array == rows)

    let dx = random.floats(range.count * C)
    var wanted = [Double](repeating: 1, count: V * C)
    for (row, place) in range.enumerated() {
      for i in 0..<C { wanted[Int(tokens[place]) * C + i] += Double(dx[row * C + i]) }
    }
    let dTable = FloatBuffer([Float](repeating: 1, count: V * C)).all
    Embedding.backward(
      dTable: dTable, FloatBuffer(dx).all, tokens: tokens, range: range, width: C)
    #expect(Tolerance.largestError(dTable.array, wanted) < 1e-6)
  }

  @Test func gathersAndScattersRows() {
    let source = FloatBuffer((0..<12).map(Float.init)).all
    let rows: [Int32] = [3, 0, 3, 9]  // only the first three count
    let target = FloatBuffer(count: 9).all
    Embedding.gather(target, source, rows: rows, count: 3, width: 3)
    #expect(target.array == [9, 10, 11, 0, 1, 2, 9, 10, 11])
    let back = FloatBuffer([Float](repeating: 1, count: 12)).all
    Embedding.scatterAdd(back, target, rows: rows, count: 3, width: 3)
    #expect(back.array == [1, 2, 3, 1, 1, 1, 1, 1, 1, 19, 21, 23])
  }

  @Test func nothingIsLookedUpForNoTokens() {
    let table = FloatBuffer([1, 2]).all
    let x = FloatBuffer(count: 0).all
    Embedding.forward(x, table: table, tokens: [], range: 0..<0, width: 2)
    Embedding.backward(dTable: table, x, tokens: [], range: 0..<0, width: 2)
    #expect(table.array == [1, 2])
  }
}
