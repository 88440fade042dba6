/// Philox4x32-10, a counter-based generator: random numbers as a function, not a state.
///
/// Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
package struct Philox: Sendable, Equatable {
  /// The key, low word first.
  package let key: SIMD2<UInt32>

  package init(key: SIMD2<UInt32>) { self.key = key }

  /// The generator of one purpose of a run, so that no two purposes share numbers.
  package init(seed: UInt64, purpose: UInt32) {
    let raw = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    let mixed = Philox(key: raw).block(SIMD4(purpose, 0x686f_6e65, 0, 0))
    key = SIMD2(mixed.x, mixed.y)
  }

  /// The four random words at a counter (low word first).
  package func block(_ counter: SIMD4<UInt32>, rounds: Int = 10) -> SIMD4<UInt32> {
    var c = counter
    var k = key
    for _ in 0..<rounds {
      let a = UInt64(0xD251_1F53) &* UInt64(c.x)
      let b = UInt64(0xCD9E_8D57) &* UInt64(c.z)
      c = SIMD4(
        UInt32(truncatingIfNeeded: b >> 32) ^ c.y ^ k.x, UInt32(truncatingIfNeeded: b),
        UInt32(truncatingIfNeeded: a >> 32) ^ c.w ^ k.y, UInt32(truncatingIfNeeded: a))
      k.x = k.x &+ 0x9E37_79B9
      k.y = k.y &+ 0xBB67_AE85
    }
    return c
  }

  /// A number in [0, 1) with 24 bits, at a counter.
  package func uniform(_ counter: SIMD4<UInt32>) -> Float {
    Float(block(counter).x >> 8) * 0x1p-24
  }

  /// Two independent standard normal numbers at a counter (Box and Muller).
  package func normals(_ counter: SIMD4<UInt32>) -> SIMD2<Float> {
    let words = block(counter)
    let radius = (-2 * logarithm((Float(words.x >> 8) + 1) * 0x1p-24)).squareRoot()
    let angle = 2 * Float.pi * Float(words.y >> 8) * 0x1p-24
    return SIMD2(radius * cosine(angle), radius * sine(angle))
  }
}
