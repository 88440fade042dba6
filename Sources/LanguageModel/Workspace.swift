internal import Kernels

/// Scratch memory of one worker's passes, made once; sized by tokens and longest sequence.
///
/// B rows are padded as the products want; L is 1 where nothing is kept for a backward pass.
package final class Workspace {
  /// Activations of one layer, as the backward pass reads them.
  struct Layer {
    let input: FloatView  // (T, C): residual stream on entry
    let inputNorm: FloatView  // (T, C)
    let inputScale: FloatView  // (T)
    let qkv: FloatView  // (T, (H + 2K) D), positions turned in
    let probabilities: FloatView  // (T, H, stride), only where kept
    let attention: FloatView  // (T, H D)
    let middle: FloatView  // (T, C): residual stream after attention
    let forwardNorm: FloatView  // (T, C)
    let forwardScale: FloatView  // (T)
    let gateUp: FloatView  // (T, 2F)
    let activation: FloatView  // (T, F)
  }

  let layers: [Layer]
  let keepsActivations: Bool
  /// Most input tokens of a pass.
  package let tokenCapacity: Int
  /// Most tokens of one sequence.
  package let sequenceCapacity: Int
  let probabilityStride: Int
  let output: FloatView  // (T, C): residual stream at the end
  let gathered: FloatView  // (T, C): rows that get logits
  let finalNorm: FloatView  // (T, C)
  let finalScale: FloatView  // (T)
  let logits: FloatView  // (T, V)
  let rowScratch: FloatView  // (V)
  let attentionScratch: FloatView
  private let slope: Slopes?

  /// Buffers only the backward pass uses.
  struct Slopes {
    let residual: FloatView  // (T, C)
    let norm: FloatView  // (T, C)
    let attention: FloatView  // (T, H D)
    let qkv: FloatView  // (T, (H + 2K) D)
    let activation: FloatView  // (T, F)
  }

  /// Memory of the backward pass, of a workspace that keeps its activations.
  var slopes: Slopes {
    guard let slope else { preconditionFailure("a workspace that keeps nothing") }
    return slope
  }

  // What the pass works on; filled by whoever starts it.
  var tokens: [Int32]
  var positions: [Int32]
  var scoredRows: [Int32]
  var targets: [Int32]
  var sequenceStarts: [Int]
  var tokenCount = 0
  var scoredCount = 0
  var sequenceCount = 0

  /// Makes a workspace for passes of up to `tokens` tokens in sequences of up to `sequence`.
  package init(_ c: ModelConfiguration, tokens: Int, sequence: Int, keepsActivations: Bool) {
    let T = MatrixProduct.paddedRows(tokens)
    let (C, F, V) = (c.hiddenSize, c.feedForwardSize, c.vocabularySize)
    let (Q, W) = (c.attention.queryWidth, c.attention.rowWidth)
    let stride = SequenceAttention.probabilityStride(length: sequence)
    func make(_ count: Int) -> FloatView { FloatBuffer(count: count).all }
    layers = (0..<(keepsActivations ? c.layers : 1)).map { _ in
      Layer(
        input: make(T * C), inputNorm: make(T * C), inputScale: make(T), qkv: make(T * W),
        probabilities: make(keepsActivations ? T * c.heads * stride : 0), attention: make(T * Q),
        middle: make(T * C), forwardNorm: make(T * C), forwardScale: make(T),
        gateUp: make(T * 2 * F), activation: make(T * F))
    }
    self.keepsActivations = keepsActivations
    tokenCapacity = T
    sequenceCapacity = sequence
    probabilityStride = stride
    output = make(T * C)
    gathered = make(T * C)
    finalNorm = make(T * C)
    finalScale = make(T)
    logits = make(T * V)
    rowScratch = make(V)
    attentionScratch = make(
      SequenceAttention.scratchCount(length: sequence, headSize: c.headSize))
    slope =
      keepsActivations
      ? Slopes(
        residual: make(T * C), norm: make(T * C), attention: make(T * Q), qkv: make(T * W),
        activation: make(T * F)) : nil
    self.tokens = Array(repeating: 0, count: T)
    positions = Array(repeating: 0, count: T)
    scoredRows = Array(repeating: 0, count: T)
    targets = Array(repeating: 0, count: T)
    sequenceStarts = Array(repeating: 0, count: T + 1)
  }

  func layer(_ l: Int) -> Layer { layers[keepsActivations ? l : 0] }

  /// Empties the pass.
  func reset() {
    tokenCount = 0
    scoredCount = 0
    sequenceCount = 0
    sequenceStarts[0] = 0
  }

  /// Appends tokens `range` of `source` as one sequence; rows from `scoredFrom` get logits.
  func append(_ source: [Int32], _ range: Range<Int>, scoredFrom: Int, targets next: Bool) {
    precondition(tokenCount + range.count <= tokenCapacity && range.count <= sequenceCapacity)
    for (position, place) in range.enumerated() {
      tokens[tokenCount + position] = source[place]
      positions[tokenCount + position] = Int32(position)
      if position >= scoredFrom {
        scoredRows[scoredCount] = Int32(tokenCount + position)
        targets[scoredCount] = next ? source[place + 1] : 0
        scoredCount += 1
      }
    }
    tokenCount += range.count
    sequenceCount += 1
    sequenceStarts[sequenceCount] = tokenCount
  }
}
