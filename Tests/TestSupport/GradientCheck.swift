package import Kernels

/// Slopes by finite differences, to judge those that a backward pass computes.
///
/// Central differences at h and 2h combined, so that the error falls with h⁴ and h can be large:
/// in float32 the noise of f, about 1e-7 |f| / h, is what limits the result.
package enum GradientCheck {
  /// The gradients of `f` by each float of `x`, which is changed in place and put back.
  ///
  /// `f` should sum its outputs in double precision.
  package static func slopes(
    by x: FloatView, step: Float = 0x1p-5, _ f: () -> Double
  ) -> [Double] {
    var slopes = [Double](repeating: 0, count: x.count)
    for i in 0..<x.count {
      let start = x[i]
      // Powers of two times the size of x, so that x ± h is nearly exact.
      let h = step * max(1, abs(start).binade)
      func difference(_ h: Float) -> Double {
        x[i] = start + h
        let (high, above) = (x[i], f())
        x[i] = start - h
        let (low, below) = (x[i], f())
        return (above - below) / (Double(high) - Double(low))
      }
      slopes[i] = (4 * difference(h) - difference(2 * h)) / 3
      x[i] = start
    }
    return slopes
  }

  /// The gradients of a double precision function, good to about ten digits.
  package static func slopes(
    by x: [Double], step: Double = 0x1p-10, _ f: ([Double]) -> Double
  ) -> [Double] {
    var moved = x
    return x.indices.map { i in
      func difference(_ h: Double) -> Double {
        moved[i] = x[i] + h
        let above = f(moved)
        moved[i] = x[i] - h
        let below = f(moved)
        return (above - below) / (2 * h)
      }
      let slope = (4 * difference(step) - difference(2 * step)) / 3
      moved[i] = x[i]
      return slope
    }
  }

  /// Σ a(i) b(i) in double precision: the loss whose gradient by a is b.
  package static func inner(_ a: [Float], _ b: [Float]) -> Double {
    zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }

  /// The same for doubles.
  package static func inner(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
