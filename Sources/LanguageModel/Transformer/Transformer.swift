internal import Kernels

/// A Llama-architecture decoder: RMSNorm, rotary positions, grouped-query attention, SwiGLU.
///
/// Touvron et al., "LLaMA" (arXiv 2302.13971). One letter per dimension, here and in the buffers:
/// T tokens packed end to end, C hidden, L layers, H heads, K key-value heads, D floats a head,
/// F feed-forward, V vocabulary. The backward pass lists the forward's calls in reverse.
package struct Transformer: Sendable {
  /// The shape.
  package let configuration: ModelConfiguration
  /// The weights; training changes them in place.
  package let parameters: Parameters
  private let rotary: RotaryPositions

  /// Wraps parameters.
  package init(_ parameters: Parameters) {
    configuration = parameters.layout.configuration
    self.parameters = parameters
    rotary = RotaryPositions(
      positions: configuration.contextLength, headSize: configuration.headSize,
      theta: configuration.ropeTheta)
  }

  /// A model with the same weights in memory of its own.
  package func copy() -> Transformer {
    Transformer(Parameters(parameters.layout, from: parameters))
  }

  // MARK: Forward

  /// The residual stream at the end for `workspace.tokens`, attention given by the caller.
  ///
  /// `attention(layer, qkv, out, probabilities)` reads turned queries, keys and values.
  func trunk(
    _ ws: Workspace,
    attention: (_ layer: Int, _ qkv: FloatView, _ out: FloatView, _ probabilities: FloatView) ->
      Void
  ) {
    let c = configuration
    let T = ws.tokenCount
    let (rows, C, F) = (MatrixProduct.paddedRows(T), c.hiddenSize, c.feedForwardSize)
    let (Q, W) = (c.attention.queryWidth, c.attention.rowWidth)
    let epsilon = Float(c.normEpsilon)
    Embedding.forward(
      ws.layer(0).input, table: parameters.embedding, tokens: ws.tokens, range: 0..<T, width: C)
    for l in 0..<c.layers {
      let (a, w) = (ws.layer(l), parameters.layers[l])
      RMSNorm.forward(
        a.inputNorm, scale: a.inputScale, a.input, weight: w.inputNorm, rows: T, epsilon: epsilon)
      MatrixProduct.forward(a.qkv, a.inputNorm, weight: w.qkv, rows: rows, inner: C, outer: W)
      for t in 0..<T {
        rotary.turn(
          a.qkv, row: t, stride: W, heads: c.heads + c.keyValueHeads,
          position: Int(ws.positions[t]))
      }
      attention(l, a.qkv, a.attention, a.probabilities)
      a.middle.slice(0, T * C).copy(from: a.input.slice(0, T * C))
      MatrixProduct.forward(
        a.middle, a.attention, weight: w.attentionOutput, rows: rows, inner: Q, outer: C,
        accumulate: true)
      RMSNorm.forward(
        a.forwardNorm, scale: a.forwardScale, a.middle, weight: w.forwardNorm, rows: T,
        epsilon: epsilon)
      MatrixProduct.forward(
        a.gateUp, a.forwardNorm, weight: w.gateUp, rows: rows, inner: C, outer: 2 * F)
      SwiGLU.forward(a.activation, a.gateUp, rows: T, width: F)
      let next = l + 1 < c.layers ? ws.layer(l + 1).input : ws.output
      next.slice(0, T * C).copy(from: a.middle.slice(0, T * C))
      MatrixProduct.forward(
        next, a.activation, weight: w.down, rows: rows, inner: F, outer: C, accumulate: true)
    }
  }

  /// What the heads read of `workspace.scoredRows`: `finalNorm` (scored rows, C), after `trunk`.
  func features(_ ws: Workspace) {
    let c = configuration
    let (S, C) = (ws.scoredCount, c.hiddenSize)
    Embedding.gather(ws.gathered, ws.output, rows: ws.scoredRows, count: S, width: C)
    RMSNorm.forward(
      ws.finalNorm, scale: ws.finalScale, ws.gathered, weight: parameters.finalNorm, rows: S,
      epsilon: Float(c.normEpsilon))
  }

  /// Logits (scored rows, V), after `features`.
  func logits(_ ws: Workspace) {
    MatrixProduct.forward(
      ws.logits, ws.finalNorm, weight: parameters.output,
      rows: MatrixProduct.paddedRows(ws.scoredCount), inner: configuration.hiddenSize,
      outer: configuration.vocabularySize)
  }

  /// Causal attention within each packed sequence.
  func attendPacked(
    _ ws: Workspace, _ qkv: FloatView, _ out: FloatView, _ probabilities: FloatView
  ) {
    let shape = configuration.attention
    let stride = ws.probabilityStride
    for s in 0..<ws.sequenceCount {
      let start = ws.sequenceStarts[s]
      let n = ws.sequenceStarts[s + 1] - start
      let kept =
        ws.keepsActivations
        ? probabilities.slice(start * shape.heads * stride, n * shape.heads * stride) : nil
      SequenceAttention.forward(
        out.slice(start * shape.queryWidth, n * shape.queryWidth), probabilities: kept,
        qkv.slice(start * shape.rowWidth, n * shape.rowWidth), length: n, shape: shape,
        stride: stride, scratch: ws.attentionScratch)
    }
  }

  /// The residual stream at the end of the workspace's sequences, each attending to itself.
  func packedTrunk(_ ws: Workspace) {
    trunk(ws) { _, qkv, out, probabilities in attendPacked(ws, qkv, out, probabilities) }
  }

  /// The wanted numbers of the scored tokens of the workspace's sequences.
  func score(_ ws: Workspace, temperature: Float, into outputs: PassOutputs) {
    let (S, V) = (ws.scoredCount, configuration.vocabularySize)
    packedTrunk(ws)
    features(ws)
    if let values = outputs.values { valueHead(ws, values) }
    guard outputs.needLogits else { return }
    logits(ws)
    if let distributions = outputs.distributions {
      TokenDivergence.writeLogDistributions(
        distributions, ws.logits, rows: S, vocabulary: V, temperature: temperature)
    }
    if let divergences = outputs.divergences, let references = outputs.references {
      TokenDivergence.write(
        divergences, ws.logits, references: references, rows: S, vocabulary: V,
        temperature: temperature, scratch: ws.rowScratch)
    }
    TokenDistribution.forward(
      logProbabilities: outputs.logProbabilities, entropies: outputs.entropies, ws.logits,
      targets: ws.targets, rows: S, vocabulary: V, temperature: temperature)
  }

  // MARK: Backward

  /// Adds to `gradients` those by all parameters, from `slopes`, the gradients by the outputs; `score`
  /// must have run last in this workspace, with these outputs.
  func backward(
    _ ws: Workspace, _ outputs: PassOutputs, slopes: PassOutputs, temperature: Float,
    into gradients: Parameters
  ) {
    let d = ws.slopes
    let (S, C, V) = (ws.scoredCount, configuration.hiddenSize, configuration.vocabularySize)
    if slopes.needLogits {
      TokenDistribution.backward(
        ws.logits, slopes: slopes.logProbabilities, distributionSlopes: slopes.distributions,
        entropySlopes: slopes.entropies, entropies: outputs.entropies, targets: ws.targets,
        rows: S, vocabulary: V, temperature: temperature)
      MatrixProduct.weightSlope(
        gradients.output, ws.logits, ws.finalNorm, rows: S, inner: C, outer: V)
      MatrixProduct.inputSlope(
        d.norm, ws.logits, weight: parameters.output, rows: S, inner: C, outer: V)
    } else {
      d.norm.slice(0, S * C).fill(0)
    }
    if let values = slopes.values { valueHeadBackward(ws, slopes: values, into: gradients) }
    trunkBackward(ws, into: gradients)
  }

  /// The rest of a backward pass, from the gradients by `finalNorm` that the heads left in `norm`.
  private func trunkBackward(_ ws: Workspace, into gradients: Parameters) {
    let d = ws.slopes
    let c = configuration
    let (T, S) = (ws.tokenCount, ws.scoredCount)
    let (C, F) = (c.hiddenSize, c.feedForwardSize)
    let (Q, W) = (c.attention.queryWidth, c.attention.rowWidth)
    let gatheredSlope = ws.finalNorm.slice(0, S * C)  // no longer needed as an activation
    gatheredSlope.fill(0)
    RMSNorm.backward(
      gatheredSlope, dWeight: gradients.finalNorm, d.norm, scale: ws.finalScale, ws.gathered,
      weight: parameters.finalNorm, rows: S)
    d.residual.slice(0, T * C).fill(0)
    Embedding.scatterAdd(d.residual, gatheredSlope, rows: ws.scoredRows, count: S, width: C)

    for l in (0..<c.layers).reversed() {
      let (a, w, g) = (ws.layer(l), parameters.layers[l], gradients.layers[l])
      MatrixProduct.weightSlope(g.down, d.residual, a.activation, rows: T, inner: F, outer: C)
      MatrixProduct.inputSlope(
        d.activation, d.residual, weight: w.down, rows: T, inner: F, outer: C)
      SwiGLU.backward(a.gateUp, d.activation, rows: T, width: F)
      MatrixProduct.weightSlope(g.gateUp, a.gateUp, a.forwardNorm, rows: T, inner: C, outer: 2 * F)
      MatrixProduct.inputSlope(d.norm, a.gateUp, weight: w.gateUp, rows: T, inner: C, outer: 2 * F)
      RMSNorm.backward(
        d.residual, dWeight: g.forwardNorm, d.norm, scale: a.forwardScale, a.middle,
        weight: w.forwardNorm, rows: T)

      MatrixProduct.weightSlope(
        g.attentionOutput, d.residual, a.attention, rows: T, inner: Q, outer: C)
      MatrixProduct.inputSlope(
        d.attention, d.residual, weight: w.attentionOutput, rows: T, inner: Q, outer: C)
      attendPackedBackward(ws, a, d)
      for t in 0..<T {
        rotary.turn(
          d.qkv, row: t, stride: W, heads: c.heads + c.keyValueHeads,
          position: Int(ws.positions[t]), inverse: true)
      }
      MatrixProduct.weightSlope(g.qkv, d.qkv, a.inputNorm, rows: T, inner: C, outer: W)
      MatrixProduct.inputSlope(d.norm, d.qkv, weight: w.qkv, rows: T, inner: C, outer: W)
      RMSNorm.backward(
        d.residual, dWeight: g.inputNorm, d.norm, scale: a.inputScale, a.input,
        weight: w.inputNorm, rows: T)
    }
    Embedding.backward(
      dTable: gradients.embedding, d.residual, tokens: ws.tokens, range: 0..<T, width: C)
  }

  private func attendPackedBackward(_ ws: Workspace, _ a: Workspace.Layer, _ d: Workspace.Slopes) {
    let shape = configuration.attention
    let stride = ws.probabilityStride
    for s in 0..<ws.sequenceCount {
      let start = ws.sequenceStarts[s]
      let n = ws.sequenceStarts[s + 1] - start
      SequenceAttention.backward(
        d.qkv.slice(start * shape.rowWidth, n * shape.rowWidth),
        d.attention.slice(start * shape.queryWidth, n * shape.queryWidth),
        probabilities: a.probabilities.slice(
          start * shape.heads * stride, n * shape.heads * stride),
        a.qkv.slice(start * shape.rowWidth, n * shape.rowWidth), length: n, shape: shape,
        stride: stride, scratch: ws.attentionScratch)
    }
  }
}
