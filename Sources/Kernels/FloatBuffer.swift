/// A fixed block of float32 memory, aligned to a cache line and zeroed when made.
///
/// The only owner of float memory in Hone. Views keep it alive, so none can outlive its memory.
@safe package final class FloatBuffer: @unchecked Sendable {
  // Sendable by the rule of the parallel loops: pieces write disjoint views, none writes what
  // another piece reads.
  let base: UnsafeMutablePointer<Float>
  /// The number of floats.
  package let count: Int

  package init(count: Int) {
    precondition(count >= 0)
    self.count = count
    let bytes = max(64, count * MemoryLayout<Float>.stride)
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    unsafe base = raw.bindMemory(to: Float.self, capacity: max(16, count))
    unsafe base.initialize(repeating: 0, count: count)
  }

  deinit { unsafe base.deallocate() }

  /// The whole buffer as a view.
  package var all: FloatView { FloatView(owner: self, offset: 0, count: count) }

  /// A view of `count` floats from `offset`.
  package func view(_ offset: Int, _ count: Int) -> FloatView { all.slice(offset, count) }
}

/// A range of a `FloatBuffer`: what kernels read and write.
package struct FloatView: Sendable {
  let owner: FloatBuffer
  /// The first float's place in the buffer.
  package let offset: Int
  /// The number of floats.
  package let count: Int

  /// The unchecked handle kernels compute with.
  var handle: FloatHandle { unsafe FloatHandle(base: owner.base + offset) }

  /// A view of `count` floats that starts at `start` of this one.
  package func slice(_ start: Int, _ count: Int) -> FloatView {
    precondition(start >= 0 && count >= 0 && start + count <= self.count, "view out of range")
    return FloatView(owner: owner, offset: offset + start, count: count)
  }

  /// A view of a range of this one.
  package func slice(_ range: Range<Int>) -> FloatView { slice(range.lowerBound, range.count) }

  /// One float; the index is checked.
  package subscript(index: Int) -> Float {
    get {
      precondition(index >= 0 && index < count, "index out of range")
      return handle[index]
    }
    nonmutating set {
      precondition(index >= 0 && index < count, "index out of range")
      handle[index] = newValue
    }
  }

  /// Sets every float to `value`.
  package func fill(_ value: Float) {
    unsafe handle.base.update(repeating: value, count: count)
  }

  /// Copies all of `source`, which must have the same count.
  package func copy(from source: FloatView) {
    precondition(source.count == count, "counts differ")
    unsafe handle.base.update(from: source.handle.base, count: count)
  }

  /// Copies all of `values`, which must have the same count.
  package func copy(from values: [Float]) {
    precondition(values.count == count, "counts differ")
    let target = handle
    unsafe values.withUnsafeBufferPointer { source in
      if let start = source.baseAddress {
        unsafe target.base.update(from: start, count: values.count)
      }
    }
  }

  /// The floats as an array.
  package var array: [Float] {
    unsafe Array(UnsafeBufferPointer(start: handle.base, count: count))
  }

  /// Calls `body` with the floats to read.
  package func withSpan<Result>(_ body: (Span<Float>) -> Result) -> Result {
    body(unsafe Span(_unsafeStart: UnsafePointer(handle.base), count: count))
  }

  /// Calls `body` with the floats to write.
  package func withMutableSpan<Result>(_ body: (inout MutableSpan<Float>) -> Result) -> Result {
    var span = unsafe MutableSpan(_unsafeStart: handle.base, count: count)
    return body(&span)
  }

  /// Calls `body` with the floats' bytes, in memory order.
  package func withBytes<Result>(_ body: (RawSpan) throws -> Result) rethrows -> Result {
    let span = unsafe RawSpan(
      _unsafeStart: UnsafeRawPointer(handle.base), byteCount: count * 4)
    return try body(span)
  }

  /// The index of the first float that is not finite, or nil.
  package var firstNonFinite: Int? {
    let values = handle
    var index = 0
    while index < count {
      if !values[index].isFinite { return index }
      index += 1
    }
    return nil
  }
}

/// The unchecked pointer inside a kernel: bounds are checked once, where views come in.
///
/// Marked safe so that kernels read as arithmetic; it never leaves this module.
@safe struct FloatHandle: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>

  @inline(__always) init(base: UnsafeMutablePointer<Float>) { unsafe self.base = base }

  @inline(__always) subscript(index: Int) -> Float {
    get { unsafe base[index] }
    nonmutating set { unsafe base[index] = newValue }
  }

  @inline(__always) func advanced(_ count: Int) -> FloatHandle {
    unsafe FloatHandle(base: base + count)
  }

  /// Sixteen floats from `index`, which need not be aligned.
  @inline(__always) func load(_ index: Int) -> Vector {
    unsafe UnsafeRawPointer(base + index).loadUnaligned(as: Vector.self)
  }

  @inline(__always) func store(_ vector: Vector, _ index: Int) {
    unsafe UnsafeMutableRawPointer(base + index).storeBytes(of: vector, as: Vector.self)
  }
}
