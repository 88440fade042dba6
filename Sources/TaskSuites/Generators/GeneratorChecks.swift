internal import Messages
internal import Verifiers

extension SuiteLoader {
  /// Draws some problems of a generator's task, so that what can't work is reported before a run begins.
  ///
  /// - Throws: `SuiteError` where a split has no problem, or where the model can't read the texts.
  func check(_ task: SuiteTask, of settings: SettingsReader) throws(SuiteError) {
    let key = StableHash(0)
    for split in Split.allCases {
      guard task.problem(at: 0, split: split, key: key, attempts: 50_000) != nil else {
        throw settings.error(
          "no \(split.rawValue) problem of \(quoted(task.name)) in 50,000 draws: its settings leave "
            + "too few problems, or nearly all are beyond longest.prompt \(task.caps.prompt) or "
            + "longest.completion \(task.caps.completion)")
      }
    }
    guard let rules else { return }
    guard task.caps.prompt <= rules.longestPrompt else {
      throw settings.error(
        "prompts of \(quoted(task.name)) may have \(task.caps.prompt) tokens, but the model reads "
          + "at most \(rules.longestPrompt); set longest: { prompt: \(rules.longestPrompt) }")
    }
    if let limit = rules.longestCompletion, task.caps.completion > limit {
      throw settings.error(
        "demonstrations of \(quoted(task.name)) may have \(task.caps.completion) tokens, but "
          + "completions have at most \(limit) and an end mark; set longest: "
          + "{ completion: \(limit) }")
    }
    for index in 0..<100 {
      let drawn = task.problem(at: index, split: .train, key: key, attempts: 50_000)
      guard let drawn else { continue }
      let parsed = drawn.demonstration.flatMap { Completion(text: $0).parsed }
      let text = drawn.problem.prompt + (parsed?.reasoning ?? "") + drawn.problem.answer
      if let bad = text.unicodeScalars.first(where: { !rules.allowedScalars.contains($0) }) {
        throw settings.error(
          "problems of \(quoted(task.name)) hold the character \(named(bad)), which is not in the "
            + "model's vocabulary; leave the task out")
      }
    }
  }
}
