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

  // What the pass works on; filled by the caller.
  var tokens: [Int32]
  var positions: [Int32]
  var scoredRows: [Int32]
  var targets: [Int32]
  var sequenceStarts: [Int]
  var tokenCount = 0
  var scoredCount = 0
  var sequenceCount = 0

  /// For passes of up to `tokens` tokens in sequences of up to `sequence`.
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

  /// Appends a sequence; rows from `scoredFrom` get logits, but no targets.
  func append(_ sequence: [Int32], scoredFrom: Int) {
    reserve(sequence.count)
    for (position, token) in sequence.enumerated() {
      if position >= scoredFrom { score(row: tokenCount) }
      feed(token, position: position)
    }
    endSequence()
  }

  /// Appends a sequence of a forest; rows before completion tokens get logits, and these as targets.
  func append(_ forest: TokenForest, _ sequence: Int) {
    let (inputs, promptLength) = (
      forest.inputCount(of: sequence), forest.promptLength(of: sequence)
    )
    reserve(inputs)
    var position = 0
    forest.forEachRun(of: sequence, upTo: inputs + 1) { nodes in
      for node in nodes {
        let token = forest.token(node)
        if position >= promptLength { score(row: tokenCount - 1, target: token) }
        if position < inputs { feed(token, position: position) }
        position += 1
      }
    }
    endSequence()
  }

  private func reserve(_ count: Int) {
    precondition(tokenCount + count <= tokenCapacity && count <= sequenceCapacity)
  }

  private func feed(_ token: Int32, position: Int) {
    tokens[tokenCount] = token
    positions[tokenCount] = Int32(position)
    tokenCount += 1
  }

  private func score(row: Int, target: Int32 = 0) {
    scoredRows[scoredCount] = Int32(row)
    targets[scoredCount] = target
    scoredCount += 1
  }

  private func endSequence() {
    sequenceCount += 1
    sequenceStarts[sequenceCount] = tokenCount
  }
}
