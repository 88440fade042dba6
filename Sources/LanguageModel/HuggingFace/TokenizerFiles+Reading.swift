package import Foundation
internal import JSON

extension Vocabulary {
  /// Reads a character-level `tokenizer.json`, with `tokenizer_config.json` for the special tokens.
  ///
  /// Read is what gives each character (Unicode scalar) of a text the id of its own token, and each
  /// mark (added token) spelled in it the mark's: models of type WordLevel over single characters,
  /// and BPE without merges, with nothing that changes, drops or adds text on the way. The end of
  /// text is `eos_token`, or else `</s>`.
  ///
  /// - Parameter model: the archive or folder, for messages.
  /// - Throws: `ModelFileError`, which names the key, for any other tokenizer.
  package init(tokenizer data: Data, configuration: Data?, of model: String) throws {
    let (file, configurationFile) = ("\(model): tokenizer.json", "\(model): tokenizer_config.json")
    let raw: ReadTokenizer
    do {
      // The vocabularies and merges of large models run into the hundred thousands.
      var limits = JSONLimits()
      limits.values = 4_000_000
      raw = try JSONNode(parsing: Array(data)[...], limits: limits).decode(as: ReadTokenizer.self)
    } catch {
      throw ModelFileError(
        file, "not a tokenizer.json of Hugging Face's tokenizers: \(error)",
        hint: TokenizerRefusal.otherModel)
    }
    var names = ReadTokenizerConfiguration()
    if let configuration {
      do {
        names = try JSONNode(parsing: Array(configuration)[...])
          .decode(as: ReadTokenizerConfiguration.self)
      } catch {
        throw ModelFileError(
          configurationFile, "not a tokenizer_config.json of Hugging Face's transformers: \(error)",
          hint: "Save the tokenizer again.")
      }
    }
    if let (problem, hint) = names.problem {
      throw ModelFileError(configurationFile, problem, hint: hint)
    }
    let tokens: [String]
    let marks: [String]
    do {
      (tokens, marks) = try raw.tokensAndMarks()
    } catch {
      throw ModelFileError(file, error.problem, hint: error.hint)
    }
    let end = names.eos_token?.content ?? "</s>"
    guard tokens.contains(end) else {
      throw ModelFileError(
        file, "no end-of-text token \"\(end)\"",
        hint: "Name one of its tokens as eos_token in tokenizer_config.json.")
    }
    guard
      let vocabulary = Vocabulary(
        tokens: tokens, marks: marks, begin: names.bos_token?.content ?? "<s>", end: end,
        padding: names.pad_token?.content ?? "<pad>")
    else {
      throw ModelFileError(
        file, "two tokens are the same text", hint: "Give each token a text of its own.")
    }
    self = vocabulary
  }
}

/// What of `tokenizer_config.json` matters.
private struct ReadTokenizerConfiguration: Decodable {
  var bos_token: Name?
  var eos_token: Name?
  var pad_token: Name?
  var add_bos_token: Bool?
  var add_eos_token: Bool?
  var split_special_tokens: Bool?
  var tokenizer_class: String?

  /// A token's text, written as a string or as an object with `content`.
  struct Name: Decodable {
    var content: String

    init(from decoder: any Swift.Decoder) throws {
      if let text = try? decoder.singleValueContainer().decode(String.self) {
        content = text
      } else {
        content = try decoder.container(keyedBy: Key.self).decode(String.self, forKey: .content)
      }
    }

    private enum Key: CodingKey { case content }
  }

  /// What gives other ids than `tokenizer.json` says, with the hint, or nil.
  var problem: (String, hint: String)? {
    // Other classes put their own pre-tokenizer or normalizer in the place of the file's.
    let plain = ["PreTrainedTokenizerFast", "TokenizersBackend"]
    if let name = tokenizer_class, !plain.contains(name) {
      return (
        "tokenizer_class is \(name), which may change what tokenizer.json says",
        "If tokenizer.json is character-level, write \(plain[0]) there."
      )
    }
    let flags = [
      ("add_bos_token", add_bos_token), ("add_eos_token", add_eos_token),
      ("split_special_tokens", split_special_tokens),
    ]
    for (key, value) in flags where value == true {
      return (
        "\(key) is true; Hone adds no tokens to a text, and takes marks for tokens",
        "If the model was trained without it, write false there."
      )
    }
    return nil
  }
}
