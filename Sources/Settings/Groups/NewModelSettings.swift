internal import JSON
package import LanguageModel

/// The shape of a model that is made from a size, with random weights.
package struct NewModelSettings: SettingsGroup {
  /// Longest prompt and completion together, in tokens.
  package var contextLength = 160
  /// Key-value heads; 0 for one per head (grouped-query attention, arXiv 2305.13245).
  package var keyValueHeads = 0
  /// Whether one matrix serves as embedding and output.
  package var tiedEmbeddings = true

  package init() {}

  package static var fields: [Field<NewModelSettings>] {
    Field(
      "context_length", \.contextLength, .integer(8...65_536),
      "longest prompt and completion together, in tokens", in: .firstWeights
    ).aliases("max_position_embeddings", "max_length", "block_size")
    Field(
      "key_value_heads", \.keyValueHeads, .integer(0...1024),
      "key-value heads of a layer; 0: one per head", in: .firstWeights
    ).paper("arXiv 2305.13245").aliases("num_key_value_heads", "n_kv_heads")
    Field(
      "tied_embeddings", \.tiedEmbeddings, .boolean, "one matrix for embedding and output",
      in: .firstWeights
    ).aliases("tie_word_embeddings")
  }

  /// Refuses a shape that can't be, or one for a model that has its own.
  package func check(_ run: RunSettings) throws(SettingsError) {
    guard run.startsFromSize else { return try refuseAll(run.model) }
    if run.maxCompletionTokens >= contextLength {
      throw SettingsError(
        "max_completion_tokens (\(run.maxCompletionTokens)) leaves no room for a prompt in "
          + "context_length (\(contextLength)); lower the one or raise the other")
    }
    _ = try shape(ofSize: run.model)
  }

  private func refuseAll(_ model: String) throws(SettingsError) {
    let defaults = NewModelSettings()
    for field in Self.fields where field.get(self) != field.get(defaults) {
      throw SettingsError(
        "\(field.info.key) is only for a model made from a size "
          + "(\(RunSettings.sizes.joined(separator: ", "))), and model is \(jsonString(model)), which "
          + "has its own; leave it out")
    }
  }

  /// The shape of a new model of a size, over the standard vocabulary; nil where `name` is no size.
  ///
  /// - Throws: `SettingsError` where the settings don't make a model, such as key-value heads that
  ///   don't divide the heads.
  package func shape(ofSize name: String) throws(SettingsError) -> ModelConfiguration? {
    guard
      let shape = ModelConfiguration.preset(
        name, vocabularySize: Vocabulary.standard.count, contextLength: contextLength,
        keyValueHeads: keyValueHeads == 0 ? nil : keyValueHeads, tiesEmbeddings: tiedEmbeddings)
    else { return nil }
    if let problem = shape.problem {
      throw SettingsError(
        "a model of size \(name): \(problem); change key_value_heads or context_length")
    }
    return shape
  }
}

extension RunSettings {
  /// Sizes that `model` may name other than checkpoints; they start from random weights.
  package static var sizes: [String] { ModelConfiguration.presets.map(\.name) }

  /// Whether `model` is a size, so that training starts from random weights.
  package var startsFromSize: Bool { Self.sizes.contains(model) }
}
