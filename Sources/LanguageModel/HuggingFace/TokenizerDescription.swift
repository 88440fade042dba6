/// Why a `tokenizer.json` isn't character-level.
struct TokenizerRefusal: Error {
  /// The key and what it says.
  let problem: String
  /// What to do.
  let hint: String

  init(_ problem: String, hint: String = TokenizerRefusal.otherModel) {
    self.problem = problem
    self.hint = hint
  }

  /// What to do where no other key would help.
  static let otherModel =
    "Hone's models write characters: give a model with a character-level tokenizer, or train one."
}

/// What of a `tokenizer.json` decides which ids a text gets; the decoder and other keys don't.
///
/// Hugging Face's own key names, so that no table of coding keys is needed.
struct ReadTokenizer: Decodable {
  var added_tokens: [AddedToken]?
  var normalizer: TokenizerStage?
  var pre_tokenizer: TokenizerStage?
  var post_processor: TokenizerStage?
  var model: Model

  /// A token that is looked for in a text before anything else.
  struct AddedToken: Decodable {
    var id: Int
    var content: String
    var single_word: Bool?
    var lstrip: Bool?
    var rstrip: Bool?
  }

  struct Model: Decodable {
    var type: String
    /// Nil for types that keep it in another form.
    var vocab: [String: Int]?
    var unk_token: String?
    var mergeCount = 0
    /// What BPE puts before or after the parts of a word.
    var affixes: [String: String] = [:]

    init(from decoder: any Swift.Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      type = try container.decode(String.self, forKey: .type)
      guard ["WordLevel", "BPE"].contains(type) else { return }
      vocab = try container.decode([String: Int].self, forKey: .vocab)
      unk_token = try container.decodeIfPresent(String.self, forKey: .unk_token)
      mergeCount = try container.decodeIfPresent([Merge].self, forKey: .merges)?.count ?? 0
      for key in [Key.continuing_subword_prefix, .end_of_word_suffix] {
        let text = try container.decodeIfPresent(String.self, forKey: key) ?? ""
        if !text.isEmpty { affixes[key.stringValue] = text }
      }
    }

    private enum Key: String, CodingKey {
      case type, vocab, unk_token, merges, continuing_subword_prefix, end_of_word_suffix
    }

    // A merge is a string or a pair; only their number matters here.
    private struct Merge: Decodable {
      init(from decoder: any Swift.Decoder) throws {}
    }
  }

  /// All tokens by id, and which of them are marks, if every character of a text becomes the token
  /// of that one character.
  func tokensAndMarks() throws(TokenizerRefusal) -> (tokens: [String], marks: [String]) {
    guard let vocab = model.vocab else {
      throw TokenizerRefusal("model.type is \(model.type), which is not character-level")
    }
    if model.mergeCount > 0 {
      throw TokenizerRefusal(
        "a \(model.type) tokenizer with \(model.mergeCount) merges is not character-level")
    }
    for (key, text) in model.affixes.sorted(by: { $0.key < $1.key }) {
      throw TokenizerRefusal("model.\(key) is \"\(text)\"; its tokens are not plain characters")
    }
    if let normalizer, !normalizer.flattened.isEmpty {
      throw TokenizerRefusal("normalizer \(normalizer.name) changes texts")
    }
    try checkPreTokenizer(vocab)
    for stage in post_processor?.flattened ?? [] where !stage.addsNothing {
      throw TokenizerRefusal(
        "post_processor \(stage.type) adds tokens to a text, and Hone adds none",
        hint: "If the model was trained without them, write null for post_processor.")
    }
    return try tokensAndMarks(vocab)
  }

  private func checkPreTokenizer(_ vocab: [String: Int]) throws(TokenizerRefusal) {
    let stages = pre_tokenizer?.flattened ?? []
    let knowsLineFeed = vocab["\n"] != nil
    for stage in stages where !stage.keepsText(knowsLineFeed) {
      throw TokenizerRefusal("pre_tokenizer \(stage.type) changes or drops text")
    }
    // BPE without merges cuts a text into characters itself. WordLevel looks up what it gets.
    guard model.type == "BPE" || stages.contains(where: { $0.cutsCharacters(knowsLineFeed) }) else {
      throw TokenizerRefusal(
        "pre_tokenizer \(pre_tokenizer?.name ?? "null") doesn't cut a text into single characters",
        hint: #"If tokens are characters, write a Split with the Regex [\s\S] and Isolated there."#)
    }
  }

  private func tokensAndMarks(
    _ vocab: [String: Int]
  ) throws(TokenizerRefusal) -> (tokens: [String], marks: [String]) {
    var byID: [Int: String] = [:]
    for (token, id) in vocab.sorted(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
      if let other = byID.updateValue(token, forKey: id) {
        throw TokenizerRefusal("\"\(other)\" and \"\(token)\" have the same id, \(id)")
      }
    }
    var marks: [String] = []
    for added in added_tokens ?? [] {
      if added.content.isEmpty { throw TokenizerRefusal("added_tokens: one has no content") }
      for (key, value) in [
        ("single_word", added.single_word), ("lstrip", added.lstrip), ("rstrip", added.rstrip),
      ] where value == true {
        throw TokenizerRefusal(
          "added_tokens: \(key) of \"\(added.content)\" is true, not false",
          hint: "If the model was trained without it, write false there.")
      }
      if let other = byID.updateValue(added.content, forKey: added.id), other != added.content {
        throw TokenizerRefusal(
          "\"\(other)\" and \"\(added.content)\" have the same id, \(added.id)")
      }
      if let id = vocab[added.content], id != added.id {
        throw TokenizerRefusal("\"\(added.content)\" has two ids, \(id) and \(added.id)")
      }
      marks.append(added.content)
    }
    if let unknown = model.unk_token, vocab[unknown] != nil, !marks.contains(unknown) {
      marks.append(unknown)
    }
    var tokens: [String] = []
    for id in 0..<byID.count {
      guard let token = byID[id] else {
        throw TokenizerRefusal("there are \(byID.count) tokens, but none has the id \(id)")
      }
      guard marks.contains(token) || token.unicodeScalars.count == 1 else {
        throw TokenizerRefusal(
          "the token \"\(token)\" is not one character, so it is not character-level")
      }
      tokens.append(token)
    }
    return (tokens, marks)
  }
}

/// A normalizer, pre-tokenizer or post-processor, or a sequence of such.
struct TokenizerStage: Decodable {
  var type: String
  var behavior: String?
  var invert: Bool?
  var length: Int?
  var pattern: Pattern?
  /// A template: each piece is a text or a special token.
  var single: [Piece]?
  var normalizers: [TokenizerStage]?
  var pretokenizers: [TokenizerStage]?
  var processors: [TokenizerStage]?

  struct Pattern: Decodable {
    var String: Swift.String?
    var Regex: Swift.String?
  }

  struct Piece: Decodable {
    var SpecialToken: Anything?

    struct Anything: Decodable {
      init(from decoder: any Swift.Decoder) throws {}
    }
  }

  /// The stages of a sequence in their order, or just this one.
  var flattened: [TokenizerStage] {
    guard type == "Sequence" else { return [self] }
    return (normalizers ?? pretokenizers ?? processors ?? []).flatMap(\.flattened)
  }

  /// What messages call it.
  var name: String { flattened.map(\.type).joined(separator: ", ") }

  /// Whether it leaves the tokens of a text as they are, as a post-processor.
  var addsNothing: Bool {
    type == "TemplateProcessing" && (single ?? []).allSatisfy { $0.SpecialToken == nil }
  }

  /// Whether the parts that it cuts a text into are together the text, as a pre-tokenizer.
  ///
  /// - Parameter withLineFeeds: whether line feeds count.
  func keepsText(_ withLineFeeds: Bool) -> Bool {
    switch type {
    case "Digits", "FixedLength": true
    case "Split", "Punctuation": behavior != "Removed" || cutsCharacters(withLineFeeds)
    default: false
    }
  }

  /// Whether it cuts a text into single characters, as a pre-tokenizer.
  ///
  /// - Parameter withLineFeeds: whether line feeds count.
  func cutsCharacters(_ withLineFeeds: Bool) -> Bool {
    if type == "FixedLength" { return length == 1 }
    guard type == "Split", let pattern = pattern?.Regex ?? pattern?.String else { return false }
    let isInverted = invert == true
    // The empty pattern matches between the characters, so they are what doesn't match.
    if pattern.isEmpty { return !(behavior == "Removed" && isInverted) }
    guard self.pattern?.Regex != nil else { return false }
    guard Self.anyCharacter.contains(pattern) || (pattern == "." && !withLineFeeds) else {
      return false
    }
    switch behavior {
    case "Isolated": return true
    // What doesn't match is removed: nothing, but the line feeds that `.` leaves out.
    case "Removed": return isInverted
    default: return false
    }
  }

  /// Ways to write "any character" for Oniguruma, whose `.` is no line feed and which knows no `(?s)`.
  private static let anyCharacter: Set<String> = [
    #"[\s\S]"#, #"[\S\s]"#, #"[\d\D]"#, #"[\D\d]"#, #"[\w\W]"#, #"[\W\w]"#, "(?m).", "(?m:.)",
    #".|\n"#, #"\n|."#, #"(.|\n)"#, #"(\n|.)"#, #"(?:.|\n)"#, #"(?:\n|.)"#,
  ]
}
