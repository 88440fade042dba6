package import Foundation

extension ModelConfiguration {
  /// Reads a Hugging Face `config.json` of architecture `LlamaForCausalLM`.
  ///
  /// Both spellings of the rotary base are read: `rope_theta` (transformers 4) and
  /// `rope_parameters` (transformers 5).
  ///
  /// - Throws: `ModelFileError` for anything that Hone's transformer would compute otherwise.
  package init(huggingFace data: Data, file: String) throws {
    func fail(_ problem: String) -> ModelFileError {
      ModelFileError(file, problem, mend: "Hone reads models of architecture LlamaForCausalLM.")
    }
    let raw: RawConfiguration
    do {
      raw = try JSONDecoder().decode(RawConfiguration.self, from: data)
    } catch DecodingError.keyNotFound(let key, _) {
      throw fail("\(key.stringValue) is missing")
    } catch DecodingError.typeMismatch(_, let context) {
      throw fail("\(context.codingPath.map(\.stringValue).joined(separator: ".")) has another type")
    } catch {
      throw fail("not a JSON object")
    }
    if let architectures = raw.architectures, !architectures.contains("LlamaForCausalLM") {
      throw fail("architecture \(architectures.joined(separator: ", "))")
    }
    if raw.model_type != "llama" { throw fail("model_type \(raw.model_type)") }
    if let act = raw.hidden_act, act != "silu" { throw fail("hidden_act \(act), not silu") }
    if raw.attention_bias == true || raw.mlp_bias == true { throw fail("biases") }
    let ropeType = raw.rope_parameters?.rope_type ?? raw.rope_scaling?.rope_type ?? "default"
    if ropeType != "default" { throw fail("rotary positions of type \(ropeType)") }
    guard raw.num_attention_heads > 0 else { throw fail("num_attention_heads is not positive") }
    self.init(
      vocabularySize: raw.vocab_size, hiddenSize: raw.hidden_size, layers: raw.num_hidden_layers,
      heads: raw.num_attention_heads, keyValueHeads: raw.num_key_value_heads,
      headSize: raw.head_dim, feedForwardSize: raw.intermediate_size,
      contextLength: raw.max_position_embeddings ?? 2048,
      ropeTheta: raw.rope_parameters?.rope_theta ?? raw.rope_theta ?? 10000,
      normEpsilon: raw.rms_norm_eps ?? 1e-6, tiesEmbeddings: raw.tie_word_embeddings ?? false)
    if let problem { throw fail(problem) }
  }

  /// The `config.json` that transformers 4 and 5 both read right.
  package func huggingFaceJSON(vocabulary: Vocabulary) throws -> Data {
    try Self.encode(
      RawConfiguration(
        architectures: ["LlamaForCausalLM"], model_type: "llama", attention_bias: false,
        attention_dropout: 0, bos_token_id: vocabulary.begin, dtype: "float32",
        eos_token_id: vocabulary.end, head_dim: headSize, hidden_act: "silu",
        hidden_size: hiddenSize, initializer_range: 0.02, intermediate_size: feedForwardSize,
        max_position_embeddings: contextLength, mlp_bias: false, num_attention_heads: heads,
        num_hidden_layers: layers, num_key_value_heads: keyValueHeads,
        pad_token_id: vocabulary.padding, rms_norm_eps: normEpsilon,
        rope_parameters: RopeParameters(rope_theta: ropeTheta, rope_type: "default"),
        rope_scaling: nil, rope_theta: ropeTheta, tie_word_embeddings: tiesEmbeddings,
        torch_dtype: "float32", use_cache: true, vocab_size: vocabularySize))
  }

  /// The `generation_config.json` beside it.
  package static func generationJSON(vocabulary: Vocabulary) throws -> Data {
    try encode(
      GenerationConfiguration(
        bos_token_id: vocabulary.begin, eos_token_id: vocabulary.end,
        pad_token_id: vocabulary.padding))
  }

  private static func encode(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(value)
  }
}

// Hugging Face's own key names, so that no table of coding keys is needed.
private struct RawConfiguration: Codable {
  var architectures: [String]?
  var model_type: String
  var attention_bias: Bool?
  var attention_dropout: Double?
  var bos_token_id: Int32?
  var dtype: String?
  var eos_token_id: Int32?
  var head_dim: Int?
  var hidden_act: String?
  var hidden_size: Int
  var initializer_range: Double?
  var intermediate_size: Int
  var max_position_embeddings: Int?
  var mlp_bias: Bool?
  var num_attention_heads: Int
  var num_hidden_layers: Int
  var num_key_value_heads: Int?
  var pad_token_id: Int32?
  var rms_norm_eps: Double?
  var rope_parameters: RopeParameters?
  var rope_scaling: RopeParameters?
  var rope_theta: Double?
  var tie_word_embeddings: Bool?
  var torch_dtype: String?
  var use_cache: Bool?
  var vocab_size: Int
}

private struct RopeParameters: Codable {
  var rope_theta: Double?
  var rope_type: String?
}

private struct GenerationConfiguration: Codable {
  var bos_token_id: Int32?
  var eos_token_id: Int32
  var pad_token_id: Int32?
}
