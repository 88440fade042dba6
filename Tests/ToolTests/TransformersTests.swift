import Foundation
import Kernels
import LanguageModel
import Runs
import TaskSuites
import TestSupport
import Testing

@Suite(
  "Hugging Face both ways", .serialized,
  .enabled(if: TransformersPeer.isInstalled, TransformersPeer.reason))
struct TransformersTests {
  /// The largest difference of logits between transformers and Hone, both in float32.
  private static let tolerance = 1e-4

  @Test(
    "an unpacked checkpoint in transformers: same tokens, logits and greedy text, and back again",
    arguments: ["arithmetic", "logic"])
  func unpackedCheckpoint(name: String) throws {
    let suite = try SuiteLocator.open(name, installation: .current)
    let base = try #require(suite.base)
    let bundle = try ModelLocator.open(base, installation: .current)
    let texts = Self.texts(of: suite, bundle.vocabulary)
    let prompts = suite.problems(0..<16, split: .test).map(\.problem.prompt)
    try ToolRunner.withTemporaryFolder { folder in
      let unpacked = folder.appending(path: "model").path
      let archive = ToolRunner.repository.appending(path: "Checkpoints/\(base).tar.zst").path
      #expect(try ToolRunner.run(["checkpoint", "unpack", archive, unpacked]).exitCode == 0)
      let again = folder.appending(path: "again").path
      let answer = try TransformersPeer.read(
        unpacked,
        .init(texts: texts, scored: 32, prompts: prompts, new_tokens: 64, save_as: again),
        scratch: folder)

      try expectSameTokens(texts, answer.ids, bundle.vocabulary)
      #expect(answer.decoded == texts && answer.end == bundle.vocabulary.end)
      #expect(answer.logits.count == 32)
      expectSameLogits(answer.ids, answer.logits, bundle)
      let greedy = try Self.greedy(prompts, bundle)
      #expect(answer.greedy == greedy)

      let saved = try ModelLocator.open(again, installation: .current)
      #expect(saved.parameters.hash == bundle.parameters.hash)
      #expect(saved.vocabulary == bundle.vocabulary)
      let problem = prompts[0]
      let asked = try ToolRunner.run(["ask", again, problem])
      let wanted = try ToolRunner.run(["ask", base, problem])
      #expect(asked.exitCode == 0 && asked == wanted)
      let measure = ["--suite", name, "--limit", "60", "--json"]
      let measured = try ToolRunner.run(["evaluate", again] + measure)
      let reference = try ToolRunner.run(["evaluate", base] + measure)
      #expect(measured.exitCode == 0 && measured.output == reference.output)
      let trained = try ToolRunner.run([
        "train", "--suite", name, "--model", again, "--steps", "1", "--problems", "4",
        "--group-size", "4", "--evaluation-problems", "4", "--quiet", "--run",
        folder.appending(path: "run").path,
      ])
      #expect(trained.exitCode == 0, "\(trained.errors)")
    }
  }

  @Test("models that transformers saved: any head grouping, tied or not, any format, in shards")
  func savedModels() throws {
    let cases = try TransformersPeer.cases("models")
    #expect(cases.count == 31)
    for name in cases { try expectAgreement("models/\(name)") }
  }

  @Test("tokenizers over characters, however they are written")
  func savedTokenizers() throws {
    let cases = try TransformersPeer.cases("tokenizers")
    #expect(cases.count == 14)
    for name in cases { try expectAgreement("tokenizers/\(name)") }
  }

  @Test("models that Hone's can't be are refused by the key")
  func refusedModels() throws {
    try expectRefusals(
      "refused-models", "config.json",
      [
        "attention-bias": "attention_bias is true",
        "classifier": "architecture LlamaForSequenceClassification, not LlamaForCausalLM",
        "gelu": "hidden_act is gelu, not silu",
        "gpt2": "architecture GPT2LMHeadModel, not LlamaForCausalLM",
        "mistral": "architecture MistralForCausalLM",
        "mixtral": "architecture MixtralForCausalLM",
        "mlp-bias": "mlp_bias is true",
        "qwen2": "architecture Qwen2ForCausalLM",
        "rope-dynamic": "rope_parameters.rope_type is dynamic, not default",
        "rope-linear": "rope_parameters.rope_type is linear, not default",
        "rope-llama3": "rope_parameters.rope_type is llama3, not default",
        "rope-yarn": "rope_parameters.rope_type is yarn, not default",
      ])
  }

  @Test("tokenizers that aren't over characters are refused by the key")
  func refusedTokenizers() throws {
    try expectRefusals(
      "refused-tokenizers", "tokenizer",
      [
        "begin": "post_processor TemplateProcessing adds tokens to a text",
        "bpe-merges": "merges is not character-level",
        "byte-level": "merges is not character-level",
        "bytes": "pre_tokenizer ByteLevel changes or drops text",
        "dot": "pre_tokenizer Split doesn't cut a text into single characters",
        "lowercase": "normalizer Lowercase changes texts",
        "lstrip": "added_tokens: lstrip of \"<think>\" is true",
        "spaces": "pre_tokenizer Whitespace changes or drops text",
        "subword-prefix": "model.continuing_subword_prefix is \"##\"",
        "template": "post_processor TemplateProcessing adds tokens to a text",
        "unigram": "model.type is Unigram",
        "whole-words": "pre_tokenizer Split doesn't cut a text into single characters",
        "wordpiece": "model.type is WordPiece",
        "words": "pre_tokenizer Whitespace changes or drops text",
      ])
  }

  /// Expects Hone to open a folder that transformers wrote, and to agree with it.
  private func expectAgreement(_ name: String) throws {
    let folder = try TransformersPeer.folders().appending(path: name)
    let expected = try JSONDecoder().decode(
      TransformersPeer.Expected.self,
      from: Data(contentsOf: folder.appending(path: "expected.json")))
    let bundle = try ModelLocator.open(folder.path, installation: .current)
    try expectSameTokens(expected.texts, expected.ids, bundle.vocabulary, "\(name)")
    expectSameLogits(expected.ids, expected.logits, bundle, "\(name)")
  }

  /// Expects every folder of a kind to be refused by the tool, each with its own words.
  private func expectRefusals(_ kind: String, _ file: String, _ words: [String: String]) throws {
    #expect(try TransformersPeer.cases(kind) == words.keys.sorted())
    for (name, text) in words {
      let folder = try TransformersPeer.folders().appending(path: "\(kind)/\(name)").path
      try expectError(
        ["evaluate", folder, "--limit", "1"], exitCode: 65, ["\(folder): \(file)", text])
    }
  }

  private func expectSameTokens(
    _ texts: [String], _ ids: [[Int32]], _ vocabulary: Vocabulary, _ comment: Comment? = nil
  ) throws {
    #expect(texts.count == ids.count && !texts.isEmpty, comment)
    for (text, wanted) in zip(texts, ids) {
      let got = try vocabulary.encode(text)
      if got != wanted {
        Issue.record("\(comment?.rawValue ?? "") \"\(text)\": \(got) here, \(wanted) there")
        return
      }
    }
  }

  private func expectSameLogits(
    _ ids: [[Int32]], _ logits: [[Double]], _ bundle: ModelBundle, _ comment: Comment? = nil
  ) {
    let model = Transformer(bundle.parameters)
    for (tokens, wanted) in zip(ids, logits) {
      let got = model.logits(of: tokens)
      #expect(got.count == wanted.count, comment)
      let difference = zip(got, wanted).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
      #expect(difference < Self.tolerance, comment)
      // Logits that are nearly equal would agree with any model's.
      #expect((wanted.max() ?? 0) - (wanted.min() ?? 0) > 1, comment)
    }
  }

  private static func greedy(_ prompts: [String], _ bundle: ModelBundle) throws -> [[Int32]] {
    let prompts = try prompts.map { try bundle.vocabulary.encode($0) }
    let generator = Generator(
      bundle.parameters.layout, longestPrompt: prompts.reduce(1) { max($0, $1.count) },
      maximumNewTokens: 64, team: .single)
    let result = generator.generate(
      Transformer(bundle.parameters),
      GenerationRequest(
        prompts: prompts, keys: prompts.indices.map { UInt32($0) }, copies: 1,
        maximumNewTokens: 64, rule: .greedy, endToken: bundle.vocabulary.end,
        random: Philox(seed: 0, purpose: 0), step: 0))
    return prompts.indices.map { Array(result.tokens($0)) }
  }

  /// Whole problems with their demonstrations first; then prompts and demonstrations by themselves,
  /// of all three splits; then tokens and parts of marks in any order.
  private static func texts(of suite: TaskSuite, _ vocabulary: Vocabulary) -> [String] {
    let problems =
      suite.problems(0..<4000, split: .train) + suite.problems(0..<1000, split: .validation)
      + suite.distinctProblems(split: .test, count: 1000)
    var texts = problems.prefix(100).map { $0.problem.prompt + ($0.demonstration ?? "") }
    for worked in problems { texts += [worked.problem.prompt, worked.demonstration ?? ""] }
    var random = TestRandom(3)
    let pieces = vocabulary.tokens + ["<think", "</", "think>", "<s", "\n\n", "  "]
    for _ in 0..<1000 {
      let count = random.integer(in: 1..<40)
      texts.append(
        (0..<count).map { _ in pieces[random.integer(in: 0..<pieces.count)] }.joined())
    }
    return texts
  }
}
