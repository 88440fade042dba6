import Kernels
import TestSupport
import Testing

@Suite struct AttentionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let length: Int
    let heads: Int
    let keyValueHeads: Int
    let headSize: Int

    init(_ length: Int, _ heads: Int, _ keyValueHeads: Int, _ headSize: Int) {
      self.length = length
      self.heads = heads
      self.keyValueHeads = keyValueHeads
      self.headSize = headSize
    }

    var shape: AttentionShape {
      AttentionShape(heads: heads, keyValueHeads: keyValueHeads, headSize: headSize)
    }
    var reference: Reference.Heads {
      Reference.Heads(heads: heads, keyValueHeads: keyValueHeads, size: headSize)
    }
    var testDescription: String { "n \(length), \(heads)/\(keyValueHeads) heads of \(headSize)" }
  }

  /// Every head size with every odd length, and grouped heads of every kind.
  static let cases: [Case] =
    [2, 8, 16, 24, 32, 48].flatMap { size in
      [1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 80].map { Case($0, 2, 1, size) }
    } + [Case(20, 4, 4, 8), Case(20, 6, 2, 16), Case(37, 8, 1, 32), Case(50, 1, 1, 64)]

  @Test func theReferenceSlopesAreSlopes() {
    var random = TestRandom(7)
    let shape = Reference.Heads(heads: 4, keyValueHeads: 2, size: 4)
    let n = 6
    let qkv = random.floats(n * shape.rowWidth).doubles
    let dOut = random.floats(n * shape.queryWidth).doubles
    let numeric = GradientCheck.slopes(by: qkv) {
      GradientCheck.inner(Reference.attention($0, length: n, shape).out, dOut)
    }
    let slopes = Reference.attentionSlopes(qkv, dOut, length: n, shape)
    #expect(Tolerance.relativeError(slopes, numeric) < 1e-9)
  }

  @Test(arguments: cases)
  func agreesWithTheReference(_ c: Case) {
    var random = TestRandom(UInt64(c.length * 100 + c.headSize))
    let (n, shape) = (c.length, c.shape)
    let qkv = random.floats(n * shape.rowWidth)
    let dOut = random.floats(n * shape.queryWidth)
    let stride = SequenceAttention.probabilityStride(length: n + 20)
    let qkvView = FloatBuffer(qkv).all
    // Scratch and probabilities start as rubbish: nothing may be read before it is written.
    let scratch = FloatBuffer(
      count: SequenceAttention.scratchCount(length: n + 20, headSize: c.headSize)
    ).all
    let probabilities = FloatBuffer(count: n * c.heads * stride).all
    scratch.fill(.nan)
    probabilities.fill(.nan)

    let out = FloatBuffer(count: n * shape.queryWidth).all
    SequenceAttention.forward(
      out, probabilities: probabilities, qkvView, length: n, shape: shape, stride: stride,
      scratch: scratch)
    let wanted = Reference.attention(qkv.doubles, length: n, c.reference).out
    #expect(Tolerance.relativeError(out.array, wanted) < 1e-6)

    let plain = FloatBuffer(count: n * shape.queryWidth).all
    scratch.fill(.nan)
    SequenceAttention.forward(
      plain, probabilities: nil, qkvView, length: n, shape: shape, stride: stride, scratch: scratch)
    #expect(Tolerance.differingBits(plain.array, out.array) == 0, "keeping changes the bits")

    let dqkv = FloatBuffer([Float](repeating: .nan, count: n * shape.rowWidth)).all
    scratch.fill(.nan)
    SequenceAttention.backward(
      dqkv, FloatBuffer(dOut).all, probabilities: probabilities, qkvView, length: n, shape: shape,
      stride: stride, scratch: scratch)
    let slopes = Reference.attentionSlopes(qkv.doubles, dOut.doubles, length: n, c.reference)
    #expect(Tolerance.relativeError(dqkv.array, slopes) < 3e-6)
  }

  @Test func slopesAgreeWithFiniteDifferences() {
    var random = TestRandom(8)
    let c = Case(9, 4, 2, 6)
    let (n, shape) = (c.length, c.shape)
    let qkv = FloatBuffer(random.floats(n * shape.rowWidth)).all
    let dOut = FloatBuffer(random.floats(n * shape.queryWidth)).all
    let stride = SequenceAttention.probabilityStride(length: n)
    let scratch = FloatBuffer(count: SequenceAttention.scratchCount(length: n, headSize: 6)).all
    let probabilities = FloatBuffer(count: n * c.heads * stride).all
    let out = FloatBuffer(count: n * shape.queryWidth).all
    func loss() -> Double {
      SequenceAttention.forward(
        out, probabilities: probabilities, qkv, length: n, shape: shape, stride: stride,
        scratch: scratch)
      return GradientCheck.inner(out.array, dOut.array)
    }
    let numeric = GradientCheck.slopes(by: qkv, loss)
    _ = loss()
    let dqkv = FloatBuffer(count: n * shape.rowWidth).all
    SequenceAttention.backward(
      dqkv, dOut, probabilities: probabilities, qkv, length: n, shape: shape, stride: stride,
      scratch: scratch)
    #expect(Tolerance.relativeError(dqkv.array, numeric) < 3e-5)
  }

  /// Scores in the thousands must neither overflow nor lose the row.
  @Test func hugeScoresPickOnePosition() {
    let shape = AttentionShape(heads: 1, keyValueHeads: 1, headSize: 2)
    let rows: [Float] = [100, 0, 100, 0, 1, 2, 100, 0, -100, 0, 3, 4]  // q, k, v twice
    let out = FloatBuffer(count: 4).all
    let scratch = FloatBuffer(count: SequenceAttention.scratchCount(length: 2, headSize: 2)).all
    SequenceAttention.forward(
      out, probabilities: nil, FloatBuffer(rows).all, length: 2, shape: shape, stride: 16,
      scratch: scratch)
    #expect(out.array == [1, 2, 1, 2])
  }

  @Test func theShapeAddsUp() {
    let shape = AttentionShape(heads: 6, keyValueHeads: 2, headSize: 8)
    #expect(shape.queryWidth == 48 && shape.keyWidth == 16 && shape.rowWidth == 80)
  }
}
