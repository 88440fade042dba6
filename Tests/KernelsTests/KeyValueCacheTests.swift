import Kernels
import TestSupport
import Testing

@Suite struct KeyValueCacheTests {
  /// Attention of every row of a sequence through two caches, the first `split` positions in one.
  private func attend(
    _ qkv: FloatView, length n: Int, split: Int, shape: AttentionShape, layer: Int
  ) -> [Float] {
    let prompts = KeyValueCache(layers: 2, slots: 3, capacity: n, shape: shape)
    let own = KeyValueCache(layers: 2, slots: 4, capacity: n, shape: shape)
    let out = FloatBuffer(count: n * shape.queryWidth).all
    let scores = FloatBuffer(count: n + 64).all
    scores.fill(.nan)
    for row in 0..<split { prompts.store(layer: layer, slot: 2, position: row, qkv, row: row) }
    // Rows of the first part see it alone, later ones also what has been stored since.
    for row in 0..<n {
      if row >= split { own.store(layer: layer, slot: 1, position: row - split, qkv, row: row) }
      own.attend(
        out, qkv, row: row, layer: layer, prompts: prompts, promptSlot: 2,
        promptCount: min(split, row + 1), slot: 1, count: max(0, row + 1 - split), scores: scores)
    }
    return out.array
  }

  @Test(arguments: [2, 8, 16, 24, 32, 48], [1, 9, 33, 70])
  func anySplitHasTheBitsOfPackedAttention(headSize: Int, length n: Int) {
    var random = TestRandom(UInt64(headSize * n))
    let shape = AttentionShape(heads: 4, keyValueHeads: 2, headSize: headSize)
    let qkv = FloatBuffer(random.floats(n * shape.rowWidth)).all
    let out = FloatBuffer(count: n * shape.queryWidth).all
    let scratch = FloatBuffer(
      count: SequenceAttention.scratchCount(length: n, headSize: headSize)
    ).all
    SequenceAttention.forward(
      out, probabilities: nil, qkv, length: n, shape: shape,
      stride: SequenceAttention.probabilityStride(length: n), scratch: scratch)
    let packed = out.array
    for split in 0...n {
      let cached = attend(qkv, length: n, split: split, shape: shape, layer: split % 2)
      let differing = Tolerance.differingBits(cached, packed)
      #expect(differing == 0, "split \(split): \(differing) floats differ")
    }
  }

  @Test func slotsAndLayersAreApart() {
    var random = TestRandom(9)
    let shape = AttentionShape(heads: 2, keyValueHeads: 1, headSize: 4)
    let cache = KeyValueCache(layers: 2, slots: 2, capacity: 5, shape: shape)
    #expect(cache.capacity == 16 && cache.slots == 2)
    // One position each: attention over it returns its value.
    let rows = FloatBuffer(random.floats(4 * shape.rowWidth)).all
    for layer in 0..<2 {
      for slot in 0..<2 {
        cache.store(layer: layer, slot: slot, position: 0, rows, row: 2 * layer + slot)
      }
    }
    let out = FloatBuffer(count: shape.queryWidth).all
    let scores = FloatBuffer(count: 64).all
    for layer in 0..<2 {
      for slot in 0..<2 {
        cache.attend(
          out, rows, row: 0, layer: layer, prompts: cache, promptSlot: slot, promptCount: 1,
          slot: 0, count: 0, scores: scores)
        let start = (2 * layer + slot) * shape.rowWidth + shape.queryWidth + shape.keyWidth
        let value = rows.slice(start, 4).array
        #expect(out.array == value + value)
      }
    }
  }
}
