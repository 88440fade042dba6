/// A 64-bit hash that is the same in every process and release, unlike `Hasher`.
struct StableHash: Sendable {
  private(set) var value: UInt64

  init(_ purpose: UInt64) {
    value = mixed(purpose &+ 0x9E37_79B9_7F4A_7C15)
  }

  /// Mixes in a number; the order of the numbers counts.
  mutating func combine(_ number: UInt64) {
    value = mixed((value << 23 | value >> 41) ^ mixed(number &+ 0x9E37_79B9_7F4A_7C15))
  }

  /// Mixes in a text: FNV-1a over its bytes, then its length.
  mutating func combine(_ bytes: some Sequence<UInt8>) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    var count: UInt64 = 0
    for byte in bytes {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
      count += 1
    }
    combine(hash)
    combine(count)
  }
}
