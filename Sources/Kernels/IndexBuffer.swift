/// A fixed block of 32-bit token ids that parallel pieces may fill, each its own range.
@safe package final class IndexBuffer: @unchecked Sendable {
  private let base: UnsafeMutablePointer<Int32>
  /// The number of ids.
  package let count: Int

  package init(count: Int) {
    precondition(count >= 0)
    self.count = count
    unsafe base = .allocate(capacity: max(1, count))
    unsafe base.initialize(repeating: 0, count: count)
  }

  deinit { unsafe base.deallocate() }

  /// One id; the index is checked.
  package subscript(index: Int) -> Int32 {
    get {
      precondition(index >= 0 && index < count, "index out of range")
      return unsafe base[index]
    }
    set {
      precondition(index >= 0 && index < count, "index out of range")
      unsafe base[index] = newValue
    }
  }
}
