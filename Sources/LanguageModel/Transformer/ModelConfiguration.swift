package import Kernels

/// The shape of a Llama-architecture decoder.
package struct ModelConfiguration: Sendable, Equatable {
  /// Tokens in the vocabulary (V).
  package var vocabularySize: Int
  /// Floats in the residual stream (C).
  package var hiddenSize: Int
  /// Blocks of attention and feed-forward (L).
  package var layers: Int
  /// Query heads (H).
  package var heads: Int
  /// Key-value heads (K), a divisor of H.
  package var keyValueHeads: Int
  /// Floats per head (D).
  package var headSize: Int
  /// Floats in the feed-forward layer (F).
  package var feedForwardSize: Int
  /// Positions a sequence may have.
  package var contextLength: Int
  /// Base of the rotary frequencies.
  package var ropeTheta: Double
  /// Added to the mean square in every norm.
  package var normEpsilon: Double
  /// Whether the output projection is the embedding table.
  package var tiesEmbeddings: Bool

  /// Sizes are checked by `problem`.
  package init(
    vocabularySize: Int, hiddenSize: Int, layers: Int, heads: Int, keyValueHeads: Int? = nil,
    headSize: Int? = nil, feedForwardSize: Int, contextLength: Int, ropeTheta: Double = 10000,
    normEpsilon: Double = 1e-6, tiesEmbeddings: Bool = true
  ) {
    self.vocabularySize = vocabularySize
    self.hiddenSize = hiddenSize
    self.layers = layers
    self.heads = heads
    self.keyValueHeads = keyValueHeads ?? heads
    self.headSize = headSize ?? (heads > 0 ? hiddenSize / heads : 0)
    self.feedForwardSize = feedForwardSize
    self.contextLength = contextLength
    self.ropeTheta = ropeTheta
    self.normEpsilon = normEpsilon
    self.tiesEmbeddings = tiesEmbeddings
  }

  /// The named sizes of `--model`: hidden, layers, heads, feed-forward.
  package static let presets: [(name: String, hidden: Int, layers: Int, heads: Int, forward: Int)] =
    [
      ("nano", 128, 4, 4, 384),
      ("micro", 256, 6, 8, 768),
      ("mini", 384, 8, 8, 1152),
    ]

  /// The configuration of a preset, or nil for another name.
  package static func preset(
    _ name: String, vocabularySize: Int, contextLength: Int, keyValueHeads: Int? = nil,
    tiesEmbeddings: Bool = true
  ) -> ModelConfiguration? {
    guard let preset = presets.first(where: { $0.name == name }) else { return nil }
    return ModelConfiguration(
      vocabularySize: vocabularySize, hiddenSize: preset.hidden, layers: preset.layers,
      heads: preset.heads, keyValueHeads: keyValueHeads, feedForwardSize: preset.forward,
      contextLength: contextLength, tiesEmbeddings: tiesEmbeddings)
  }

  /// What is wrong with the sizes, or nil.
  package var problem: String? {
    let sizes = [
      ("vocab_size", vocabularySize), ("hidden_size", hiddenSize), ("num_hidden_layers", layers),
      ("num_attention_heads", heads), ("num_key_value_heads", keyValueHeads),
      ("head_dim", headSize), ("intermediate_size", feedForwardSize),
      ("max_position_embeddings", contextLength),
    ]
    for (name, size) in sizes where size < 1 || size > 1 << 20 {
      return "\(name) is \(size), outside 1 to \(1 << 20)"
    }
    if heads % keyValueHeads != 0 {
      return "num_key_value_heads \(keyValueHeads) does not divide num_attention_heads \(heads)"
    }
    if headSize % 2 != 0 { return "head_dim \(headSize) is odd; rotary positions need pairs" }
    if !(normEpsilon >= 0) || !(ropeTheta > 0) { return "rms_norm_eps or rope_theta is negative" }
    if Double(parameterEstimate) > 4e9 { return "the model would have over 4 billion parameters" }
    return nil
  }

  private var parameterEstimate: Double {
    Double(layers) * Double(hiddenSize)
      * (2 * Double(heads * headSize) + 2 * Double(keyValueHeads * headSize)
        + 3 * Double(feedForwardSize)) + 2 * Double(vocabularySize) * Double(hiddenSize)
  }

  /// The heads as attention kernels want them.
  package var attention: AttentionShape {
    AttentionShape(heads: heads, keyValueHeads: keyValueHeads, headSize: headSize)
  }

  /// Whether on this machine a sampled token's log-probability has the bits of the training pass's.
  ///
  /// A test of the products that a forward pass is made of, in a few milliseconds; everything else
  /// that sampler and trainer compute is one code.
  package var samplesAsItTrains: Bool {
    let products = [
      (hiddenSize, attention.rowWidth), (attention.queryWidth, hiddenSize),
      (hiddenSize, 2 * feedForwardSize), (feedForwardSize, hiddenSize),
      (hiddenSize, vocabularySize),
    ]
    return products.allSatisfy { MatrixProduct.rowsKeepTheirBits(inner: $0, outer: $1) }
  }

  /// Multiply-adds (times two) of the matrix products one token's forward pass needs, and, per
  /// past position, of its attention: FLOP = perToken + perPosition * positions.
  package var forwardFlops: (perToken: Double, perPosition: Double, perLogits: Double) {
    let linear =
      hiddenSize * attention.rowWidth + attention.queryWidth * hiddenSize
      + 3 * hiddenSize * feedForwardSize
    return (
      2 * Double(layers * linear), Double(4 * layers * attention.queryWidth),
      2 * Double(hiddenSize * vocabularySize)
    )
  }
}
