internal import Experience
internal import Kernels
internal import LanguageModel
internal import Parallel
internal import TaskSuites
package import Verifiers

/// A prompt put to a model, as `hone ask` does.
package struct Question {
  private let bundle: ModelBundle
  private let prompt: [Int32]
  private let match: PromptParser.Match?

  /// Reads the prompt; where it parses as a problem of a known task, the task's spelling is used.
  ///
  /// - Throws: `TrainingError.unfitProblem` for characters outside the vocabulary or a prompt that
  ///   leaves no room for an answer.
  package init(_ text: String, of bundle: ModelBundle) throws {
    self.bundle = bundle
    let match = PromptParser.parse(text)
    self.match = match
    let context = bundle.parameters.layout.configuration.contextLength
    let problem = match?.problem ?? Problem(task: "your prompt", prompt: text, answer: "")
    guard !problem.prompt.isEmpty else {
      throw TrainingError.unfitProblem(
        "the prompt is empty", hint: "Ask something, for example \"37+85=\".")
    }
    prompt = try SuiteText(
      vocabulary: bundle.vocabulary, longestPrompt: .max, contextLength: context
    ).prompt(problem)
    guard prompt.count <= context / 2 else {
      throw TrainingError.unfitProblem(
        "the prompt has \(prompt.count) tokens; at most \(context / 2) leave room for an answer in "
          + "the context of \(context) tokens of \(bundle.name)",
        hint: "Shorten it, or ask a model with a longer context.")
    }
  }

  /// One answer of the model.
  package struct Answer: Sendable {
    /// The prompt as the model read it.
    package let prompt: String
    /// What the model wrote.
    package let completion: Completion
    /// The verdict and the reference answer, where the prompt is a problem of a known task.
    package let verdict: (verdict: Verdict, reference: String)?

    /// The answer as `hone ask` prints it.
    package var lines: [String] {
      var lines = ["prompt    \(prompt)"]
      if let parsed = completion.parsed {
        lines += ["thinks    \(parsed.reasoning)", "answers   \(parsed.answer)"]
      } else {
        lines.append("writes    \(completion.text)\(completion.isFinished ? "" : " … (cut off)")")
      }
      switch verdict {
      case nil: lines.append("verdict   none: the prompt is no problem of a known task")
      case (.score(let score), let reference)?:
        lines.append("verdict   " + (score.isSolved ? "right" : "wrong: it is \(reference)"))
      case (.failure(let text), _)?: lines.append("verdict   the verifier failed: \(text)")
      }
      return lines
    }
  }

  /// Samples answers; temperature 0 is greedy.
  package func answers(samples: Int, temperature: Double, seed: UInt64) -> [Answer] {
    let layout = bundle.parameters.layout
    let limit = layout.configuration.contextLength - prompt.count
    let generator = Generator(
      layout, longestPrompt: prompt.count, maximumNewTokens: limit, team: .single)
    let request = GenerationRequest(
      prompts: [prompt], keys: [0], copies: samples, maximumNewTokens: limit,
      rule: temperature == 0 ? .greedy : SamplingRule(temperature: Float(temperature)),
      endToken: bundle.vocabulary.end, random: Philox(seed: seed, purpose: RandomPurpose.ask),
      step: 0)
    let generations = generator.generate(Transformer(bundle.parameters), request)
    return (0..<samples).map { sample in
      let tokens = generations.tokens(sample)
      let completion = Completion(tokens, bundle.vocabulary)
      let verdict = match.flatMap { match in
        (try? BuiltInVerifiers.make(match.verifier)).map {
          (verdict: $0.verify(completion, of: match.problem), reference: match.problem.answer)
        }
      }
      return Answer(
        prompt: bundle.vocabulary.decode(prompt), completion: completion, verdict: verdict)
    }
  }
}
