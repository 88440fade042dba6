package import Foundation

extension Vocabulary {
  /// Reads a character-level `tokenizer.json`, with `tokenizer_config.json` for the special tokens.
  ///
  /// Read are models of type WordLevel, and BPE without merges, whose vocabulary is single
  /// characters and marks (added tokens).
  ///
  /// - Throws: `ModelFileError` for any other tokenizer.
  package init(tokenizer data: Data, configuration: Data?, file: String) throws {
    let mend =
      "Hone's models write characters: give a model with a character-level tokenizer, or train one."
    let raw: RawTokenizer
    do {
      raw = try JSONDecoder().decode(RawTokenizer.self, from: data)
    } catch {
      throw ModelFileError(file, "not a tokenizer that Hone can read", mend: mend)
    }
    guard raw.model.type == "WordLevel" || (raw.model.type == "BPE" && raw.model.mergeCount == 0)
    else {
      throw ModelFileError(file, "a \(raw.model.type) tokenizer, not character-level", mend: mend)
    }
    var byID: [Int: String] = [:]
    for (token, id) in raw.model.vocab { byID[id] = token }
    for added in raw.added_tokens ?? [] { byID[added.id] = added.content }
    let tokens = (0..<byID.count).compactMap { byID[$0] }
    guard tokens.count == byID.count else {
      throw ModelFileError(file, "the token ids have a gap", mend: mend)
    }
    let names = configuration.flatMap { try? JSONDecoder().decode(SpecialTokens.self, from: $0) }
    var marks = (raw.added_tokens ?? []).map(\.content)
    let end = names?.eos_token?.content ?? "</s>"
    if let unknown = raw.model.unk_token, raw.model.vocab[unknown] != nil,
      !marks.contains(unknown)
    {
      marks.append(unknown)
    }
    if let long = tokens.first(where: { !marks.contains($0) && $0.unicodeScalars.count != 1 }) {
      throw ModelFileError(file, "the token \"\(long)\" is not one character", mend: mend)
    }
    guard
      let vocabulary = Vocabulary(
        tokens: tokens, marks: marks, begin: names?.bos_token?.content ?? "<s>", end: end,
        padding: names?.pad_token?.content ?? "<pad>")
    else {
      throw ModelFileError(
        file, "no end-of-text token \"\(end)\"",
        mend: "Name it as eos_token in tokenizer_config.json.")
    }
    self = vocabulary
  }

  /// The `tokenizer.json` that gives the same ids in Hugging Face's tokenizers.
  ///
  /// WordLevel over single characters: a character outside is an error there too, because the
  /// unknown token is not in the vocabulary.
  package func tokenizerJSON() throws -> Data {
    var ids: [String: Int] = [:]
    for (id, token) in tokens.enumerated() { ids[token] = id }
    let added = tokens.enumerated().filter { marks.contains($0.element) }.map {
      AddedToken(
        id: $0.offset, content: $0.element, single_word: false, lstrip: false, rstrip: false,
        normalized: false, special: true)
    }
    let tokenizer = RawTokenizer(
      version: "1.0", added_tokens: added,
      pre_tokenizer: .init(
        type: "Split", pattern: .init(Regex: "[\\s\\S]"), behavior: "Isolated", invert: false),
      decoder: .init(type: "Fuse"),
      model: .init(type: "WordLevel", vocab: ids, unk_token: "<unk>", merges: nil))
    return try Self.encode(tokenizer)
  }

  /// The `tokenizer_config.json` beside it.
  package func tokenizerConfigurationJSON(contextLength: Int) throws -> Data {
    try Self.encode(
      SpecialTokens(
        bos_token: begin.map { .init(content: tokens[Int($0)]) },
        eos_token: .init(content: tokens[Int(end)]),
        pad_token: padding.map { .init(content: tokens[Int($0)]) },
        clean_up_tokenization_spaces: false, model_max_length: contextLength,
        tokenizer_class: "PreTrainedTokenizerFast"))
  }

  private static func encode(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(value)
  }
}

// Hugging Face's own key names, so that no table of coding keys is needed.
private struct RawTokenizer: Codable {
  var version: String?
  var added_tokens: [AddedToken]?
  var pre_tokenizer: PreTokenizer?
  var decoder: Decoder?
  var model: Model

  struct Decoder: Codable { var type: String }

  struct PreTokenizer: Codable {
    var type: String
    var pattern: Pattern?
    var behavior: String?
    var invert: Bool?

    struct Pattern: Codable { var Regex: String? }
  }

  struct Model: Codable {
    var type: String
    var vocab: [String: Int]
    var unk_token: String?
    var merges: [Merge]?
    var mergeCount: Int { merges?.count ?? 0 }
  }

  // A merge is a string or a pair; only their number matters here.
  struct Merge: Codable {
    init(from decoder: any Swift.Decoder) throws {}
    func encode(to encoder: any Encoder) throws {}
  }
}

private struct AddedToken: Codable {
  var id: Int
  var content: String
  var single_word: Bool?
  var lstrip: Bool?
  var rstrip: Bool?
  var normalized: Bool?
  var special: Bool?
}

private struct SpecialTokens: Codable {
  var bos_token: Name?
  var eos_token: Name?
  var pad_token: Name?
  var clean_up_tokenization_spaces: Bool?
  var model_max_length: Int?
  var tokenizer_class: String?

  /// A token's text, written as a string or as an object with `content`.
  struct Name: Codable {
    var content: String

    init(content: String) { self.content = content }

    init(from decoder: any Swift.Decoder) throws {
      if let text = try? decoder.singleValueContainer().decode(String.self) {
        content = text
      } else {
        content = try decoder.container(keyedBy: Key.self).decode(String.self, forKey: .content)
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(content)
    }

    private enum Key: CodingKey { case content }
  }
}
