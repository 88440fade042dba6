import Foundation
import Testing

/// Hugging Face's transformers, in the environment that `Tools/test` makes.
enum TransformersPeer {
  private static let folder = ToolRunner.repository.appending(path: "Tests/Transformers")
  private static let environment = ToolRunner.repository.appending(path: ".venv")

  /// Whether all that the tests ask for is installed.
  static let isInstalled: Bool = {
    let wanted = try? Data(contentsOf: folder.appending(path: "requirements.txt"))
    let installed = try? Data(contentsOf: environment.appending(path: "requirements.txt"))
    return wanted != nil && wanted == installed
  }()

  /// Why it may not be.
  static let reason = Comment(
    rawValue: ProcessInfo.processInfo.environment["HONE_NO_TRANSFORMERS"]
      ?? "transformers is not in .venv; Tools/test without arguments installs it")

  /// What it makes of texts and of a model.
  struct Answer: Decodable {
    /// The tokens of each text.
    let ids: [[Int32]]
    /// The texts of those tokens.
    let decoded: [String]
    /// The logits of the first texts, each (tokens, vocabulary).
    let logits: [[Double]]
    /// Greedy completions of the prompts.
    let greedy: [[Int32]]
    /// The token that it ends a completion with.
    let end: Int32
  }

  /// What it is asked.
  struct Request: Encodable {
    /// Texts to make tokens of.
    var texts: [String]
    /// How many of them to run through the model.
    var scored: Int
    /// Prompts to complete.
    var prompts: [String]
    /// Tokens of a completion at most.
    var new_tokens: Int
    /// Where to save model and tokenizer again.
    var save_as: String
  }

  /// What it made of a model that it saved.
  struct Expected: Decodable {
    /// Some texts.
    let texts: [String]
    /// Their tokens.
    let ids: [[Int32]]
    /// Their logits, each (tokens, vocabulary), or none.
    let logits: [[Double]]
  }

  /// Has it load a folder and answer; `scratch` is a folder for the files between.
  static func read(_ model: String, _ request: Request, scratch: URL) throws -> Answer {
    let (question, answer) = (
      scratch.appending(path: "ask.json"), scratch.appending(path: "answer")
    )
    try JSONEncoder().encode(request).write(to: question)
    try run(["read", model, question.path, answer.path])
    return try JSONDecoder().decode(Answer.self, from: Data(contentsOf: answer))
  }

  /// The folders that it wrote for Hone: `models`, `tokenizers`, `refused-models`,
  /// `refused-tokenizers`; made at first use.
  static func folders() throws -> URL { try written.get() }

  /// The folders within one of those, by name.
  static func cases(_ kind: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folders().appending(path: kind).path)
      .sorted()
  }

  private static let written = Result {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "hone-transformers-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    atexit {
      if let folder = try? TransformersPeer.folders() {
        try? FileManager.default.removeItem(at: folder)
      }
    }
    try run(["write", folder.path])
    return folder
  }

  private static func run(_ arguments: [String]) throws {
    let result = try ToolRunner.run(
      [folder.appending(path: "peer.py").path] + arguments,
      program: environment.appending(path: "bin/python"),
      // Compiled once, Python's modules load faster the next time; nothing is fetched.
      environment: [
        "PYTHONDONTWRITEBYTECODE": nil, "PYTHONPATH": nil, "HF_HUB_OFFLINE": "1",
        "HF_HOME": environment.appending(path: "cache").path,
      ], timeout: 300)
    try #require(result.exitCode == 0, "\(result.errors.suffix(2000))")
  }
}
