internal import Foundation

/// Sixteen floats: one AVX-512 register, two AVX, four SSE or Neon.
typealias Vector = SIMD16<Float>

/// Floats in a `Vector`.
let vectorWidth = 16

/// 0, 1, … 15; computed, because a global constant would be looked up lazily in every row.
@inline(__always) var laneNumbers: Vector {
  Vector(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
}

extension Vector {
  @inline(__always) init(_ value: Float) { self.init(repeating: value) }

  /// Sum of the sixteen lanes in one fixed order (a tree).
  @inline(__always) var total: Float {
    let eight = lowHalf + highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }

  /// The largest lane.
  @inline(__always) var largest: Float {
    let eight = lowHalf.replacing(with: highHalf, where: highHalf .> lowHalf)
    let four = eight.lowHalf.replacing(with: eight.highHalf, where: eight.highHalf .> eight.lowHalf)
    return Swift.max(Swift.max(four.x, four.y), Swift.max(four.z, four.w))
  }
}

/// `a + b * c`, fused to one instruction where the build's target has one.
///
/// `addingProduct` without the hardware instruction is a library call per lane, so a build for an
/// older target multiplies and adds.
@inline(__always) func fma(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector {
  #if FUSED_MULTIPLY_ADD
    return a.addingProduct(b, c)
  #else
    return a + b * c
  #endif
}

/// The scalar twin of the vector `fma`, rounded the same way.
@inline(__always) func fma(_ a: Float, _ b: Float, _ c: Float) -> Float {
  #if FUSED_MULTIPLY_ADD
    return a.addingProduct(b, c)
  #else
    return a + b * c
  #endif
}

/// Lanewise e^x within 2 ulp; below -87.3 the result is about 1e-38, above 88 it is e^88.
///
/// Rounding to an integer is done by adding 1.5 * 2^23 and reading the bits, because the float to
/// integer conversion of SIMD types compiles to sixteen scalar ones.
@inline(__always) func exp(_ x: Vector) -> Vector {
  var v = x.replacing(with: Vector(-87.33654), where: x .< Vector(-87.33654))
  v = v.replacing(with: Vector(88), where: v .> Vector(88))
  let magic = Vector(12_582_912)
  let shifted = fma(magic, v, Vector(1.442695040888963))
  let n = shifted - magic
  // ln 2 in two parts, so that n * ln 2 loses nothing.
  var r = fma(v, n, Vector(-0.693359375))
  r = fma(r, n, Vector(2.12194440e-4))
  var p = Vector(1.9875691500e-4)
  p = fma(Vector(1.3981999507e-3), p, r)
  p = fma(Vector(8.3334519073e-3), p, r)
  p = fma(Vector(4.1665795894e-2), p, r)
  p = fma(Vector(1.6666665459e-1), p, r)
  p = fma(Vector(5.0000001201e-1), p, r)
  p = fma(r, p, r * r) + Vector(1)
  let bits = unsafe unsafeBitCast(shifted, to: SIMD16<Int32>.self)
  let scaled = unsafe unsafeBitCast(p, to: SIMD16<Int32>.self) &+ (bits &<< 23)
  return unsafe unsafeBitCast(scaled, to: Vector.self)
}

/// Lanewise logistic function 1 / (1 + e^-x).
@inline(__always) func sigmoid(_ x: Vector) -> Vector { Vector(1) / (Vector(1) + exp(-x)) }

/// Lanewise natural logarithm of positive numbers within 2 ulp; of 0 and subnormal ones about -88.
///
/// Cephes' `logf`: x = m 2^n with m between the roots of 1/2 and 2, then a polynomial in m - 1.
@inline(__always) func logarithm(_ x: Vector) -> Vector {
  let root = SIMD16<Int32>(repeating: 0x3F35_04F3)  // bits of the root of 1/2
  let shifted = unsafe unsafeBitCast(x, to: SIMD16<Int32>.self) &- root
  let mantissa = (shifted & SIMD16<Int32>(repeating: 0x007F_FFFF)) &+ root
  let m = unsafe unsafeBitCast(mantissa, to: Vector.self)
  // A whole number becomes a float by way of the bits of 1.5 * 2^23, as in `exp`.
  let magic = (shifted &>> 23) &+ SIMD16<Int32>(repeating: 0x4B40_0000)
  let n = unsafe unsafeBitCast(magic, to: Vector.self) - Vector(12_582_912)
  let r = m - Vector(1)
  var p = Vector(7.0376836292e-2)
  p = fma(Vector(-1.1514610310e-1), p, r)
  p = fma(Vector(1.1676998740e-1), p, r)
  p = fma(Vector(-1.2420140846e-1), p, r)
  p = fma(Vector(1.4249322787e-1), p, r)
  p = fma(Vector(-1.6668057665e-1), p, r)
  p = fma(Vector(2.0000714765e-1), p, r)
  p = fma(Vector(-2.4999993993e-1), p, r)
  p = fma(Vector(3.3333331174e-1), p, r)
  let square = r * r
  var small = p * r * square
  small = fma(small, n, Vector(-2.12194440e-4))
  small = fma(small, square, Vector(-0.5))
  return fma(r + small, n, Vector(0.693359375))
}

/// Natural logarithm of a positive number.
@inline(__always) func logarithm(_ x: Float) -> Float { Foundation.log(x) }

/// The floats `index ..< index + count` (`count` < 16) with `padding` in the other lanes.
@inline(__always) func loadPart(
  _ source: FloatHandle, _ index: Int, _ count: Int, padding: Float = 0
) -> Vector {
  var vector = Vector(padding)
  for lane in 0..<count { vector[lane] = source[index + lane] }
  return vector
}

/// Writes the first `count` (< 16) lanes.
@inline(__always) func storePart(
  _ vector: Vector, _ target: FloatHandle, _ index: Int, _ count: Int
) {
  for lane in 0..<count { target[index + lane] = vector[lane] }
}

/// Sum of a(i) * b(i) for `count` floats, in one fixed order.
@inline(__always) func dot(_ a: FloatHandle, _ b: FloatHandle, _ count: Int) -> Float {
  var sum = Vector(0)
  var i = 0
  while i &+ vectorWidth <= count {
    sum = fma(sum, a.load(i), b.load(i))
    i &+= vectorWidth
  }
  if i < count { sum = fma(sum, loadPart(a, i, count - i), loadPart(b, i, count - i)) }
  return sum.total
}

/// y(i) += a * x(i) for `count` floats.
@inline(__always) func addScaled(_ y: FloatHandle, _ a: Float, _ x: FloatHandle, _ count: Int) {
  let factor = Vector(a)
  var i = 0
  while i &+ vectorWidth <= count {
    y.store(fma(y.load(i), factor, x.load(i)), i)
    i &+= vectorWidth
  }
  while i < count {
    y[i] = fma(y[i], a, x[i])
    i &+= 1
  }
}

/// y(i) = 0 for `count` floats.
@inline(__always) func clear(_ y: FloatHandle, _ count: Int) {
  unsafe y.base.update(repeating: 0, count: count)
}

/// Cosine of an angle in radians.
func cosine(_ x: Float) -> Float { Foundation.cos(x) }

/// Sine of an angle in radians.
func sine(_ x: Float) -> Float { Foundation.sin(x) }
