/// How a tensor's numbers are stored.
package enum TensorFormat: String, Hashable, Sendable {
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"

  /// Bytes for one number.
  package var byteCount: Int { self == .float32 ? 4 : 2 }
}

/// One tensor of a safetensors file: its name, shape, format and place.
package struct TensorLayout: Hashable, Sendable {
  package let name: String
  /// Sizes, outermost first; empty for a single number.
  package let shape: [Int]
  package let format: TensorFormat
  /// The place of its bytes after the header, row-major, little-endian.
  package let range: Range<Int>

  /// How many numbers it holds.
  package var count: Int { range.count / format.byteCount }
}

/// A tensor to be written.
package struct TensorEntry: Hashable, Sendable {
  package let name: String
  /// Sizes, outermost first.
  package let shape: [Int]
  /// The numbers, row-major.
  package let values: [Float]

  package init(name: String, shape: [Int], values: [Float]) {
    precondition(values.count == shape.reduce(1, *), "\(name): count and shape differ")
    self.name = name
    self.shape = shape
    self.values = values
  }
}
