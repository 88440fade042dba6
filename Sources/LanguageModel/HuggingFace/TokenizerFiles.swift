package import Foundation

extension Vocabulary {
  /// The `tokenizer.json` that gives the same ids in Hugging Face's tokenizers.
  ///
  /// WordLevel over single characters: a character outside is an error there too, because the
  /// unknown token is not in the vocabulary (in one that was read, `<unk>` may be).
  package func tokenizerJSON() throws -> Data {
    var ids: [String: Int] = [:]
    for (id, token) in tokens.enumerated() { ids[token] = id }
    let added = tokens.enumerated().filter { marks.contains($0.element) }.map {
      SavedTokenizer.AddedToken(id: $0.offset, content: $0.element)
    }
    return try ModelConfiguration.encode(
      SavedTokenizer(added_tokens: added, model: .init(vocab: ids)))
  }

  /// The `tokenizer_config.json` beside it.
  package func tokenizerConfigurationJSON(contextLength: Int) throws -> Data {
    try ModelConfiguration.encode(
      SavedTokenizerConfiguration(
        bos_token: begin.map { tokens[Int($0)] }, eos_token: tokens[Int(end)],
        pad_token: padding.map { tokens[Int($0)] }, model_max_length: contextLength))
  }
}

// Hugging Face's own key names, so that no table of coding keys is needed.
private struct SavedTokenizer: Encodable {
  var version = "1.0"
  var added_tokens: [AddedToken]
  var pre_tokenizer = Split()
  var decoder = Decoder()
  var model: Model

  struct AddedToken: Encodable {
    var id: Int
    var content: String
    var single_word = false
    var lstrip = false
    var rstrip = false
    var normalized = false
    var special = true
  }

  struct Split: Encodable {
    var type = "Split"
    var pattern = ["Regex": "[\\s\\S]"]
    var behavior = "Isolated"
    var invert = false
  }

  struct Decoder: Encodable { var type = "Fuse" }

  struct Model: Encodable {
    var type = "WordLevel"
    var vocab: [String: Int]
    var unk_token = "<unk>"
  }
}

private struct SavedTokenizerConfiguration: Encodable {
  var bos_token: String?
  var eos_token: String
  var pad_token: String?
  var clean_up_tokenization_spaces = false
  // Without it, transformers 4 gives token types too, which its Llama refuses.
  var model_input_names = ["input_ids", "attention_mask"]
  var model_max_length: Int
  var tokenizer_class = "PreTrainedTokenizerFast"
}
