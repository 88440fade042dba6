import Checkpointing
import Foundation
import LanguageModel
import Runs
import Testing

/// Folders whose weights hold more than `config.json` asks for.
@Suite struct ModelBundleTests {
  /// A model of one layer with tied embeddings, saved with further tensors, and opened.
  private func open(_ others: [TensorEntry]) throws -> ModelBundle {
    let configuration = ModelConfiguration(
      vocabularySize: Vocabulary.standard.count, hiddenSize: 8, layers: 1, heads: 2,
      feedForwardSize: 8, contextLength: 16)
    let parameters = Parameters(ParameterLayout(configuration), seed: 5)
    let tensors = parameters.layout.entries.map {
      TensorEntry(name: $0.name, shape: $0.shape, values: parameters[$0].array)
    }
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "hone-bundle-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let vocabulary = Vocabulary.standard
    for (name, data) in [
      ("config.json", try configuration.huggingFaceJSON(vocabulary: vocabulary)),
      ("tokenizer.json", try vocabulary.tokenizerJSON()),
      ("tokenizer_config.json", try vocabulary.tokenizerConfigurationJSON(contextLength: 16)),
      ("model.safetensors", Data(SafetensorsBuilder.encode(tensors + others))),
    ] { try data.write(to: folder.appending(path: name)) }
    let bundle = try ModelLocator.open(folder.path, installation: .current)
    #expect(bundle.parameters.hash == parameters.hash)
    return bundle
  }

  @Test func tensorsThatFollowFromOthersAreAllowed() throws {
    let embedding = try #require(open([]).parameters.layout.entries.first)
    let values = try open([]).parameters[embedding].array
    _ = try open([
      TensorEntry(name: "lm_head.weight", shape: embedding.shape, values: values),
      TensorEntry(
        name: "model.layers.0.self_attn.rotary_emb.inv_freq", shape: [2], values: [1, 0.01]),
    ])
  }

  @Test func unknownTensorsAreNamed() throws {
    let count = Vocabulary.standard.count * 8
    let head = TensorEntry(
      name: "lm_head.weight", shape: [count / 8, 8], values: [Float](repeating: 1, count: count))
    let bias = TensorEntry(
      name: "model.layers.0.self_attn.q_proj.bias", shape: [8],
      values: [Float](repeating: 0, count: 8))
    for (other, words) in [
      (head, "lm_head.weight is not the embedding, but tie_word_embeddings is true"),
      (bias, "has a tensor model.layers.0.self_attn.q_proj.bias"),
    ] {
      let error = #expect(throws: ModelFileError.self) { try open([other]) }
      #expect(error?.problem.contains(words) == true, "\(error?.problem ?? "") lacks \(words)")
    }
  }
}
