import Foundation
import LanguageModel
import TestSupport
import Testing

/// Vocabularies and the `tokenizer.json` files that hold them; expected ids are Hugging Face's.
@Suite struct VocabularyTests {
  private struct Expected: Decodable {
    struct Row: Decodable {
      let text: String
      let ids: [Int32]
      let decoded: String
    }
    let texts: [Row]
    /// Texts that Hugging Face's tokenizer refuses, with its words, which don't name the character.
    let outside_vocabulary: [String: String]
    let split_special_tokens: Spelled

    struct Spelled: Decodable {
      let text: String
      let ids: [Int32]
      let decoded: String
    }
  }

  /// A small vocabulary as plain JSON: marks 0 to 2, then characters.
  private static var tokenizer: [String: Any] {
    [
      "added_tokens": [
        ["id": 0, "content": "</s>", "special": true], ["id": 1, "content": "<think>"],
        ["id": 2, "content": "</think>", "lstrip": false, "normalized": true],
      ],
      "pre_tokenizer": [
        "type": "Split", "pattern": ["Regex": #"[\s\S]"#], "behavior": "Isolated", "invert": false,
      ],
      "model": [
        "type": "WordLevel", "unk_token": "<unk>",
        "vocab": ["</s>": 0, "<think>": 1, "</think>": 2, "a": 3, "b": 4, " ": 5, "\n": 6],
      ],
    ]
  }

  private static func read(
    _ tokenizer: [String: Any], configuration: [String: Any]? = nil
  ) throws -> Vocabulary {
    try Vocabulary(
      tokenizer: JSONSerialization.data(withJSONObject: tokenizer),
      configuration: configuration.map { try JSONSerialization.data(withJSONObject: $0) },
      of: "folder")
  }

  /// The small vocabulary with other keys; a `model` of those is laid over its model.
  private static func changed(_ keys: [String: Any]) throws -> [String: Any] {
    var tokenizer = tokenizer
    for (key, value) in keys where key != "model" { tokenizer[key] = value }
    if let keys = keys["model"] as? [String: Any] {
      let model = try #require(tokenizer["model"] as? [String: Any])
      tokenizer["model"] = model.merging(keys) { $1 }
    }
    return tokenizer
  }

  @Test(arguments: ["tokenizer", "tokenizer/handwritten"])
  func agreesWithTokenizers(folder: String) throws {
    let vocabulary = try Vocabulary(
      tokenizer: Fixture.data(folder + "/tokenizer.json"),
      configuration: Fixture.data(folder + "/tokenizer_config.json"), of: folder)
    #expect(vocabulary == .standard)
    let expected = try Fixture.json("tokenizer/expected.json", as: Expected.self)
    #expect(expected.texts.count == 30)
    for row in expected.texts {
      #expect(try vocabulary.encode(row.text) == row.ids)
      #expect(vocabulary.decode(row.ids) == row.decoded)
    }
  }

  /// What Hugging Face refuses is refused here, and the first such character named.
  @Test func refusesWhatTokenizersRefuses() throws {
    let expected = try Fixture.json("tokenizer/expected.json", as: Expected.self)
    #expect(expected.outside_vocabulary.count == 7)
    for text in expected.outside_vocabulary.keys {
      let error = #expect(throws: Vocabulary.UnknownCharacter.self) {
        try Vocabulary.standard.encode(text)
      }
      let place = try #require(error?.position)
      let before = String(String.UnicodeScalarView(text.unicodeScalars.prefix(place)))
      #expect(throws: Never.self) { try Vocabulary.standard.encode(before) }
      #expect(Array(text.unicodeScalars)[place] == error?.scalar)
    }
  }

  /// Marks in a text become their ids, as Hugging Face does by default; nothing here spells them out as
  /// its `split_special_tokens` does, but the ids that it gives are the same text.
  @Test func marksInATextAreMarks() throws {
    let spelled = try Fixture.json("tokenizer/expected.json", as: Expected.self)
      .split_special_tokens
    #expect(Vocabulary.standard.decode(spelled.ids) == spelled.decoded)
    let ids = try Vocabulary.standard.encode(spelled.text)
    #expect(ids != spelled.ids && ids.count == 3)
    #expect(Vocabulary.standard.decode(ids) == spelled.text)
  }

  @Test func whatIsWrittenReadsTheSame() throws {
    var tokenizer = try Self.changed(["model": ["type": "BPE", "merges": [String]()]])
    tokenizer["pre_tokenizer"] = nil
    let names: [String: Any] = ["eos_token": ["content": "\n"], "bos_token": NSNull()]
    let small = try Self.read(tokenizer, configuration: names)
    #expect(small.count == 7 && small.end == 6 && small.begin == nil && small.padding == nil)
    #expect(small.marks == ["</s>", "<think>", "</think>"])
    for vocabulary in [small, .standard] {
      let again = try Vocabulary(
        tokenizer: vocabulary.tokenizerJSON(),
        configuration: vocabulary.tokenizerConfigurationJSON(contextLength: 128), of: "folder")
      #expect(again == vocabulary)
    }
  }

  @Test func unknownCharactersAreNamed() throws {
    let vocabulary = try Self.read(Self.tokenizer)
    #expect(try vocabulary.encode("a<think>b\n </think>") == [3, 1, 4, 6, 5, 2])
    let error = #expect(throws: Vocabulary.UnknownCharacter.self) {
      try vocabulary.encode("ab<think>\r\n")
    }
    #expect(error?.scalar == "\r" && error?.position == 9)
  }

  @Test func otherWaysToSayCharacters() throws {
    func split(_ pattern: [String: String], _ behavior: String, _ invert: Bool) -> [String: Any] {
      ["type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert]
    }
    let small = try Self.read(Self.tokenizer)
    let digits: [String: Any] = ["type": "Digits", "individual_digits": false]
    for stage in [
      split(["Regex": ".|\\n"], "Isolated", true), split(["Regex": "(?m:.)"], "Removed", true),
      split(["String": ""], "Removed", false), split(["Regex": ""], "Contiguous", true),
      ["type": "FixedLength", "length": 1],
      ["type": "Sequence", "pretokenizers": [digits, split(["Regex": ""], "Isolated", false)]],
    ] as [[String: Any]] {
      #expect(try Self.read(Self.changed(["pre_tokenizer": stage])) == small, "\(stage)")
    }
    let bpe = ["type": "BPE"]
    for stage in [
      digits, split(["Regex": "b+"], "Contiguous", false),
      ["type": "Sequence", "pretokenizers": []],
    ] as [[String: Any]] {
      #expect(
        try Self.read(Self.changed(["pre_tokenizer": stage, "model": bpe])) == small, "\(stage)")
    }
    let template: [String: Any] = [
      "type": "TemplateProcessing", "single": [["Sequence": ["id": "A", "type_id": 0]]],
    ]
    let nothing: [String: Any] = ["type": "Sequence", "normalizers": []]
    #expect(
      try Self.read(Self.changed(["post_processor": template, "normalizer": nothing])) == small)
    // `.` is no line feed, and without one in the vocabulary that makes no difference.
    let dot = split(["Regex": "."], "Isolated", false)
    let line: [String: Any] = ["vocab": ["</s>": 0, "<think>": 1, "</think>": 2, "a": 3]]
    #expect(try Self.read(Self.changed(["pre_tokenizer": dot, "model": line])).count == 4)
    // The name of what stands for unknown characters is a mark.
    let unknown: [String: Any] = ["vocab": ["</s>": 0, "<think>": 1, "</think>": 2, "<unk>": 3]]
    #expect(try Self.read(Self.changed(["model": unknown])).marks.contains("<unk>"))
  }

  @Test func refusesWithTheKey() throws {
    let split = try #require(Self.tokenizer["pre_tokenizer"] as? [String: Any])
    func cut(_ keys: [String: Any]) -> [String: Any] {
      ["pre_tokenizer": split.merging(keys) { $1 }]
    }
    func added(_ keys: [String: Any]) -> [String: Any] {
      ["added_tokens": [["id": 0, "content": "</s>"].merging(keys) { $1 }]]
    }
    let vocab = ["</s>": 0, "<think>": 1, "</think>": 2]
    let special: [String: Any] = ["SpecialToken": ["id": "</s>", "type_id": 0]]
    let cases: [([String: Any], String)] = [
      (["model": ["merges": ["a b"], "type": "BPE"]], "a BPE tokenizer with 1 merges"),
      (["model": ["merges": [["a", "b"]], "type": "BPE"]], "a BPE tokenizer with 1 merges"),
      (["model": ["type": "Unigram", "vocab": [["a", -1]]]], "model.type is Unigram"),
      (["model": ["end_of_word_suffix": "</w>", "type": "BPE"]], "end_of_word_suffix is \"</w>\""),
      (["normalizer": ["type": "NFKC"]], "normalizer NFKC changes texts"),
      (["normalizer": ["type": "Sequence", "normalizers": [["type": "Strip"]]]], "Strip changes"),
      (["pre_tokenizer": NSNull()], "pre_tokenizer null doesn't cut"),
      (["pre_tokenizer": ["type": "Metaspace"]], "pre_tokenizer Metaspace changes or drops"),
      (cut(["behavior": "Contiguous"]), "pre_tokenizer Split doesn't cut"),
      (cut(["behavior": "Removed"]), "pre_tokenizer Split changes or drops"),
      (cut(["pattern": ["Regex": "."]]), "pre_tokenizer Split doesn't cut"),
      (cut(["pattern": ["String": #"[\s\S]"#]]), "pre_tokenizer Split doesn't cut"),
      (
        cut(["pattern": ["Regex": "."], "behavior": "Removed", "invert": true]),
        "pre_tokenizer Split changes or drops"
      ),
      (["pre_tokenizer": ["type": "FixedLength", "length": 2]], "FixedLength doesn't cut"),
      (["post_processor": ["type": "TemplateProcessing", "single": [special]]], "adds tokens"),
      (["post_processor": ["type": "BertProcessing"]], "post_processor BertProcessing adds tokens"),
      (added(["lstrip": true]), "lstrip of \"</s>\" is true"),
      (added(["single_word": true]), "single_word of \"</s>\" is true"),
      (added(["id": 3]), "\"a\" and \"</s>\" have the same id, 3"),
      (added(["id": 9]), "\"</s>\" has two ids, 0 and 9"),
      (added(["content": ""]), "one has no content"),
      (["model": ["vocab": vocab.merging(["a": 2]) { $1 }]], "have the same id, 2"),
      (["model": ["vocab": vocab.merging(["a": 4]) { $1 }]], "none has the id 3"),
      (["model": ["vocab": vocab.merging(["ab": 3]) { $1 }]], "the token \"ab\" is not one"),
      (["model": ["vocab": 3]], "not a tokenizer.json"),
    ]
    for (keys, words) in cases {
      let error = #expect(throws: ModelFileError.self, "\(keys)") {
        try Self.read(Self.changed(keys))
      }
      #expect(error?.file == "folder: tokenizer.json")
      #expect(error?.problem.contains(words) == true, "\(error?.problem ?? "") lacks \(words)")
      #expect(error?.hint.isEmpty == false)
    }
  }

  @Test func refusesTheConfigurationWithTheKey() throws {
    for (keys, words) in [
      (["tokenizer_class": "LlamaTokenizer"], "tokenizer_class is LlamaTokenizer"),
      (["add_bos_token": true], "add_bos_token is true"),
      (["add_eos_token": true], "add_eos_token is true"),
      (["split_special_tokens": true], "split_special_tokens is true"),
      (["eos_token": 7], "not a tokenizer_config.json"),
    ] as [([String: Any], String)] {
      let error = #expect(throws: ModelFileError.self) {
        try Self.read(Self.tokenizer, configuration: keys)
      }
      #expect(error?.file == "folder: tokenizer_config.json")
      #expect(error?.problem.contains(words) == true, "\(error?.problem ?? "") lacks \(words)")
    }
    let error = #expect(throws: ModelFileError.self) {
      try Self.read(Self.tokenizer, configuration: ["eos_token": "<end>"])
    }
    #expect(error?.problem == "no end-of-text token \"<end>\"")
    #expect(error?.hint.contains("eos_token in tokenizer_config.json") == true)
  }
}
