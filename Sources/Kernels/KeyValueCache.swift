/// Keys and values of past positions, by layer and slot: what makes decoding linear.
package final class KeyValueCache: Sendable {
  /// Slots, each with the positions of one sequence or prompt.
  package let slots: Int
  /// Positions a slot holds (whole vectors).
  package let capacity: Int
  private let layers: Int
  private let shape: AttentionShape
  private let keys: FloatBuffer  // (L, slots, K, D, capacity)
  private let values: FloatBuffer  // (L, slots, K, capacity, D)

  /// An empty cache; `capacity` is rounded up to whole vectors.
  package init(layers: Int, slots: Int, capacity: Int, shape: AttentionShape) {
    self.layers = layers
    self.slots = slots
    self.capacity = padded(max(1, capacity))
    self.shape = shape
    let count = layers * slots * shape.keyWidth * self.capacity
    keys = FloatBuffer(count: count)
    values = FloatBuffer(count: count)
  }

  @inline(__always)
  private func start(_ layer: Int, _ slot: Int) -> Int {
    (layer &* slots &+ slot) &* shape.keyWidth &* capacity
  }

  /// Keeps the keys and values of row `row` of qkv (rows, rowWidth) as `position` of a slot.
  package func store(layer: Int, slot: Int, position: Int, _ qkv: FloatView, row: Int) {
    precondition(layer < layers && slot >= 0 && slot < slots)
    precondition(position >= 0 && position < capacity && qkv.count >= (row + 1) * shape.rowWidth)
    let D = shape.headSize
    let source = qkv.handle.advanced(row &* shape.rowWidth &+ shape.queryWidth)
    let k = keys.all.handle.advanced(start(layer, slot))
    let v = values.all.handle.advanced(start(layer, slot))
    for i in 0..<shape.keyWidth { k[i &* capacity &+ position] = source[i] }
    let valueSource = source.advanced(shape.keyWidth)
    for head in 0..<shape.keyValueHeads {
      let target = v.advanced((head &* capacity &+ position) &* D)
      for d in 0..<D { target[d] = valueSource[head &* D &+ d] }
    }
  }

  /// Copies the first `count` positions of a slot to another one.
  package func copy(slot: Int, to other: Int, count: Int) {
    precondition(0..<slots ~= slot && 0..<slots ~= other && 0...capacity ~= count)
    let D = shape.headSize
    for layer in 0..<layers {
      let (from, to) = (start(layer, slot), start(layer, other))
      for i in 0..<shape.keyWidth {
        keys.view(to + i * capacity, count).copy(from: keys.view(from + i * capacity, count))
      }
      for head in 0..<shape.keyValueHeads {
        let place = head * capacity * D
        values.view(to + place, count * D).copy(from: values.view(from + place, count * D))
      }
    }
  }

  @inline(__always)
  func span(layer: Int, slot: Int, head: Int, count: Int) -> KeyValueSpan {
    let place = start(layer, slot) &+ head &* shape.headSize &* capacity
    return KeyValueSpan(
      keys: keys.all.handle.advanced(place), keyStride: capacity,
      values: values.all.handle.advanced(place), valueStride: shape.headSize, count: count)
  }

  /// Fills row `row` of out (rows, H * D) with the attention of that row's query over the first
  /// `promptCount` positions of slot `promptSlot` of `prompts`, then `count` positions of `slot`.
  ///
  /// `scores` is scratch of `promptCount + count + 32` floats.
  package func attend(
    _ out: FloatView, _ qkv: FloatView, row: Int, layer: Int, prompts: KeyValueCache,
    promptSlot: Int, promptCount: Int, slot: Int, count: Int, scores: FloatView
  ) {
    precondition(layer < layers && slot >= 0 && slot < slots && count <= capacity)
    precondition(promptSlot >= 0 && promptSlot < prompts.slots && promptCount <= prompts.capacity)
    precondition(prompts.shape == shape && prompts.layers == layers)
    precondition(out.count >= (row + 1) * shape.queryWidth)
    precondition(qkv.count >= (row + 1) * shape.rowWidth)
    precondition(scores.count >= promptCount + count + 32)
    let D = shape.headSize
    let q = qkv.handle.advanced(row &* shape.rowWidth)
    let o = out.handle.advanced(row &* shape.queryWidth)
    let s = scores.handle
    for head in 0..<shape.heads {
      let group = head / shape.headsPerKey
      attendRow(
        o.advanced(head &* D), q.advanced(head &* D),
        prompts.span(layer: layer, slot: promptSlot, head: group, count: promptCount),
        span(layer: layer, slot: slot, head: group, count: count), scores: s, headSize: D,
        scale: shape.scale)
    }
  }
}
