internal import JSON
internal import Messages
internal import Verifiers

extension RowFile {
  /// Makes the rows problems of a task, after checking each of them.
  ///
  /// - Parameter verifier: Must be able to read every answer and accept every demonstration; nil
  ///   where that is still to be found out.
  /// - Throws: `SuiteError` with the line of the first row whose answer the verifier can't read, whose
  ///   demonstration is wrong, whose texts the model can't read or write, or whose prompt stands in
  ///   two splits.
  func rowSet(
    task: String, verifier: (any Verifier)?, rules: TextRules?
  ) throws(SuiteError) -> RowSet {
    var firstOfPrompt: [String: (split: Split, line: Int)] = [:]
    var checked: [RowSet.Row] = []
    checked.reserveCapacity(rows.count)
    for row in rows {
      let problem = Problem(
        task: row.task ?? task, prompt: row.prompt, answer: row.answer, columns: row.columns)
      if let objection = verifier?.objection(to: problem) {
        throw error(objection, in: row, key: "answer")
      }
      try checkDemonstration(of: row, problem, verifier)
      if let rules { try check(row, against: rules) }
      let split = row.split ?? Split(containing: row.prompt)
      // Keyed as the hash sees prompts, so that white space alone doesn't make a new problem.
      let content = String(row.prompt.filter { !$0.isWhitespace })
      if let first = firstOfPrompt[content], first.split != split {
        throw error(
          "this prompt is in the split \(split.rawValue) here and in \(first.split.rawValue) on "
            + "line \(first.line); give both rows the same \"split\"", in: row, key: "prompt")
      }
      firstOfPrompt[content] = firstOfPrompt[content] ?? (split, row.line)
      checked.append(
        RowSet.Row(
          worked: WorkedProblem(problem: problem, demonstration: row.demonstration),
          split: split, line: row.line))
    }
    return RowSet(checked)
  }

  private func checkDemonstration(
    of row: Row, _ problem: Problem, _ verifier: (any Verifier)?
  ) throws(SuiteError) {
    guard let demonstration = row.demonstration else { return }
    let completion = Completion(text: demonstration)
    guard let parsed = completion.parsed else {
      throw error(
        "the demonstration must read <think>reasoning</think>answer, with each mark once", in: row,
        key: "demonstration")
    }
    guard let verifier else { return }
    switch verifier.verify(completion, of: problem) {
    case .failure(let reason):
      var failure = error(
        "the verifier \(verifier.name) could not judge the demonstration: \(reason)", in: row,
        key: "demonstration")
      failure.kind = .verifierFailed
      throw failure
    case .score(let score):
      guard score.parts["correctness"] ?? 1 < 1 else { return }
      throw error(
        "the demonstration ends in \(quoted(parsed.answer)), which is not the answer "
          + quoted(problem.answer), in: row, key: "demonstration")
    }
  }

  private func check(_ row: Row, against rules: TextRules) throws(SuiteError) {
    try checkCharacters(of: row.prompt, "prompt", in: row, rules)
    try checkCharacters(of: row.answer, "answer", in: row, rules)
    let promptLength = TextRules.tokenCount(of: row.prompt)
    guard promptLength <= rules.longestPrompt else {
      throw error(
        "the prompt has \(promptLength) tokens, but the model reads at most "
          + "\(rules.longestPrompt); shorten it or leave the row out", in: row, key: "prompt")
    }
    let markCount = 2
    var longest = ("answer", TextRules.tokenCount(of: row.answer) + markCount)
    if let demonstration = row.demonstration {
      let reasoning = Completion(text: demonstration).parsed?.reasoning ?? ""
      try checkCharacters(
        of: reasoning, "demonstration", in: row, rules, offset: Completion.openingMark.count)
      longest = ("demonstration", TextRules.tokenCount(of: demonstration))
    }
    if let limit = rules.longestCompletion, longest.1 > limit {
      throw error(
        "the \(longest.0) takes \(longest.1) tokens with its marks, but completions have at most "
          + "\(limit) and an end mark; shorten it or leave the row out", in: row, key: longest.0)
    }
  }

  private func checkCharacters(
    of text: String, _ key: String, in row: Row, _ rules: TextRules, offset: Int = 0
  ) throws(SuiteError) {
    let scalars = text.unicodeScalars
    guard let bad = scalars.firstIndex(where: { !rules.allowedScalars.contains($0) }) else {
      return
    }
    var problem = error(
      "the character \(named(scalars[bad])) of the \(key) is not in the model's vocabulary; "
        + "replace it or leave the row out", in: row, key: key)
    if let start = row.places[key] {
      let places = JSONNode.characterPositions(
        ofStringAt: start, in: row.source, firstLine: row.line)
      let number = scalars.distance(from: scalars.startIndex, to: bad) + offset
      if places.indices.contains(number) { problem.position = places[number] }
    }
    throw problem
  }
}
