/// A random order of the numbers below a count that can be asked for any place alone.
///
/// A four-round Feistel network permutes the smallest square power of two that holds the count;
/// values beyond the count are sent through again until they fall below it (cycle walking: Black,
/// Rogaway, "Ciphers with arbitrary finite domains", 2002), fewer than four times on average.
package struct Permutation: Sendable {
  package let count: Int
  let seed: UInt64
  private let halfBits: UInt64

  package init(count: Int, seed: UInt64) {
    precondition(count > 0, "nothing to put in order")
    self.count = count
    self.seed = seed
    let bits = Int.bitWidth - (count - 1).leadingZeroBitCount
    halfBits = UInt64(max(1, (bits + 1) / 2))
  }

  /// The number at a place.
  package subscript(place: Int) -> Int {
    precondition((0..<count).contains(place), "the place is outside of the order")
    let mask = (1 as UInt64) << halfBits - 1
    var value = UInt64(place)
    repeat {
      var (left, right) = (value >> halfBits, value & mask)
      for round in 0..<4 {
        (left, right) = (right, left ^ (mixed(right &+ mixed(seed &+ UInt64(round))) & mask))
      }
      value = left << halfBits | right
    } while value >= UInt64(count)
    return Int(value)
  }
}
