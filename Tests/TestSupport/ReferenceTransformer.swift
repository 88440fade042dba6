package import LanguageModel

/// A Llama in double precision, one sequence at a time, written from the equations alone.
package struct ReferenceTransformer {
  private let configuration: ModelConfiguration
  private let places: [String: Range<Int>]
  /// The weights, in the order of the layout.
  package var values: [Double]

  /// Copies parameters.
  package init(_ parameters: Parameters) {
    configuration = parameters.layout.configuration
    places = Dictionary(
      uniqueKeysWithValues: parameters.layout.entries.map {
        ($0.name, $0.offset..<$0.offset + $0.count)
      })
    values = parameters.values.all.array.doubles
  }

  private func weight(_ name: String) -> [Double] { places[name].map { Array(values[$0]) } ?? [] }

  /// The logits (tokens, V) after each token of a sequence.
  package func logits(of tokens: [Int32]) -> [Double] {
    let table = configuration.tiesEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight"
    return Reference.matrixProduct(
      features(of: tokens), weight: weight(table), rows: tokens.count,
      inner: configuration.hiddenSize, outer: configuration.vocabularySize)
  }

  /// What a value head says before each token after the first `promptLength`.
  package func values(_ tokens: [Int32], promptLength: Int) -> [Double] {
    let all = Reference.matrixProduct(
      features(of: tokens.dropLast()), weight: weight("score.weight"), rows: tokens.count - 1,
      inner: configuration.hiddenSize, outer: 1)
    return all[(promptLength - 1)...].map { $0 + weight("score.bias")[0] }
  }

  /// What the heads read (tokens, C).
  private func features(of tokens: [Int32]) -> [Double] {
    let c = configuration
    let (n, C, F, D) = (tokens.count, c.hiddenSize, c.feedForwardSize, c.headSize)
    let shape = Reference.Heads(heads: c.heads, keyValueHeads: c.keyValueHeads, size: D)
    func product(_ x: [Double], _ name: String, inner: Int) -> [Double] {
      let w = weight(name)
      return Reference.matrixProduct(
        x, weight: w, rows: n, inner: inner, outer: w.count / inner)
    }
    func norm(_ x: [Double], _ name: String) -> [Double] {
      Reference.rmsNorm(x, weight: weight(name), epsilon: c.normEpsilon)
    }
    func turned(_ x: [Double]) -> [Double] {
      let width = x.count / n
      return (0..<n).flatMap {
        Reference.rotary(
          Array(x[$0 * width..<($0 + 1) * width]), headSize: D, position: $0, theta: c.ropeTheta)
      }
    }
    /// Rows of a, b, … side by side.
    func joined(_ parts: [[Double]]) -> [Double] {
      (0..<n).flatMap { row in
        parts.flatMap { $0[row * ($0.count / n)..<(row + 1) * ($0.count / n)] }
      }
    }
    func sum(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { $0 + $1 } }

    let table = weight("model.embed_tokens.weight")
    var x = tokens.flatMap { table[Int($0) * C..<(Int($0) + 1) * C] }
    for l in 0..<c.layers {
      let prefix = "model.layers.\(l)."
      let h = norm(x, prefix + "input_layernorm.weight")
      let q = turned(product(h, prefix + "self_attn.q_proj.weight", inner: C))
      let k = turned(product(h, prefix + "self_attn.k_proj.weight", inner: C))
      let v = product(h, prefix + "self_attn.v_proj.weight", inner: C)
      let attended = Reference.attention(joined([q, k, v]), length: n, shape).out
      x = sum(
        x, product(attended, prefix + "self_attn.o_proj.weight", inner: shape.queryWidth))
      let m = norm(x, prefix + "post_attention_layernorm.weight")
      let gate = product(m, prefix + "mlp.gate_proj.weight", inner: C)
      let up = product(m, prefix + "mlp.up_proj.weight", inner: C)
      let activation = Reference.swiGLU(joined([gate, up]), width: F)
      x = sum(x, product(activation, prefix + "mlp.down_proj.weight", inner: F))
    }
    return norm(x, "model.norm.weight")
  }

  /// Log-probabilities and entropies of the tokens after the first `promptLength`.
  package func score(_ tokens: [Int32], promptLength: Int, temperature: Double) -> (
    logProbabilities: [Double], entropies: [Double]
  ) {
    let V = configuration.vocabularySize
    let logits = logits(of: tokens.dropLast())
    var result: (logProbabilities: [Double], entropies: [Double]) = ([], [])
    for t in promptLength..<tokens.count {
      let row = Reference.distribution(
        Array(logits[(t - 1) * V..<t * V]), temperature: temperature)
      result.logProbabilities.append(row.logProbabilities[Int(tokens[t])])
      result.entropies.append(row.entropy)
    }
    return result
  }
}
