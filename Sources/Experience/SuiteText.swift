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
    let tokens = try encode(problem.prompt, "the prompt")
    guard !tokens.isEmpty else {
      throw TrainingError.unfitProblem(
        "task \(problem.task): an empty prompt", hint: "Give every problem a prompt.")
    }
    guard tokens.count <= longestPrompt else {
      throw TrainingError.unfitProblem(
        """
        task \(problem.task): the prompt "\(problem.prompt.prefix(60))" has \(tokens.count) tokens; \
        at most \(longestPrompt) leave room for the completion in a context of \(contextLength)
        """, hint: "Shorten it, lower max_completion_tokens, or use a model with a longer context.")
    }
    return tokens
  }

  /// The tokens of a problem's demonstration with the end mark.
  ///
  /// - Throws: `TrainingError.unfitProblem`.
  package func demonstration(_ worked: WorkedProblem) throws -> [Int32] {
    guard let text = worked.demonstration else {
      throw TrainingError.unfitProblem(
        "task \(worked.problem.task): the problem \"\(worked.problem.prompt.prefix(60))\" has no demonstration",
        hint: "Supervised fine-tuning needs a demonstration for every problem.")
    }
    let tokens = try encode(text, "the demonstration of \"\(worked.problem.prompt.prefix(60))\"")
    let prompt = try encode(worked.problem.prompt, "the prompt")
    guard prompt.count + tokens.count <= contextLength else {
      throw TrainingError.unfitProblem(
        """
        task \(worked.problem.task): prompt and demonstration of "\(worked.problem.prompt.prefix(60))" \
        have \(prompt.count + tokens.count + 1) tokens, over the context of \(contextLength)
        """, hint: "Shorten it, or set a longer context_length.")
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
