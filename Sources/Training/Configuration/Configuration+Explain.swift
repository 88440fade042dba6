extension Configuration {
  /// Completions of one step; for `sft` the demonstrations.
  package var completionsPerStep: Int { algorithm == .sft ? problems : problems * groupSize }

  /// Optimizer updates of one step.
  package var updatesPerStep: Int { algorithm == .sft ? 1 : epochs * minibatches }

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

  /// What users should know of this combination of values: settings that can do nothing here, and arms
  /// that can't learn.
  package var notes: [String] {
    var notes: [String] = []
    func note(_ condition: Bool, _ text: String) { if condition { notes.append(text) } }
    func isChanged(_ key: String) -> Bool {
      Self.fields.contains { $0.key == key && differsFromDefault($0) }
    }
    switch algorithm {
    case .grpo:
      note(
        updatesPerStep == 1,
        "epochs = minibatches = 1: the one update of a step starts at the policy that sampled, so "
          + "every probability ratio is 1 and clip_low and clip_high can't matter")
      note(
        advantageScale == .none && isChanged("advantage_epsilon"),
        "advantage_epsilon does nothing with advantage_scale none: nothing is divided")
      note(
        rewards == .random, "rewards random is the null arm: a lift here is noise or a mistake")
    case .sft:
      note(
        evaluationSamples == 0 && ["temperature", "top_k", "top_p"].contains(where: isChanged),
        "temperature, top_k and top_p do nothing in sft with evaluation_samples 0: nothing is sampled"
      )
    }
    note(learningRate == 0, "learning_rate 0: the weights will not change")
    note(
      schedule == .constant && isChanged("final_learning_rate_fraction"),
      "final_learning_rate_fraction does nothing with schedule constant")
    note(
      warmupSteps > 0 && warmupSteps >= steps,
      "warmup_steps (\(warmupSteps)) isn't below steps (\(steps)): the learning rate only rises")
    return notes
  }

  private var stepInWords: [String] {
    switch algorithm {
    case .sft:
      return [
        Quantity.counted(problems, "demonstration") + " = 1 optimizer update, on all their tokens"
      ]
    case .grpo:
      let completions = completionsPerStep
      let passes = Quantity.counted(epochs, "pass", plural: "passes")
      let parts = Quantity.counted(minibatches, "minibatch", plural: "minibatches")
      return [
        "\(Quantity.counted(problems, "problem")) × \(Quantity.grouped(groupSize)) samples = "
          + Quantity.counted(completions, "completion"),
        "up to \(Quantity.counted(maxCompletionTokens, "token")) each: at most "
          + Quantity.counted(completions * maxCompletionTokens, "sampled token"),
        "\(passes) × \(parts) = \(Quantity.counted(updatesPerStep, "optimizer update")), each on "
          + Quantity.counted(completions / minibatches, "completion"),
      ]
    }
  }

  private var runInWords: [String] {
    let examples = algorithm == .sft ? "demonstration" : "completion"
    let between = evaluationEvery > 0 ? (steps - 1) / evaluationEvery : 0
    let samples =
      evaluationSamples > 0
      ? " and \(Quantity.counted(evaluationSamples, "sample")) each at temperature "
        + shortestText(of: temperature) : ""
    return [
      "\(Quantity.counted(steps, "step")) = \(Quantity.counted(steps * completionsPerStep, examples)), "
        + Quantity.counted(steps * updatesPerStep, "optimizer update"),
      "\(Quantity.counted(2 + between, "evaluation")), each on "
        + "\(Quantity.counted(evaluationProblems, "held-out problem")), greedy\(samples)",
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
