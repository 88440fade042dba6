/// How far computed floats are from what they should be.
///
/// Not-a-number and another count are infinitely far.
package enum Tolerance {
  /// The largest |got - wanted| / max(1, |wanted|).
  package static func largestError(_ got: [Float], _ wanted: [Double]) -> Double {
    if got.count != wanted.count { return .infinity }
    return zip(got, wanted).reduce(0) { worst, pair in
      let error = abs(Double(pair.0) - pair.1) / max(1, abs(pair.1))
      return error.isFinite ? max(worst, error) : .infinity
    }
  }

  /// The Euclidean length of got - wanted over that of wanted.
  ///
  /// Where `wanted` is all zero, the length of got.
  package static func relativeError(_ got: [Float], _ wanted: [Double]) -> Double {
    relativeError(got.map(Double.init), wanted)
  }

  /// The same for doubles.
  package static func relativeError(_ got: [Double], _ wanted: [Double]) -> Double {
    if got.count != wanted.count { return .infinity }
    let difference = zip(got, wanted).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let size = wanted.reduce(0) { $0 + $1 * $1 }
    let error = size > 0 ? (difference / size).squareRoot() : difference.squareRoot()
    return error.isFinite ? error : .infinity
  }

  /// The distance in units of the last place of the float nearest to `wanted`.
  package static func ulps(_ got: Float, _ wanted: Double) -> Double {
    let error = abs(Double(got) - wanted) / Double(Float(wanted).ulp)
    return error.isFinite ? error : .infinity
  }

  /// The number of places where two arrays differ in any bit; all of them if counts differ.
  package static func differingBits(_ a: [Float], _ b: [Float]) -> Int {
    if a.count != b.count { return max(a.count, b.count) }
    return zip(a, b).reduce(0) { $0 + ($1.0.bitPattern == $1.1.bitPattern ? 0 : 1) }
  }
}

extension [Float] {
  /// The floats in double precision, for reference kernels.
  package var doubles: [Double] { map(Double.init) }
}
