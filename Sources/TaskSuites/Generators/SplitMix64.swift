/// A small random generator whose stream depends on its seed alone, on every machine and for ever.
///
/// Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014. The standard
/// library's own drawing functions may change between releases, so the draws are written out here.
package struct SplitMix64: Sendable {
  private var state: UInt64

  /// Starts a stream.
  package init(seed: UInt64) {
    state = seed
  }

  /// The next 64 random bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return mixed(state)
  }

  /// A whole number from 0 up to, but not including, the bound; its bias is below bound / 2^64.
  package mutating func next(below bound: Int) -> Int {
    precondition(bound > 0, "the bound must be positive")
    return Int(UInt64(bound).multipliedFullWidth(by: next()).high)
  }

  /// A whole number of the range.
  package mutating func next(in range: ClosedRange<Int>) -> Int {
    range.lowerBound + next(below: range.upperBound - range.lowerBound + 1)
  }

  /// True with the given probability.
  package mutating func chance(_ probability: Double) -> Bool {
    Double(next() >> 11) * 0x1p-53 < probability
  }

  /// One of the elements.
  package mutating func element<Element>(of elements: [Element]) -> Element {
    elements[next(below: elements.count)]
  }

  /// Puts the elements in a random order (Fisher and Yates).
  package mutating func shuffle<Element>(_ elements: inout [Element]) {
    guard elements.count > 1 else { return }
    for place in (1..<elements.count).reversed() {
      elements.swapAt(place, next(below: place + 1))
    }
  }
}

/// SplitMix64's finalizer: a bijection in which every input bit moves every output bit.
func mixed(_ value: UInt64) -> UInt64 {
  var z = value
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}
