internal import JSON
internal import Statistics

extension Configuration {
  /// What a run with this configuration would do, in words: every value, the arithmetic of its
  /// batches, and what is worth knowing before it starts.
  ///
  /// - Parameter memoryBytes: the peak that the caller estimates for the model, if it knows one.
  package func explain(memoryBytes: Int? = nil) -> String {
    var lines = ["Configuration (* differs from the default of \(algorithm))"]
    let changed = changedKeys
    for (field, value) in entries {
      let mark = changed.contains(field.key) ? "*" : " "
      let key = field.key.padding(to: 30)
      lines.append("\(mark) \(key)" + (value == .text("") ? "(empty)" : value.plainText))
    }
    let step = step
    lines += ["", "One step"] + step.words.map { "  " + $0 }
    lines += ["", "The run"] + words(of: step).map { "  " + $0 }
    if let memoryBytes { lines.append("  about \(Quantity.bytes(memoryBytes)) of memory") }
    let notes = notes
    if !notes.isEmpty { lines += ["", "Notes"] + notes.map { "  - " + $0 } }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The same for programs: one line of JSON.
  package func explanationJSON() -> String {
    let fields = entries.map { "\(jsonString($0.field.key)): \($0.value.jsonText)" }
    let step = step
    return "{\"config\": {\(fields.joined(separator: ", "))}, \"run\": \(jsonString(runFolder)), "
      + "\"completions_per_step\": \(step.examples), \"updates_per_step\": \(step.updates), "
      + "\"notes\": [\(notes.map(jsonString).joined(separator: ", "))]}"
  }

  private func words(of step: StepDescription) -> [String] {
    let run = run
    let between = run.evaluationEvery > 0 ? (run.steps - 1) / run.evaluationEvery : 0
    let samples =
      run.evaluationSamples > 0
      ? " and \(Quantity.counted(run.evaluationSamples, "sample")) each at temperature "
        + shortestText(of: run.temperature) : ""
    let budget = Quantity.counted(run.tokenBudget, "completion token")
    return [
      "\(Quantity.counted(run.steps, "step")) = "
        + "\(Quantity.counted(run.steps * step.examples, step.example)), "
        + (step.furtherExamples.map { "and \($0), " } ?? "")
        + Quantity.counted(run.steps * step.updates, "optimizer update")
    ] + (run.tokenBudget > 0 ? ["or fewer: the step that reaches \(budget) is the last"] : []) + [
      "\(Quantity.counted(2 + between, "evaluation")), each on "
        + "\(Quantity.counted(run.evaluationProblems, "held-out problem"))"
        + (run.evaluationSplit == .test ? "" : " of the split \(run.evaluationSplit.rawValue)")
        + ", greedy\(samples)",
      run.checkpointEvery > 0
        ? "a checkpoint every \(Quantity.counted(run.checkpointEvery, "step")) and at the end, the "
          + "newest \(Quantity.grouped(run.keepCheckpoints)) kept" : "one checkpoint, at the end",
      "written to \(runFolder)",
    ]
  }
}

extension String {
  /// The text with spaces after it up to a width.
  package func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
