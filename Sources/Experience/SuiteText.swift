package import LanguageModel
package import TaskSuites
package import Verifiers

/// Problems as tokens of one vocabulary, with errors that say what doesn't fit.
package struct SuiteText: Sendable {
  /// The vocabulary.
  package let vocabulary: Vocabulary
  /// Tokens a prompt may have.
  package let longestPrompt: Int
  /// Tokens prompt and completion may have together.
  package let contextLength: Int

  package init(vocabulary: Vocabulary, longestPrompt: Int, contextLength: Int) {
    self.vocabulary = vocabulary
    self.longestPrompt = longestPrompt
    self.contextLength = contextLength
  }

  /// The tokens of a problem's prompt; Hone adds no begin mark.
  ///
  /// - Throws: `TrainingError.unfitProblem`.
  package func prompt(_ problem: Problem) throws -> [Int32] {
    try prompt(problem.prompt, of: "task \(problem.task): ")
  }

  /// The tokens of a prompt.
  ///
  /// - Parameter place: what errors begin with.
  /// - Throws: `TrainingError.unfitProblem`.
  package func prompt(_ prompt: String, of place: String = "") throws -> [Int32] {
    let tokens = try encode(prompt, "the prompt")
    guard !tokens.isEmpty else {
      throw TrainingError.unfitProblem(
        "\(place)an empty prompt", hint: "Give every problem a prompt.")
    }
    guard tokens.count <= longestPrompt else {
      throw TrainingError.unfitProblem(
        """
        \(place)the prompt "\(prompt.prefix(60))" has \(tokens.count) tokens; \
        at most \(longestPrompt) leave room for the completion in a context of \(contextLength)
        """, hint: "Shorten it, lower max_completion_tokens, or use a model with a longer context.")
    }
    return tokens
  }

  /// The tokens of a problem's demonstration with the end mark.
  ///
  /// - Throws: `TrainingError.unfitProblem`.
  package func demonstration(_ worked: WorkedProblem) throws -> [Int32] {
    let task = worked.problem.task
    guard let text = worked.demonstration else {
      throw TrainingError.unfitProblem(
        "task \(task): the problem \"\(worked.problem.prompt.prefix(60))\" has no demonstration",
        hint: "Supervised fine-tuning needs a demonstration for every problem.")
    }
    return try completion(
      text, of: worked.problem.prompt, called: "demonstration", place: "task \(task): ")
  }

  /// The tokens of a completion of a prompt, with the end mark.
  ///
  /// - Parameters:
  ///   - name: what errors call the completion.
  ///   - place: what errors about its length begin with.
  /// - Throws: `TrainingError.unfitProblem`.
  package func completion(
    _ text: String, of prompt: String, called name: String = "completion", place: String = ""
  ) throws -> [Int32] {
    let tokens = try encode(text, "the \(name) of \"\(prompt.prefix(60))\"")
    let count = try encode(prompt, "the prompt").count + tokens.count
    guard count <= contextLength else {
      throw TrainingError.unfitProblem(
        """
        \(place)prompt and \(name) of "\(prompt.prefix(60))" have \(count + 1) tokens, over the context \
        of \(contextLength)
        """, hint: "Shorten it, or take a model with a longer context.")
    }
    return tokens + [vocabulary.end]
  }

  private func encode(_ text: String, _ what: String) throws -> [Int32] {
    do {
      return try vocabulary.encode(text)
    } catch {
      throw TrainingError.unfitProblem(
        """
        \(what): character \(error.position + 1), "\(error.scalar)" (U+\
        \(String(error.scalar.value, radix: 16, uppercase: true))), is not in the model's vocabulary
        """, hint: "Write it with characters that the vocabulary has.")
    }
  }
}
