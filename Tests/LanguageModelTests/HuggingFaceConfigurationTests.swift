import Foundation
import LanguageModel
import Testing

/// Hugging Face's `config.json`: what is read from it, and what is refused by which key.
@Suite struct HuggingFaceConfigurationTests {
  /// As transformers 4 writes it, in short.
  private static var llama: [String: Any] {
    [
      "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
      "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
      "num_key_value_heads": 2, "max_position_embeddings": 128, "rms_norm_eps": 1e-5,
      "rope_theta": 500_000, "rope_scaling": NSNull(), "tie_word_embeddings": true,
      "vocab_size": 88, "eos_token_id": [2, 3], "attention_dropout": 0.5, "torch_dtype": "bfloat16",
    ]
  }

  private static func read(_ keys: [String: Any] = [:]) throws -> ModelConfiguration {
    var config = llama
    for (key, value) in keys { config[key] = value }
    return try ModelConfiguration(
      huggingFace: JSONSerialization.data(withJSONObject: config), file: "folder: config.json")
  }

  @Test func readsBothSpellings() throws {
    let wanted = ModelConfiguration(
      vocabularySize: 88, hiddenSize: 32, layers: 2, heads: 4, keyValueHeads: 2, headSize: 8,
      feedForwardSize: 64, contextLength: 128, ropeTheta: 500_000, normEpsilon: 1e-5,
      tiesEmbeddings: true)
    #expect(try Self.read() == wanted)
    let newer: [String: Any] = ["rope_type": "default", "rope_theta": 500_000, "factor": NSNull()]
    #expect(try Self.read(["rope_theta": NSNull(), "rope_parameters": newer]) == wanted)
    #expect(try Self.read(["rope_parameters": newer]) == wanted)
    #expect(try Self.read(["rope_scaling": ["type": "default"], "hidden_act": "swish"]) == wanted)
    let written = try wanted.huggingFaceJSON(vocabulary: .standard)
    #expect(try ModelConfiguration(huggingFace: written, file: "config.json") == wanted)
  }

  @Test func absentKeysHaveTheDefaultsOfTransformers() throws {
    let keys = [
      "num_key_value_heads", "max_position_embeddings", "rms_norm_eps", "rope_theta",
      "tie_word_embeddings", "architectures", "hidden_act",
    ]
    let read = try Self.read(Dictionary(uniqueKeysWithValues: keys.map { ($0, NSNull()) }))
    #expect(read.keyValueHeads == 4 && read.headSize == 8 && read.contextLength == 2048)
    #expect(read.normEpsilon == 1e-6 && read.ropeTheta == 10000 && !read.tiesEmbeddings)
    #expect(try Self.read(["head_dim": 20]).headSize == 20)
  }

  @Test func refusesWithTheKey() throws {
    for (keys, words) in [
      (["architectures": ["MistralForCausalLM"]], "architecture MistralForCausalLM"),
      (["model_type": "mistral"], "model_type is mistral"),
      (["model_type": NSNull()], "'model_type' must be a string, not null"),
      (["hidden_act": "gelu"], "hidden_act is gelu"),
      (["attention_bias": true], "attention_bias is true"),
      (["mlp_bias": true], "mlp_bias is true"),
      (["sliding_window": 4096], "sliding_window is 4096"),
      (["num_local_experts": 8], "num_local_experts is 8"),
      (["num_experts": 8], "num_experts is 8"),
      (["quantization_config": ["bits": 4]], "quantization_config"),
      (["rope_scaling": ["type": "linear", "factor": 2]], "rope_scaling.type is linear"),
      (["rope_scaling": ["rope_type": "llama3", "factor": 8]], "rope_scaling.rope_type is llama3"),
      (["rope_parameters": ["rope_type": "yarn"]], "rope_parameters.rope_type is yarn"),
      (
        ["rope_parameters": ["full_attention": ["rope_theta": 1]]], "rope_parameters.full_attention"
      ),
      (["rope_parameters": ["partial_rotary_factor": 0.5]], "partial_rotary_factor is 0.5"),
      (["partial_rotary_factor": 0.5], "partial_rotary_factor is 0.5"),
      (["rope_parameters": ["rope_theta": 10_000]], "rope_theta is 500000.0, but rope_parameters"),
      (["num_attention_heads": 5], "hidden_size 32 is no multiple of num_attention_heads 5"),
      (["num_attention_heads": 0], "num_attention_heads is not positive"),
      (["num_key_value_heads": 3], "num_key_value_heads 3 does not divide"),
      (["head_dim": 7], "head_dim 7 is odd"), (["vocab_size": 0], "vocab_size is 0"),
      (["hidden_size": "32"], "'hidden_size' must be a whole number, not a string"),
      (["hidden_size": NSNull()], "'hidden_size' must be a whole number, not null"),
    ] as [([String: Any], String)] {
      let error = #expect(throws: ModelFileError.self, "\(keys)") { try Self.read(keys) }
      #expect(error?.file == "folder: config.json")
      #expect(error?.problem.contains(words) == true, "\(error?.problem ?? "") lacks \(words)")
      #expect(error?.hint.isEmpty == false)
    }
    for (text, words) in [
      ("[]", "must be an object, not an array"), ("{", "line 1, column 1: the object"),
      ("{}", "the key 'model_type' is missing"),
    ] {
      let error = #expect(throws: ModelFileError.self) {
        try ModelConfiguration(huggingFace: Data(text.utf8), file: "config.json")
      }
      #expect(error?.problem.contains(words) == true, "\(error?.problem ?? "") lacks \(words)")
    }
  }
}
