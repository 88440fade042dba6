import Kernels
import TestSupport
import Testing

@Suite struct FloatBufferTests {
  @Test func startsAtZeroAndHoldsWhatIsWritten() {
    for count in [0, 1, 15, 16, 17, 1000] {
      let buffer = FloatBuffer(count: count)
      #expect(buffer.all.array == [Float](repeating: 0, count: count))
      let values = (0..<count).map { Float($0) - 3 }
      buffer.all.copy(from: values)
      #expect(buffer.all.array == values)
      buffer.all.fill(2)
      #expect(buffer.all.array == [Float](repeating: 2, count: count))
    }
  }

  @Test func slicesShareTheirMemory() {
    let buffer = FloatBuffer((0..<10).map(Float.init))
    let middle = buffer.view(3, 4)
    #expect(middle.array == [3, 4, 5, 6])
    #expect(middle.slice(1, 2).array == [4, 5])
    middle[0] = 9
    middle.slice(2, 2).fill(1)
    #expect(buffer.all.array == [0, 1, 2, 9, 4, 1, 1, 7, 8, 9])
    buffer.view(0, 4).copy(from: middle)
    #expect(buffer.all.array == [9, 4, 1, 1, 4, 1, 1, 7, 8, 9])
    #expect(buffer.view(10, 0).array.isEmpty)
  }

  @Test func viewsKeepTheirMemoryAlive() {
    func make() -> FloatView {
      let view = FloatBuffer(count: 1 << 16).all
      view.fill(7)
      return view
    }
    let views = (0..<8).map { _ in make() }
    #expect(views.allSatisfy { $0.array.allSatisfy { $0 == 7 } })
  }

  @Test func bytesAreLittleEndianFloats() {
    let buffer = FloatBuffer([1, -2])
    let bytes = buffer.all.withBytes { span in
      (0..<span.byteCount).map { unsafe span.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
    }
    #expect(bytes == [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0])
  }

  @Test func findsTheFirstNumberThatIsNotFinite() {
    let buffer = FloatBuffer([Float](repeating: 1, count: 40))
    #expect(buffer.all.firstNonFinite == nil)
    buffer.all[33] = .nan
    #expect(buffer.all.firstNonFinite == 33)
    buffer.all[20] = -.infinity
    #expect(buffer.all.firstNonFinite == 20)
    #expect(buffer.view(21, 12).firstNonFinite == nil)
  }

  @Test func indexBuffersHoldIds() {
    let ids = IndexBuffer(count: 5)
    #expect((0..<5).allSatisfy { ids[$0] == 0 })
    for i in 0..<5 { ids[i] = Int32(-i) }
    #expect((0..<5).allSatisfy { ids[$0] == Int32(-$0) })
    #expect(IndexBuffer(count: 0).count == 0)
  }
}
