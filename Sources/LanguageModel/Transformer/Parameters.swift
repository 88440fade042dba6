package import Kernels

/// One named tensor's place in the flat parameters.
package struct ParameterEntry: Sendable, Equatable {
  /// Hugging Face's name, for example `model.layers.0.self_attn.q_proj.weight`.
  package let name: String
  /// Rows first.
  package let shape: [Int]
  /// The first float's index in the flat buffer.
  package let offset: Int
  /// The number of floats.
  package var count: Int { shape.reduce(1, *) }
}

/// What a model ends in.
package struct OutputHeads: OptionSet, Sendable {
  package let rawValue: Int
  package init(rawValue: Int) { self.rawValue = rawValue }

  /// Logits over the vocabulary: a policy.
  package static let logits = OutputHeads(rawValue: 1)
  /// One number for each token: a critic.
  package static let value = OutputHeads(rawValue: 2)
}

/// Where each tensor lies in one flat allocation.
///
/// Queries, keys and values are adjacent, and so are gate and up, so that each group is one matrix
/// to the products while every tensor keeps its Hugging Face name. The value head comes last, so that
/// the language model is the same prefix with and without it; its names are those of transformers'
/// `LlamaForTokenClassification` with one label.
package struct ParameterLayout: Sendable, Equatable {
  /// The model's shape.
  package let configuration: ModelConfiguration
  /// What it ends in.
  package let heads: OutputHeads
  /// All tensors, in memory order.
  package let entries: [ParameterEntry]
  /// Floats in all.
  package let count: Int
  let embedding: Int
  let layerStarts: [LayerOffsets]
  let finalNorm: Int
  let output: Int
  let value: Int

  struct LayerOffsets: Sendable, Equatable {
    var inputNorm = 0
    var qkv = 0
    var attentionOutput = 0
    var forwardNorm = 0
    var gateUp = 0
    var down = 0
  }

  /// The tensors without those of the value head: trunk and logits.
  package var languageModelEntries: ArraySlice<ParameterEntry> {
    entries.dropLast(valueHeadEntries.count)
  }

  /// The tensors of the value head: weight and bias, or none.
  package var valueHeadEntries: ArraySlice<ParameterEntry> {
    entries.suffix(heads.contains(.value) ? 2 : 0)
  }

  /// Lays out a configuration.
  package init(_ c: ModelConfiguration, heads: OutputHeads = .logits) {
    var entries: [ParameterEntry] = []
    var end = 0
    func add(_ name: String, _ shape: Int...) -> Int {
      let entry = ParameterEntry(name: name, shape: shape, offset: end)
      entries.append(entry)
      end += entry.count
      return entry.offset
    }
    let (C, F) = (c.hiddenSize, c.feedForwardSize)
    let (Q, K) = (c.attention.queryWidth, c.attention.keyWidth)
    embedding = add("model.embed_tokens.weight", c.vocabularySize, C)
    var layers: [LayerOffsets] = []
    for l in 0..<c.layers {
      let prefix = "model.layers.\(l)."
      var layer = LayerOffsets()
      layer.inputNorm = add(prefix + "input_layernorm.weight", C)
      layer.qkv = add(prefix + "self_attn.q_proj.weight", Q, C)
      _ = add(prefix + "self_attn.k_proj.weight", K, C)
      _ = add(prefix + "self_attn.v_proj.weight", K, C)
      layer.attentionOutput = add(prefix + "self_attn.o_proj.weight", C, Q)
      layer.forwardNorm = add(prefix + "post_attention_layernorm.weight", C)
      layer.gateUp = add(prefix + "mlp.gate_proj.weight", F, C)
      _ = add(prefix + "mlp.up_proj.weight", F, C)
      layer.down = add(prefix + "mlp.down_proj.weight", C, F)
      layers.append(layer)
    }
    layerStarts = layers
    finalNorm = add("model.norm.weight", C)
    let hasMatrix = heads.contains(.logits) && !c.tiesEmbeddings
    output = hasMatrix ? add("lm_head.weight", c.vocabularySize, C) : embedding
    value = end
    if heads.contains(.value) {
      _ = add("score.weight", 1, C)
      _ = add("score.bias", 1)
    }
    configuration = c
    self.heads = heads
    self.entries = entries
    count = end
  }
}

/// All of a model's weights, or anything of their shape: gradients, moments, a reference.
package final class Parameters: Sendable {
  /// Which tensor lies where.
  package let layout: ParameterLayout
  /// The floats.
  package let values: FloatBuffer
  let embedding: FloatView  // (V, C)
  let layers: [Layer]
  let finalNorm: FloatView  // (C)
  let output: FloatView  // (V, C)
  let valueWeight: FloatView  // (C), empty without a value head
  let valueBias: FloatView  // (1), empty without a value head

  struct Layer: Sendable {
    let inputNorm: FloatView  // (C)
    let qkv: FloatView  // ((H + 2K) D, C)
    let attentionOutput: FloatView  // (C, H D)
    let forwardNorm: FloatView  // (C)
    let gateUp: FloatView  // (2F, C)
    let down: FloatView  // (C, F)
  }

  /// All zero.
  package init(_ layout: ParameterLayout) {
    let c = layout.configuration
    let (C, F, V) = (c.hiddenSize, c.feedForwardSize, c.vocabularySize)
    let values = FloatBuffer(count: layout.count)
    self.layout = layout
    self.values = values
    embedding = values.view(layout.embedding, V * C)
    finalNorm = values.view(layout.finalNorm, C)
    output = values.view(layout.output, V * C)
    let hasValue = layout.heads.contains(.value)
    valueWeight = values.view(layout.value, hasValue ? C : 0)
    valueBias = values.view(layout.value + valueWeight.count, hasValue ? 1 : 0)
    layers = layout.layerStarts.map {
      Layer(
        inputNorm: values.view($0.inputNorm, C),
        qkv: values.view($0.qkv, c.attention.rowWidth * C),
        attentionOutput: values.view($0.attentionOutput, C * c.attention.queryWidth),
        forwardNorm: values.view($0.forwardNorm, C), gateUp: values.view($0.gateUp, 2 * F * C),
        down: values.view($0.down, C * F))
    }
  }

  /// A copy of a model of the same shape; a head that it doesn't have starts at zero.
  package convenience init(_ layout: ParameterLayout, from other: Parameters) {
    precondition(layout.configuration == other.layout.configuration, "models of one shape")
    self.init(layout)
    for entry in layout.entries {
      guard let source = other.layout.entries.first(where: { $0.name == entry.name }) else {
        continue
      }
      self[entry].copy(from: other[source])
    }
  }

  /// Random weights: normal with deviation 0.02, residual outputs 0.02 / sqrt(2L), norms 1, a
  /// value head 0.
  ///
  /// A pure function of the seed: each weight has its own counter.
  package convenience init(_ layout: ParameterLayout, seed: UInt64) {
    self.init(layout)
    let random = Philox(seed: seed, purpose: RandomPurpose.initialization)
    let residual = 0.02 / Float(2 * layout.configuration.layers).squareRoot()
    for entry in layout.languageModelEntries {
      let view = self[entry]
      if entry.name.hasSuffix("norm.weight") {
        view.fill(1)
        continue
      }
      let isResidual =
        entry.name.hasSuffix("o_proj.weight") || entry.name.hasSuffix("down_proj.weight")
      let deviation = isResidual ? residual : 0.02
      for i in stride(from: 0, to: entry.count, by: 2) {
        let pair = random.normals(SIMD4(UInt32(entry.offset + i), 0, 0, 0))
        view[i] = pair.x * deviation
        if i + 1 < entry.count { view[i + 1] = pair.y * deviation }
      }
    }
  }

  /// The view of one tensor.
  package subscript(entry: ParameterEntry) -> FloatView { values.view(entry.offset, entry.count) }

  /// The name and place of the first value that is not finite, or nil.
  package var firstNonFinite: String? {
    guard values.all.firstNonFinite != nil else { return nil }
    for entry in layout.entries {
      if let index = self[entry].firstNonFinite { return "\(entry.name)[\(index)]" }
    }
    return nil
  }
}
