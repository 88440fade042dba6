internal import LanguageModel
package import Runs
internal import Statistics

extension ComparisonPlan {
  /// What the comparison would do, in words.
  ///
  /// - Parameters:
  ///   - folder: where.
  ///   - parallel: runs at a time, each on `threads` threads.
  /// - Throws: where the base can't be opened.
  package func explain(
    folder: String, parallel: Int, threads: Int, installation: Installation = .current
  ) throws -> String {
    let size = try RunInputs.model(of: common, installation).parameters.layout.count
    var lines = ["Arms (what differs from the algorithm's defaults)"]
    let width = (arms.map(\.name.count).max() ?? 0) + 2
    for arm in arms { lines.append("  " + arm.name.padding(to: width) + Self.words(for: arm)) }
    let millions = Quantity.fixed(Double(size) / 1e6, digits: 2)
    lines += [
      "", "All arms",
      "  on \(common.run.suite), from \(common.run.model) (\(millions) M parameters)",
      "  \(budgetInWords), under \(seedsInWords)",
      "  before and after on the same \(Quantity.counted(common.run.evaluationProblems, "held-out problem"))"
        + (common.run.evaluationSplit == .test
          ? "" : " of the split \(common.run.evaluationSplit.rawValue)")
        + " or as many as there are, greedy",
    ]
    let trained = arms.count { $0.configuration != nil }
    lines += [
      "", "The comparison",
      "  \(Quantity.counted(trained, "trained arm")) × \(Quantity.counted(seeds, "seed")) = "
        + Quantity.counted(runs.count, "run"),
    ]
    if !runs.isEmpty {
      lines += [
        "  \(completionsInWords)",
        "  \(parallel) at a time, \(Quantity.counted(threads, "thread")) each; "
          + roughDuration(coreSeconds(parameters: size) / Double(parallel * threads))
          + ", guessed from these counts: nothing was measured",
        "  about \(Quantity.bytes(try memory(parallel: parallel, threads, installation))) of memory",
      ]
    }
    lines.append("  written to \(folder)")
    if !notes.isEmpty { lines += ["", "Notes"] + notes.map { "  - " + $0 } }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The budget of each run: `100 steps each`, or `1,000,000 completion tokens each`.
  package var budgetInWords: String {
    (common.run.tokenBudget > 0
      ? Quantity.counted(common.run.tokenBudget, "completion token")
      : Quantity.counted(common.run.steps, "step")) + " each"
  }

  /// `seed 0`, or `seeds 0 to 4`.
  package var seedsInWords: String {
    seeds == 1
      ? "seed \(seedRange.lowerBound)"
      : "seeds \(seedRange.lowerBound) to \(seedRange.upperBound - 1)"
  }

  /// What users should know of this comparison before they believe it.
  package var notes: [String] {
    var notes: [String] = []
    if seeds == 1 {
      notes.append(
        "1 seed: the intervals say nothing of how runs differ from seed to seed; give --seeds 5 or more"
      )
    }
    let perStep = Set(arms.compactMap { $0.configuration?.step.examples })
    if common.run.tokenBudget == 0 && perStep.count > 1 {
      notes.append(
        "a step has \(perStep.sorted().map(Quantity.grouped).joined(separator: " or ")) completions, "
          + "depending on the arm: equal steps are not equal tokens; --tokens makes them so")
    }
    return notes
  }

  private static func words(for arm: ComparisonArm) -> String {
    guard let configuration = arm.configuration else { return "the base without training" }
    let changed = configuration.entries.filter { field, _ in
      field.key != "algorithm" && commonKeys[field.key] == nil
        && configuration.differsFromDefault(field.key)
    }
    let settings = changed.map { "\($0.field.key)=\($0.value.plainText)" }
    let algorithm = configuration.algorithm
    return settings.isEmpty
      ? "\(algorithm), defaults" : "\(algorithm), \(settings.joined(separator: ", "))"
  }

  private var completionsInWords: String {
    if common.run.tokenBudget > 0 {
      return Quantity.counted(runs.count * common.run.tokenBudget, "completion token")
        + ", and at most a step more for each run"
    }
    let count = runs.reduce(0) {
      $0 + $1.configuration.run.steps * $1.configuration.step.examples
    }
    return "\(Quantity.counted(count, "completion")) of up to "
      + Quantity.counted(common.run.maxCompletionTokens, "token")
  }

  private func memory(parallel: Int, _ threads: Int, _ installation: Installation) throws -> Int {
    let each = try arms.compactMap(\.configuration).map { configuration in
      var configuration = configuration
      configuration.run.threads = threads
      return try RunInputs.memoryEstimate(configuration, installation: installation)
    }
    return (each.max() ?? 0) * parallel
  }

  /// Seconds of one core, from nothing but counts: completions of half the limit, 2 operations a
  /// parameter to sample a token and 6 to train on every second one (Kaplan et al., arXiv 2001.08361,
  /// section 2.1), at 50 GFLOP/s, which small products reach on a core with AVX-512.
  private func coreSeconds(parameters: Int) -> Double {
    let tokens = runs.reduce(0.0) { total, run in
      let c = run.configuration.run
      if c.tokenBudget > 0 { return total + Double(c.tokenBudget) }
      let completions = Double(c.steps * run.configuration.step.examples)
      return total + completions * Double(c.maxCompletionTokens) / 2
    }
    return tokens * 5 * Double(parameters) / 50e9
  }
}

/// A time in words that don't claim to be exact: `about half an hour`.
package func roughDuration(_ seconds: Double) -> String {
  let steps: [(Double, String)] = [
    (45, "less than a minute"), (100, "about a minute"), (240, "a few minutes"),
    (480, "about five minutes"), (750, "about ten minutes"), (1_300, "about a quarter of an hour"),
    (2_300, "about half an hour"), (3_200, "about three quarters of an hour"),
    (5_400, "about an hour"),
  ]
  if let words = steps.first(where: { seconds < $0.0 })?.1 { return words }
  let hours = seconds / 3600
  if hours < 36 { return "about \(Quantity.fixed(hours, digits: 0)) hours" }
  return hours < 24 * 1000 ? "about \(Quantity.fixed(hours / 24, digits: 0)) days" : "years"
}
