package import Checkpointing
internal import Foundation
internal import Kernels
package import LanguageModel
internal import Settings

/// A model with its vocabulary, as a checkpoint or a Hugging Face folder holds it.
package struct ModelBundle: Sendable {
  /// What people call it: a shipped name, a path, or a size.
  package let name: String
  /// The weights.
  package let parameters: Parameters
  /// The vocabulary.
  package let vocabulary: Vocabulary
  /// The suite it was trained on, where its manifest says so.
  package let suite: String?
  /// The tokens that its completions were cut off at in training, where its manifest says so.
  private let trainedCompletionTokens: Int?

  package init(
    name: String, parameters: Parameters, vocabulary: Vocabulary, suite: String?,
    trainedCompletionTokens: Int? = nil
  ) {
    self.name = name
    self.parameters = parameters
    self.vocabulary = vocabulary
    self.suite = suite
    self.trainedCompletionTokens = trainedCompletionTokens
  }

  /// The tokens that its completions are cut off at unless set otherwise: those of its training,
  /// else the default, as far as half of the context allows.
  package var completionTokens: Int {
    let context = parameters.layout.configuration.contextLength
    if let trained = trainedCompletionTokens, 1..<context ~= trained { return trained }
    return min(RunSettings().maxCompletionTokens, context / 2)
  }

  /// Reads a model from a checkpoint's files.
  ///
  /// - Throws: `CheckpointError` or `ModelFileError` for what can't be used.
  init(name: String, files: ModelFiles) throws {
    let path = files.path
    let configuration = try ModelConfiguration(
      huggingFace: Data(try files.bytes(of: .config)), file: "\(path): config.json")
    let vocabulary = try Self.vocabulary(of: files)
    guard vocabulary.count <= configuration.vocabularySize else {
      throw ModelFileError(
        "\(path): tokenizer.json",
        "\(vocabulary.count) tokens, but config.json has vocab_size \(configuration.vocabularySize)",
        hint: "Give the tokenizer that belongs to the model.")
    }
    let layout = ParameterLayout(configuration)
    let parameters = Parameters(layout)
    let tensors = try files.tensors()
    try parameters.read(from: tensors, prefix: "")
    try Self.checkForUnknownTensors(tensors, parameters, path)
    if let bad = parameters.firstNonFinite {
      throw ModelFileError(
        "\(path): model.safetensors", "\(bad) is not a finite number",
        hint: "Take an earlier checkpoint.")
    }
    self.init(
      name: name, parameters: parameters, vocabulary: vocabulary,
      suite: files.manifest?.madeBy["suite"]?.stringValue,
      trainedCompletionTokens:
        files.manifest?.madeBy["config"]?["max_completion_tokens"]?.intValue)
  }

  /// Makes sure that no tensor is left over, which would mean another model than `config.json` says.
  ///
  /// - Throws: `ModelFileError` that names the first one.
  private static func checkForUnknownTensors(
    _ tensors: TensorCollection, _ parameters: Parameters, _ path: String
  ) throws {
    let layout = parameters.layout
    let known = Set(layout.entries.map(\.name))
    for name in tensors.names where !known.contains(name) {
      // Older transformers saved what follows from rope_theta.
      if name.hasSuffix(".rotary_emb.inv_freq") { continue }
      if name == "lm_head.weight", let embedding = layout.entries.first {
        let head = try tensors.values(of: name, shape: embedding.shape)
        if head == parameters[embedding].array { continue }
        throw ModelFileError(
          path, "lm_head.weight is not the embedding, but tie_word_embeddings is true",
          hint: "Write false for tie_word_embeddings in config.json.")
      }
      throw ModelFileError(
        path, "no Llama as config.json describes it has a tensor \(name)",
        hint: "Check that config.json and the weights are of the same model.")
    }
  }

  /// The vocabulary in a checkpoint's files.
  ///
  /// - Throws: `CheckpointError` where there is none, `ModelFileError` for one that can't be used.
  package static func vocabulary(of files: ModelFiles) throws -> Vocabulary {
    try Vocabulary(
      tokenizer: Data(try files.bytes(of: .tokenizer)),
      configuration: files[.tokenizerConfig].map { Data($0) }, of: files.path)
  }

  /// The files of a model: what Hugging Face's libraries read.
  static func files(_ parameters: Parameters, _ vocabulary: Vocabulary) throws
    -> [CheckpointEntry: [UInt8]]
  {
    let configuration = parameters.layout.configuration
    return [
      .config: Array(try configuration.huggingFaceJSON(vocabulary: vocabulary)),
      .generationConfig: Array(try ModelConfiguration.generationJSON(vocabulary: vocabulary)),
      .tokenizer: Array(try vocabulary.tokenizerJSON()),
      .tokenizerConfig: Array(
        try vocabulary.tokenizerConfigurationJSON(contextLength: configuration.contextLength)),
      .weights: encode([
        TensorSet(prefix: "", parameters, parameters.layout.languageModelEntries)
      ]),
    ]
  }

  /// Tensors of parameters that are saved with a prefix to their names.
  struct TensorSet {
    let prefix: String
    let parameters: Parameters
    let entries: ArraySlice<ParameterEntry>

    /// All tensors, or those given.
    init(
      prefix: String, _ parameters: Parameters, _ entries: ArraySlice<ParameterEntry>? = nil
    ) {
      self.prefix = prefix
      self.parameters = parameters
      self.entries = entries ?? parameters.layout.entries[...]
    }
  }

  /// Safetensors of several sets of tensors.
  static func encode(_ sets: [TensorSet]) -> [UInt8] {
    let tensors = sets.flatMap { set in
      set.entries.map { (name: set.prefix + $0.name, shape: $0.shape) }
    }
    var builder = SafetensorsBuilder(tensors)
    for set in sets {
      for entry in set.entries {
        set.parameters[entry].withSpan { builder.append($0) }
      }
    }
    return builder.finish()
  }
}

extension Parameters {
  /// Fills all tensors, or those given, from a collection, each name with `prefix`.
  ///
  /// - Throws: `CheckpointError` where one is missing or has another shape.
  func read(
    from tensors: TensorCollection, prefix: String, _ entries: ArraySlice<ParameterEntry>? = nil
  ) throws {
    for entry in entries ?? layout.entries[...] {
      let values = try tensors.values(of: prefix + entry.name, shape: entry.shape)
      self[entry].copy(from: values)
    }
  }

  /// SHA-256 of all weights as little-endian float32 in memory order, in hex; a value head, which is
  /// no part of the language model, is left out.
  package var hash: String {
    let count = layout.languageModelEntries.reduce(0) { $0 + $1.count }
    return values.view(0, count).withSpan { SHA256Digest(of: $0).hex }
  }
}
