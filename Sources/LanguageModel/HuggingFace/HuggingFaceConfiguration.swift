package import Foundation

extension ModelConfiguration {
  /// The `config.json` that transformers 4 and 5 both read right.
  package func huggingFaceJSON(vocabulary: Vocabulary) throws -> Data {
    try Self.encode(
      SavedConfiguration(
        bos_token_id: vocabulary.begin, eos_token_id: vocabulary.end, head_dim: headSize,
        hidden_size: hiddenSize, intermediate_size: feedForwardSize,
        max_position_embeddings: contextLength, num_attention_heads: heads,
        num_hidden_layers: layers, num_key_value_heads: keyValueHeads,
        pad_token_id: vocabulary.padding, rms_norm_eps: normEpsilon,
        rope_parameters: .init(rope_theta: ropeTheta), rope_theta: ropeTheta,
        tie_word_embeddings: tiesEmbeddings, vocab_size: vocabularySize))
  }

  /// The `generation_config.json` beside it.
  package static func generationJSON(vocabulary: Vocabulary) throws -> Data {
    try encode(
      GenerationConfiguration(
        bos_token_id: vocabulary.begin, eos_token_id: vocabulary.end,
        pad_token_id: vocabulary.padding))
  }

  /// A file as Hone writes it into a model's folder.
  static func encode(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(value)
  }
}

// Hugging Face's own key names, so that no table of coding keys is needed.
private struct SavedConfiguration: Encodable {
  var architectures = ["LlamaForCausalLM"]
  var model_type = "llama"
  var attention_bias = false
  var attention_dropout = 0.0
  var bos_token_id: Int32?
  var dtype = "float32"
  var eos_token_id: Int32
  var head_dim: Int
  var hidden_act = "silu"
  var hidden_size: Int
  var initializer_range = 0.02
  var intermediate_size: Int
  var max_position_embeddings: Int
  var mlp_bias = false
  var num_attention_heads: Int
  var num_hidden_layers: Int
  var num_key_value_heads: Int
  var pad_token_id: Int32?
  var rms_norm_eps: Double
  var rope_parameters: RopeParameters
  var rope_theta: Double
  var tie_word_embeddings: Bool
  var torch_dtype = "float32"
  var use_cache = true
  var vocab_size: Int

  struct RopeParameters: Encodable {
    var rope_theta: Double
    var rope_type = "default"
  }
}

private struct GenerationConfiguration: Encodable {
  var bos_token_id: Int32?
  var eos_token_id: Int32
  var pad_token_id: Int32?
}
