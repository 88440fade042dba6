internal import Verifiers

/// A source of endless problems of one kind, each with a worked demonstration.
///
/// To add one: copy `AdditionGenerator.swift`, and add a line to `GeneratorRegistry.swift`.
protocol ProblemGenerator: Sendable {
  /// What a problem is before it is written down.
  associatedtype Question

  /// The verifier that reads this generator's answers.
  static var verifierName: String { get }

  /// Takes the generator's settings from a suite file.
  init(settings: inout SettingsReader) throws(SuiteError)

  /// Draws a question, or nil where the draw has to be discarded.
  func draw(using random: inout SplitMix64) -> Question?

  /// Writes the prompt.
  func write(_ question: Question, to text: inout TextBuffer)

  /// Solves the question, step by step; nil where it has to be discarded after all.
  func work(_ question: Question) -> Work?
}

/// A solved question: the reasoning that leads to the answer, and the answer.
struct Work: Sendable, Equatable {
  var reasoning: String
  var answer: String
}

/// The most tokens that a task's texts may have; longer candidates are discarded.
struct LengthCaps: Sendable, Equatable {
  var prompt: Int
  /// Both marks and the answer included, the end of text excluded.
  var completion: Int
}

extension ProblemGenerator {
  /// The first problem of a random stream that belongs to the split and keeps within the caps.
  ///
  /// - Parameter withheld: Content hashes of prompts that belong to no split.
  /// - Returns: nil where none of the first `attempts` candidates does.
  func firstProblem(
    of split: Split, random: inout SplitMix64, task: String, caps: LengthCaps,
    withheld: Set<UInt64>, attempts: Int
  ) -> WorkedProblem? {
    var prompt = TextBuffer()
    for _ in 0..<attempts {
      guard let question = draw(using: &random) else { continue }
      prompt.removeAll()
      write(question, to: &prompt)
      guard prompt.bytes.count <= caps.prompt else { continue }
      let hash = Split.contentHash(of: prompt.bytes)
      guard Split(contentHash: hash) == split, !withheld.contains(hash) else { continue }
      let markCount = 2
      guard let work = work(question),
        work.reasoning.utf8.count + work.answer.utf8.count + markCount <= caps.completion
      else { continue }
      return WorkedProblem(
        problem: Problem(task: task, prompt: prompt.text, answer: work.answer),
        demonstration: Completion(reasoning: work.reasoning, answer: work.answer).text)
    }
    return nil
  }
}
