package import Kernels

/// Numbers for tests: SplitMix64, on purpose not the generator under test.
package struct TestRandom {
  private var state: UInt64

  /// Starts a stream.
  package init(_ seed: UInt64) { state = seed }

  /// The next 64 bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number in [0, 1).
  package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// An integer in `range`.
  package mutating func integer(in range: Range<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.count))
  }

  /// Floats that are roughly normal (a sum of four uniforms) with deviation `scale`.
  package mutating func floats(_ count: Int, scale: Double = 1) -> [Float] {
    (0..<count).map { _ in
      let sum = uniform() + uniform() + uniform() + uniform()
      return Float((sum - 2) * 3.0.squareRoot() * scale)
    }
  }

  /// Token ids below `vocabulary`.
  package mutating func tokens(_ count: Int, vocabulary: Int) -> [Int32] {
    (0..<count).map { _ in Int32(integer(in: 0..<vocabulary)) }
  }
}

extension FloatBuffer {
  /// A buffer that holds `values`.
  package convenience init(_ values: [Float]) {
    self.init(count: values.count)
    all.copy(from: values)
  }
}
