/// The shape of one attention layer's heads in a packed row: [q heads | k heads | v heads].
package struct AttentionShape: Sendable, Equatable {
  /// Query heads.
  package let heads: Int
  /// Key-value heads; each serves `heads / keyValueHeads` query heads (arXiv 2305.13245).
  package let keyValueHeads: Int
  /// Floats per head.
  package let headSize: Int

  /// The key-value heads must divide the heads.
  package init(heads: Int, keyValueHeads: Int, headSize: Int) {
    precondition(keyValueHeads > 0 && heads % keyValueHeads == 0)
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headSize = headSize
  }

  /// Floats of the queries in a row.
  package var queryWidth: Int { heads * headSize }
  /// Floats of the keys (or values) in a row.
  package var keyWidth: Int { keyValueHeads * headSize }
  /// Floats in a packed row of queries, keys and values.
  package var rowWidth: Int { queryWidth + 2 * keyWidth }
  var headsPerKey: Int { heads / keyValueHeads }
  var scale: Float { 1 / Float(headSize).squareRoot() }
}

/// Keys (transposed) and values of consecutive positions, as one head of the row kernel reads them.
struct KeyValueSpan {
  var keys: FloatHandle  // (D, keyStride): one column a position
  var keyStride: Int
  var values: FloatHandle  // (positions, valueStride)
  var valueStride: Int
  var count: Int
}

/// Rounds up to whole vectors.
@inline(__always) func padded(_ count: Int) -> Int {
  (count &+ vectorWidth &- 1) / vectorWidth &* vectorWidth
}

/// One row of causal attention: the kernel that sampler and trainer share.
///
/// out = softmax(q · K / sqrt(D)) V over the positions of `first` and then `second`. How the
/// positions are split between the two spans never changes a bit: each score is a sum over D
/// alone, and sums over positions go by absolute position. `scores` needs padded(n) + 16 floats
/// and is left holding the probabilities, zero up to the padding.
@inline(__always)
func attendRow(
  _ out: FloatHandle, _ q: FloatHandle, _ first: KeyValueSpan, _ second: KeyValueSpan,
  scores: FloatHandle, headSize D: Int, scale: Float
) {
  scoreRow(scores, q, first.keys, stride: first.keyStride, count: first.count, headSize: D)
  if second.count > 0 {
    scoreRow(
      scores.advanced(first.count), q, second.keys, stride: second.keyStride,
      count: second.count, headSize: D)
  }
  let n = first.count &+ second.count
  let end = padded(n)
  for i in n..<end { scores[i] = -1e30 }
  softmaxRow(scores, n: n, end: end, scale: scale)

  var d = 0
  while d &+ 2 &* vectorWidth <= D {
    let (a, b) = weightedPair(scores, first, second, d)
    out.store(a, d)
    out.store(b, d &+ vectorWidth)
    d &+= 2 &* vectorWidth
  }
  while d &+ vectorWidth <= D {
    out.store(weightedOne(scores, first, second, d), d)
    d &+= vectorWidth
  }
  while d < D {
    var sum = SIMD4<Float>(repeating: 0)
    for j in 0..<n {
      let inFirst = j < first.count
      let v =
        inFirst
        ? first.values[j &* first.valueStride &+ d]
        : second.values[(j &- first.count) &* second.valueStride &+ d]
      sum[j & 3] = fma(sum[j & 3], scores[j], v)
    }
    out[d] = (sum.x + sum.y) + (sum.z + sum.w)
    d &+= 1
  }
}

/// s(j) = q · k(j) for `count` positions, whole vectors at a time (the padding holds rubbish).
@inline(__always)
func scoreRow(
  _ s: FloatHandle, _ q: FloatHandle, _ keys: FloatHandle, stride: Int, count: Int,
  headSize D: Int
) {
  var j = 0
  while j &+ 3 &* vectorWidth < count {
    var (a, b, c, e) = (Vector(0), Vector(0), Vector(0), Vector(0))
    var k = keys.advanced(j)
    for d in 0..<D {
      let factor = Vector(q[d])
      a = fma(a, factor, k.load(0))
      b = fma(b, factor, k.load(vectorWidth))
      c = fma(c, factor, k.load(2 &* vectorWidth))
      e = fma(e, factor, k.load(3 &* vectorWidth))
      k = k.advanced(stride)
    }
    s.store(a, j)
    s.store(b, j &+ vectorWidth)
    s.store(c, j &+ 2 &* vectorWidth)
    s.store(e, j &+ 3 &* vectorWidth)
    j &+= 4 &* vectorWidth
  }
  while j &+ vectorWidth < count {
    var (a, b) = (Vector(0), Vector(0))
    var k = keys.advanced(j)
    for d in 0..<D {
      let factor = Vector(q[d])
      a = fma(a, factor, k.load(0))
      b = fma(b, factor, k.load(vectorWidth))
      k = k.advanced(stride)
    }
    s.store(a, j)
    s.store(b, j &+ vectorWidth)
    j &+= 2 &* vectorWidth
  }
  if j < count {
    var a = Vector(0)
    var k = keys.advanced(j)
    for d in 0..<D {
      a = fma(a, Vector(q[d]), k.load(0))
      k = k.advanced(stride)
    }
    s.store(a, j)
  }
}

/// Softmax of scale * s in place over `n` floats padded with -1e30 to `end`; the padding becomes 0.
@inline(__always)
private func softmaxRow(_ s: FloatHandle, n: Int, end: Int, scale: Float) {
  var top = Vector(-.infinity)
  var i = 0
  while i < end {
    let v = s.load(i)
    top = top.replacing(with: v, where: v .> top)
    i &+= vectorWidth
  }
  let largest = Vector(top.largest)
  let factor = Vector(scale)
  var sum = Vector(0)
  i = 0
  while i < end {
    let e = exp((s.load(i) - largest) * factor)
    s.store(e, i)
    sum = sum + e
    i &+= vectorWidth
  }
  let inverse = Vector(1 / sum.total)
  i = 0
  while i < end {
    s.store(s.load(i) * inverse, i)
    i &+= vectorWidth
  }
  for j in n..<end { s[j] = 0 }
}

/// Sum of p(j) v(j) for 16 columns; position j goes to partial sum j mod 4.
@inline(__always)
private func weightedOne(
  _ p: FloatHandle, _ first: KeyValueSpan, _ second: KeyValueSpan, _ d: Int
) -> Vector {
  var sums = (Vector(0), Vector(0), Vector(0), Vector(0))
  addWeighted(&sums, p, first.values.advanced(d), first.valueStride, from: 0, to: first.count)
  addWeighted(
    &sums, p, second.values.advanced(d), second.valueStride, from: first.count,
    to: first.count &+ second.count)
  return (sums.0 + sums.1) + (sums.2 + sums.3)
}

/// The same for 32 columns at once, which keeps eight sums in flight.
@inline(__always)
private func weightedPair(
  _ p: FloatHandle, _ first: KeyValueSpan, _ second: KeyValueSpan, _ d: Int
) -> (Vector, Vector) {
  var low = (Vector(0), Vector(0), Vector(0), Vector(0))
  var high = (Vector(0), Vector(0), Vector(0), Vector(0))
  addWeightedPair(
    &low, &high, p, first.values.advanced(d), first.valueStride, from: 0, to: first.count)
  addWeightedPair(
    &low, &high, p, second.values.advanced(d), second.valueStride, from: first.count,
    to: first.count &+ second.count)
  return ((low.0 + low.1) + (low.2 + low.3), (high.0 + high.1) + (high.2 + high.3))
}

private typealias FourSums = (Vector, Vector, Vector, Vector)

@inline(__always)
private func addWeighted(
  _ sums: inout FourSums, _ p: FloatHandle, _ values: FloatHandle, _ stride: Int,
  from start: Int, to end: Int
) {
  var v = values
  for j in start..<end {
    let (factor, value) = (Vector(p[j]), v.load(0))
    switch j & 3 {
    case 0: sums.0 = fma(sums.0, factor, value)
    case 1: sums.1 = fma(sums.1, factor, value)
    case 2: sums.2 = fma(sums.2, factor, value)
    default: sums.3 = fma(sums.3, factor, value)
    }
    v = v.advanced(stride)
  }
}

@inline(__always)
private func addWeightedPair(
  _ low: inout FourSums, _ high: inout FourSums, _ p: FloatHandle, _ values: FloatHandle,
  _ stride: Int, from start: Int, to end: Int
) {
  var v = values
  var j = start
  @inline(__always) func single() {
    let (factor, a, b) = (Vector(p[j]), v.load(0), v.load(vectorWidth))
    switch j & 3 {
    case 0: (low.0, high.0) = (fma(low.0, factor, a), fma(high.0, factor, b))
    case 1: (low.1, high.1) = (fma(low.1, factor, a), fma(high.1, factor, b))
    case 2: (low.2, high.2) = (fma(low.2, factor, a), fma(high.2, factor, b))
    default: (low.3, high.3) = (fma(low.3, factor, a), fma(high.3, factor, b))
    }
    v = v.advanced(stride)
    j &+= 1
  }
  while j < end && j & 3 != 0 { single() }
  while j &+ 4 <= end {
    let (f0, f1, f2, f3) = (Vector(p[j]), Vector(p[j &+ 1]), Vector(p[j &+ 2]), Vector(p[j &+ 3]))
    let (v1, v2) = (v.advanced(stride), v.advanced(2 &* stride))
    let v3 = v.advanced(3 &* stride)
    low.0 = fma(low.0, f0, v.load(0))
    high.0 = fma(high.0, f0, v.load(vectorWidth))
    low.1 = fma(low.1, f1, v1.load(0))
    high.1 = fma(high.1, f1, v1.load(vectorWidth))
    low.2 = fma(low.2, f2, v2.load(0))
    high.2 = fma(high.2, f2, v2.load(vectorWidth))
    low.3 = fma(low.3, f3, v3.load(0))
    high.3 = fma(high.3, f3, v3.load(vectorWidth))
    v = v.advanced(4 &* stride)
    j &+= 4
  }
  while j < end { single() }
}

/// Copies `count` rows of D floats (`stride` apart) to the columns of a (D, columns) block.
///
/// The columns beyond are cleared: left over from another pass they could be not-a-number, which
/// stays so times a probability of 0.
@inline(__always)
func transpose(
  _ target: FloatHandle, columns: Int, _ source: FloatHandle, stride: Int, count: Int,
  headSize D: Int
) {
  for j in 0..<count {
    let row = source.advanced(j &* stride)
    for d in 0..<D { target[d &* columns &+ j] = row[d] }
  }
  for d in 0..<D {
    for j in count..<columns { target[d &* columns &+ j] = 0 }
  }
}
