package import Foundation
internal import JSON

extension ModelConfiguration {
  /// Reads a Hugging Face `config.json` of architecture `LlamaForCausalLM`.
  ///
  /// Both spellings of the rotary base are read: `rope_theta` (transformers 4) and
  /// `rope_parameters` (transformers 5). What is absent has the default of transformers'
  /// `LlamaConfig`.
  ///
  /// - Throws: `ModelFileError`, which names the key, for anything that Hone's transformer would
  ///   compute otherwise.
  package init(huggingFace data: Data, file: String) throws {
    func refused(_ problem: String) -> ModelFileError {
      ModelFileError(
        file, problem,
        hint: "Hone reads LlamaForCausalLM with silu, rotary positions unscaled, and no biases.")
    }
    let raw: LlamaConfiguration
    do {
      let root = try JSONNode(parsing: Array(data)[...])
      // By itself, since other architectures call their sizes otherwise.
      let kind = try root.decode(as: ArchitectureConfiguration.self)
      if let problem = kind.problem { throw refused(problem) }
      raw = try root.decode(as: LlamaConfiguration.self)
    } catch let error as JSONError {
      throw refused(error.description)
    }
    if let problem = raw.problem ?? raw.ropeProblem { throw refused(problem) }
    self.init(
      vocabularySize: raw.vocab_size, hiddenSize: raw.hidden_size, layers: raw.num_hidden_layers,
      heads: raw.num_attention_heads, keyValueHeads: raw.num_key_value_heads,
      headSize: raw.head_dim, feedForwardSize: raw.intermediate_size,
      contextLength: raw.max_position_embeddings ?? 2048, ropeTheta: raw.ropeTheta ?? 10000,
      normEpsilon: raw.rms_norm_eps ?? 1e-6, tiesEmbeddings: raw.tie_word_embeddings ?? false)
    if let problem { throw refused(problem) }
  }
}

private struct ArchitectureConfiguration: Decodable {
  var architectures: [String]?
  var model_type: String

  /// Why this is no Llama, or nil.
  var problem: String? {
    if let architectures, !architectures.contains("LlamaForCausalLM") {
      return "architecture \(architectures.joined(separator: ", ")), not LlamaForCausalLM"
    }
    return model_type == "llama" ? nil : "model_type is \(model_type), not llama"
  }
}

// Hugging Face's own key names, so that no table of coding keys is needed. Keys that change nothing
// in the forward pass, such as token ids, aren't among them: their types vary.
private struct LlamaConfiguration: Decodable {
  var attention_bias: Bool?
  var head_dim: Int?
  var hidden_act: String?
  var hidden_size: Int
  var intermediate_size: Int
  var max_position_embeddings: Int?
  var mlp_bias: Bool?
  var num_attention_heads: Int
  var num_experts: Int?
  var num_hidden_layers: Int
  var num_key_value_heads: Int?
  var num_local_experts: Int?
  var partial_rotary_factor: Double?
  var quantization_config: Anything?
  var rms_norm_eps: Double?
  var rope_parameters: [String: RopeValue?]?
  var rope_scaling: [String: RopeValue?]?
  var rope_theta: Double?
  var sliding_window: Int?
  var tie_word_embeddings: Bool?
  var vocab_size: Int

  /// Something whose being there is all that matters.
  struct Anything: Decodable {
    init(from decoder: any Swift.Decoder) throws {}
  }

  /// A value among the rotary settings.
  enum RopeValue: Decodable {
    case number(Double)
    case text(String)
    case other

    init(from decoder: any Swift.Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let number = try? value.decode(Double.self) {
        self = .number(number)
      } else {
        self = (try? value.decode(String.self)).map(RopeValue.text) ?? .other
      }
    }
  }

  /// What Hone's transformer can't be, but for the rotary positions, or nil.
  var problem: String? {
    if let act = hidden_act, act != "silu", act != "swish" {
      return "hidden_act is \(act), not silu"
    }
    if attention_bias == true { return "attention_bias is true" }
    if mlp_bias == true { return "mlp_bias is true" }
    if let sliding_window { return "sliding_window is \(sliding_window), not null" }
    if let count = num_local_experts {
      return "num_local_experts is \(count): a mixture of experts"
    }
    if let count = num_experts { return "num_experts is \(count): a mixture of experts" }
    if quantization_config != nil { return "quantization_config: the weights are quantized" }
    if num_attention_heads < 1 { return "num_attention_heads is not positive" }
    if head_dim == nil, hidden_size % num_attention_heads != 0 {
      return "hidden_size \(hidden_size) is no multiple of num_attention_heads "
        + "\(num_attention_heads), and there is no head_dim"
    }
    return nil
  }

  /// What Hone's rotary positions can't be, or nil.
  var ropeProblem: String? {
    for (name, values) in [("rope_parameters", rope_parameters), ("rope_scaling", rope_scaling)] {
      for (key, value) in (values ?? [:]).sorted(by: { $0.key < $1.key }) {
        guard let value else { continue }
        let place = "\(name).\(key)"
        switch (key, value) {
        case ("rope_type", .text(let type)), ("type", .text(let type)):
          if type != "default" { return "\(place) is \(type), not default" }
        case ("rope_type", _), ("type", _), ("rope_theta", .text), (_, .other):
          return "\(place) has another type"
        case ("partial_rotary_factor", .number(let share)) where share != 1:
          return "\(place) is \(share), not 1"
        default: break
        }
      }
    }
    if let share = partial_rotary_factor, share != 1 {
      return "partial_rotary_factor is \(share), not 1"
    }
    if let newer = newerTheta, let older = rope_theta,
      newer != older
    {
      return "rope_theta is \(older), but rope_parameters.rope_theta is \(newer)"
    }
    return nil
  }

  /// The base of the rotary frequencies, where the file has one.
  var ropeTheta: Double? { newerTheta ?? rope_theta }

  private var newerTheta: Double? {
    if case .number(let theta)?? = rope_parameters?["rope_theta"] { theta } else { nil }
  }
}
