internal import JSON

extension Configuration {
  /// Completions of one step, without those of further `samplingRounds`; for `sft` the demonstrations.
  package var completionsPerStep: Int { samplesCompletions ? problems * groupSize : problems }

  /// Tokens before the length limit over which `overlongPenalty` grows; at least 1.
  package var overlongTokens: Int {
    max(1, Int((overlongMargin * Double(maxCompletionTokens)).rounded()))
  }

  /// Optimizer updates of one step.
  package var updatesPerStep: Int { epochs * minibatches }

  /// What a run with this configuration would do, in words: every value, the arithmetic of its
  /// batches, and what is worth knowing before it starts.
  ///
  /// - Parameter memoryBytes: the peak that the caller estimates for the model, if it knows one.
  package func explain(memoryBytes: Int? = nil) -> String {
    var lines = ["Configuration (* differs from the default of \(algorithm.rawValue))"]
    for (field, value) in entries {
      let mark = differsFromDefault(field) ? "*" : " "
      let key = field.key.padding(to: 30)
      lines.append("\(mark) \(key)" + (value == .text("") ? "(empty)" : value.plainText))
    }
    lines += ["", "One step"] + stepInWords.map { "  " + $0 }
    lines += ["", "The run"] + runInWords.map { "  " + $0 }
    if let memoryBytes { lines.append("  about \(Quantity.bytes(memoryBytes)) of memory") }
    if !notes.isEmpty { lines += ["", "Notes"] + notes.map { "  - " + $0 } }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The same for programs: one line of JSON.
  package func explanationJSON() -> String {
    let fields = entries.map { "\(jsonString($0.field.key)): \($0.value.jsonText)" }
    return "{\"config\": {\(fields.joined(separator: ", "))}, \"run\": \(jsonString(runFolder)), "
      + "\"completions_per_step\": \(completionsPerStep), \"updates_per_step\": \(updatesPerStep), "
      + "\"notes\": [\(notes.map(jsonString).joined(separator: ", "))]}"
  }

  private var stepInWords: [String] {
    guard samplesCompletions else {
      return [
        Quantity.counted(problems, "demonstration") + " = 1 optimizer update, on all their tokens"
      ]
    }
    let completions = completionsPerStep
    let passes = Quantity.counted(epochs, "pass", plural: "passes")
    let parts = Quantity.counted(minibatches, "minibatch", plural: "minibatches")
    let share = Quantity.counted(completions / minibatches, "completion")
    var lines = [
      "\(Quantity.counted(problems, "problem")) × \(Quantity.grouped(groupSize)) samples = "
        + Quantity.counted(completions, "completion"),
      "up to \(Quantity.counted(maxCompletionTokens, "token")) each: at most "
        + Quantity.counted(completions * maxCompletionTokens, "sampled token"),
    ]
    if samplingRounds > 1 {
      lines.append(
        "other problems for those whose groups are flat, in up to "
          + Quantity.counted(samplingRounds - 1, "further round"))
    }
    if overlongPenalty > 0 {
      let start = Quantity.grouped(maxCompletionTokens - overlongTokens)
      lines.append(
        "rewards fall by up to \(shortestText(of: overlongPenalty)) from \(start) to "
          + Quantity.counted(maxCompletionTokens, "token"))
    }
    lines.append(
      "\(passes) × \(parts) = \(Quantity.counted(updatesPerStep, "optimizer update")), each on "
        + (algorithm == .raft ? "what is accepted of \(share)" : share))
    if algorithm.hasCritic { lines.append(criticInWords) }
    return lines
  }

  private var criticInWords: String {
    if sharedTrunk { return "the critic is a head on the policy, and each update moves both" }
    let first =
      criticWarmupSteps == 0
      ? "" : "; the first \(Quantity.counted(criticWarmupSteps, "step")) move the critic alone"
    return "the critic is a transformer of its own, updated as often as the policy" + first
  }

  private var runInWords: [String] {
    let examples = samplesCompletions ? "completion" : "demonstration"
    let between = evaluationEvery > 0 ? (steps - 1) / evaluationEvery : 0
    let samples =
      evaluationSamples > 0
      ? " and \(Quantity.counted(evaluationSamples, "sample")) each at temperature "
        + shortestText(of: temperature) : ""
    let budget = Quantity.counted(tokenBudget, "completion token")
    return [
      "\(Quantity.counted(steps, "step")) = \(Quantity.counted(steps * completionsPerStep, examples)), "
        + (samplingRounds > 1 ? "and those of further rounds, " : "")
        + Quantity.counted(steps * updatesPerStep, "optimizer update")
    ] + (tokenBudget > 0 ? ["or fewer: the step that reaches \(budget) is the last"] : []) + [
      "\(Quantity.counted(2 + between, "evaluation")), each on "
        + "\(Quantity.counted(evaluationProblems, "held-out problem"))"
        + (evaluationSplit == .test ? "" : " of the split \(evaluationSplit.rawValue)")
        + ", greedy\(samples)",
      checkpointEvery > 0
        ? "a checkpoint every \(Quantity.counted(checkpointEvery, "step")) and at the end, the newest "
          + "\(Quantity.grouped(keepCheckpoints)) kept" : "one checkpoint, at the end",
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
