internal import Messages
internal import PluginHost
internal import Verifiers

/// Makes a task's rows of what a source plugin gives.
///
/// For each split the indices 0, 1, 2, … of its seed are asked for, until there are as many problems
/// with different prompts as the suite wants, or until nothing new comes. So the rows depend on the
/// suite file and on the source alone, and not on how many are asked for at a time.
struct SourceReader {
  let plugin: PluginVerifier
  let verifier: any Verifier
  let source: SourceSettings
  let task: String
  let suiteSeed: Int
  let rule: SplitRule
  /// What is longer is left out; nil where the suite sets no limit.
  let caps: LengthCaps?
  let rules: TextRules?
  /// The task's entry of the suite file, for errors.
  let settings: SettingsReader

  /// Problems in a row that bring nothing new before the search ends.
  private static let patience = 1_000
  /// Problems that are asked for at a time.
  private static let portion = 64...20_000

  /// The rows, and what is worth telling of them.
  ///
  /// - Parameter owners: The split of each prompt that earlier tasks of the suite have, by content
  ///   hash; added to where seeds decide.
  /// - Throws: `SuiteError` where the source fails or refuses, or where a problem doesn't fit.
  func rows(
    owners: inout [UInt64: Split]
  ) throws(SuiteError) -> (rows: RowSet, note: String?) {
    var rows: [RowSet.Row] = []
    var shortfalls: [String] = []
    // The smallest splits first: where seeds decide, the training split has what they leave.
    for split in [Split.test, .validation, .train] {
      let wanted = source.counts[split] ?? 0
      var search = Search(shortestLeftOut: nil)
      try find(wanted, split, &search, &owners, &rows)
      guard search.found < wanted else { continue }
      shortfalls.append("\(search.found) of \(wanted) \(split.rawValue)")
      if search.found == 0, split == .train || search.shortestLeftOut != nil {
        throw settings.error(nothing(split, search))
      }
    }
    let note =
      shortfalls.isEmpty
      ? nil
      : "\(plugin.name): \(task) has only \(shortfalls.joined(separator: ", ")) problems that differ"
    return (RowSet(rows), note)
  }

  private struct Search {
    var found = 0
    /// The fewest tokens of a prompt that was too long.
    var shortestLeftOut: Int?
  }

  private func find(
    _ wanted: Int, _ split: Split, _ search: inout Search, _ owners: inout [UInt64: Split],
    _ rows: inout [RowSet.Row]
  ) throws(SuiteError) {
    let share =
      switch (rule, split) {
      case (.seeds, _): 1.0
      case (.content, .train): 0.9
      case (.content, _): 0.05
      }
    let patience = Int(Double(SourceReader.patience) / share)
    let seed = SourceSettings.seed(of: split, suiteSeed: suiteSeed)
    var seen: Set<UInt64> = []
    var (index, barren) = (0, 0)
    while search.found < wanted, barren < patience, index < SourceSettings.seedsPerSplit {
      let likely = Int(Double(wanted - search.found) / share * 1.1)
      let portion = min(
        max(likely, barren, SourceReader.portion.lowerBound), SourceReader.portion.upperBound,
        SourceSettings.seedsPerSplit - index)
      let problems = try ask(seed: seed, split, index..<index + portion)
      for problem in problems where search.found < wanted && barren < patience {
        defer { index += 1 }
        barren += 1
        guard let problem else { continue }
        let place = "\(split.rawValue) problem \(index) (seed \(seed)) of \(source.dataset)"
        let prompt = try rewritten(problem.prompt, place)
        let hash = Split.contentHash(of: prompt.utf8)
        guard belongs(hash, to: split, owners), !seen.contains(hash) else { continue }
        guard try fits(prompt, problem.answer, place, &search) else { continue }
        seen.insert(hash)
        if rule == .seeds { owners[hash] = split }
        let made = Problem(
          task: task, prompt: prompt, answer: problem.answer, columns: problem.columns)
        if let objection = verifier.objection(to: made) {
          throw settings.error("\(place): \(objection)")
        }
        rows.append(
          RowSet.Row(
            worked: WorkedProblem(problem: made, demonstration: nil), split: split, line: index))
        search.found += 1
        barren = 0
      }
    }
  }

  private func belongs(_ hash: UInt64, to split: Split, _ owners: [UInt64: Split]) -> Bool {
    switch rule {
    case .content: Split(contentHash: hash) == split
    case .seeds: owners[hash] == nil || owners[hash] == split
    }
  }

  private func ask(
    seed: Int, _ split: Split, _ indices: Range<Int>
  ) throws(SuiteError) -> [SourcedProblem?] {
    do throws(SourceError) {
      return try plugin.problems(
        at: indices.map {
          ProblemPlace(
            dataset: source.dataset, settings: source.settings, seed: seed, index: $0)
        })
    } catch {
      switch error {
      case .refused(let words): throw settings.error("\(plugin.name): \(words)")
      case .unavailable(let reason):
        throw SuiteError(.verifierFailed, file: settings.file, position: settings.position, reason)
      case .failed(let place, let reason):
        throw SuiteError(
          .verifierFailed, file: settings.file, position: settings.position,
          "the plugin \(plugin.name) did not make \(split.rawValue) problem "
            + "\(indices.lowerBound + place) (seed \(seed)) of \(source.dataset): \(reason)")
      }
    }
  }

  private func rewritten(_ prompt: String, _ place: String) throws(SuiteError) -> String {
    let text: String
    do throws(PromptRewrite.Fault) {
      text = try source.rewrite.applied(to: prompt)
    } catch {
      throw settings.error(
        "\(place) doesn't hold \(quoted(error.text)), which 'prompt' has as '\(error.key)': "
          + quoted(prompt))
    }
    guard !text.isEmpty else {
      throw settings.error("\(place): 'prompt' leaves nothing of \(quoted(prompt))")
    }
    return text
  }

  /// Whether a problem is within the suite's own limits.
  ///
  /// - Throws: `SuiteError` where it is, but the model can't read or write it.
  private func fits(
    _ prompt: String, _ answer: String, _ place: String, _ search: inout Search
  ) throws(SuiteError) -> Bool {
    let promptLength = TextRules.tokenCount(of: prompt)
    let markCount = 2
    let answerLength = TextRules.tokenCount(of: answer) + markCount
    if let caps {
      guard promptLength <= caps.prompt, answerLength <= caps.completion else {
        search.shortestLeftOut = min(search.shortestLeftOut ?? promptLength, promptLength)
        return false
      }
    }
    guard let rules else { return true }
    for (text, key) in [(prompt, "prompt"), (answer, "answer")] {
      if let bad = text.unicodeScalars.first(where: { !rules.allowedScalars.contains($0) }) {
        throw settings.error(
          "\(place): the character \(named(bad)) of the \(key) is not in the model's vocabulary"
            + (key == "prompt" ? "; take it out with prompt: { replace: … }" : ""))
      }
    }
    guard promptLength <= rules.longestPrompt else {
      throw settings.error(
        "\(place): the prompt has \(promptLength) tokens, but the model reads at most "
          + "\(rules.longestPrompt); set longest: { prompt: \(rules.longestPrompt) } to leave such "
          + "out")
    }
    if let limit = rules.longestCompletion, answerLength > limit {
      throw settings.error(
        "\(place): the answer takes \(answerLength) tokens with its marks, but completions have at "
          + "most \(limit) and an end mark; set longest: { completion: \(limit) } to leave such out"
      )
    }
    return true
  }

  private func nothing(_ split: Split, _ search: Search) -> String {
    if let shortest = search.shortestLeftOut, let caps {
      return "no \(split.rawValue) problem of \(source.dataset) is within longest.prompt "
        + "\(caps.prompt) and longest.completion \(caps.completion) (the shortest prompt of the "
        + "others has \(shortest) tokens); raise them, or shorten prompts with 'prompt'"
    }
    return
      "\(plugin.name) made no \(split.rawValue) problem of \(source.dataset) that no other split "
      + "has; choose settings that allow more different problems"
  }
}
