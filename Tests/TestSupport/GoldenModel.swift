internal import Foundation
package import LanguageModel

/// A small Llama of `Tests/Fixtures`, saved and run by Hugging Face's transformers in float64.
package struct GoldenModel {
  /// What transformers computed; see `Tests/Fixtures/llama_*/expected.json`.
  package struct Expected: Decodable {
    /// A gradient in short.
    package struct Gradient: Decodable {
      /// Rows first.
      package let shape: [Int]
      /// Its Euclidean length.
      package let l2: Double
      /// The sum of its elements.
      package let sum: Double
      /// The first five, row-major.
      package let first: [Double]
    }
    /// Two sequences, run one at a time.
    package let inputIds: [[Int32]]
    /// By sequence, token and vocabulary entry.
    package let logits: [[[Double]]]
    /// By sequence: log-softmax at each next token.
    package let logProbs: [[Double]]
    /// Of the second sequence, by state, token and channel: after the embedding, after each layer but
    /// the last, and what the output matrix reads.
    package let hiddenStates: [[[Double]]]
    /// The mean over all next-token cross-entropies of both sequences.
    package let loss: Double
    /// The gradient of the loss, by parameter name.
    package let gradients: [String: Gradient]
    /// 20 greedy tokens after each sequence.
    package let greedy: [[Int32]]

    enum CodingKeys: String, CodingKey {
      case inputIds = "input_ids"
      case logProbs = "log_probs"
      case hiddenStates = "hidden_states"
      case logits, loss, gradients, greedy
    }
  }

  /// The weights as saved.
  package let parameters: Parameters
  /// What they should give.
  package let expected: Expected

  /// Reads a folder of fixtures, its weights in one file or in shards.
  package init(_ folder: String) throws {
    let config = try Fixture.json(folder + "/config.json", as: Config.self)
    let parameters = Parameters(ParameterLayout(config.configuration))
    var missing = Set(parameters.layout.entries.map(\.name))
    let names = try FileManager.default.contentsOfDirectory(atPath: Fixture.url(folder).path())
    for name in names where name.hasSuffix(".safetensors") {
      let tensors = try Self.tensors(in: Fixture.data(folder + "/" + name))
      for entry in parameters.layout.entries {
        guard let tensor = tensors[entry.name] else { continue }
        precondition(tensor.shape == entry.shape, "\(entry.name) has shape \(tensor.shape)")
        parameters[entry].copy(from: tensor.values)
        missing.remove(entry.name)
      }
    }
    precondition(missing.isEmpty, "no \(missing.sorted()) in \(folder)")
    self.parameters = parameters
    expected = try Fixture.json(folder + "/expected.json", as: Expected.self)
  }

  private struct Config: Decodable {
    struct Rope: Decodable { let rope_theta: Double }
    let vocab_size: Int
    let hidden_size: Int
    let num_hidden_layers: Int
    let num_attention_heads: Int
    let num_key_value_heads: Int
    let head_dim: Int
    let intermediate_size: Int
    let max_position_embeddings: Int
    let rms_norm_eps: Double
    let rope_parameters: Rope
    let tie_word_embeddings: Bool

    var configuration: ModelConfiguration {
      ModelConfiguration(
        vocabularySize: vocab_size, hiddenSize: hidden_size, layers: num_hidden_layers,
        heads: num_attention_heads, keyValueHeads: num_key_value_heads, headSize: head_dim,
        feedForwardSize: intermediate_size, contextLength: max_position_embeddings,
        ropeTheta: rope_parameters.rope_theta, normEpsilon: rms_norm_eps,
        tiesEmbeddings: tie_word_embeddings)
    }
  }

  /// An entry of a safetensors header; `__metadata__` has none of these.
  private struct Entry: Decodable {
    let dtype: String?
    let shape: [Int]?
    let data_offsets: [Int]?
  }

  /// The tensors of a safetensors file as floats; only as careful as a fixture needs.
  private static func tensors(in data: Data) throws -> [String: (shape: [Int], values: [Float])] {
    let bytes = [UInt8](data)
    let headerCount = bytes[0..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try JSONDecoder().decode(
      [String: Entry].self, from: Data(bytes[8..<8 + headerCount]))
    var tensors: [String: (shape: [Int], values: [Float])] = [:]
    for (name, entry) in header {
      guard let dtype = entry.dtype, let shape = entry.shape, let offsets = entry.data_offsets
      else {
        continue
      }
      let width = dtype == "BF16" ? 2 : 4
      precondition(dtype == "BF16" || dtype == "F32", "\(name) has type \(dtype)")
      let start = 8 + headerCount
      let values = stride(from: start + offsets[0], to: start + offsets[1], by: width).map {
        place in
        // bfloat16 is the upper half of a float32.
        let bits = (0..<width).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[place + $1]) }
        return Float(bitPattern: width == 2 ? bits << 16 : bits)
      }
      tensors[name] = (shape, values)
    }
    return tensors
  }
}
