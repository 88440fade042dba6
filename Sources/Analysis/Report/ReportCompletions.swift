internal import Statistics

/// The browsable sample of completions, with verdicts and advantages.
struct ReportCompletions {
  /// The groups' samples: a label for each, and what was read.
  let samples: [(label: String, completions: [SampledCompletion])]

  /// Completions of a report, at most, shared by its groups.
  private static let most = 256

  /// Reads a sample of each group's first run.
  ///
  /// - Throws: as `CompletionSample.read` does.
  init(_ groups: [ReportGroup]) throws {
    let share = max(8, Self.most / max(1, groups.count))
    let perStep = min(16, max(4, share / 8))
    samples = try groups.map { group in
      let run = group.runs[0]
      let label = groups.count > 1 ? "\(group.label), seed \(run.configuration.run.seed)" : ""
      return (label, try run.completions(shownSteps: max(2, share / perStep), perStep: perStep))
    }.filter { !$0.completions.isEmpty }
  }

  /// The section's content.
  var markup: Markup {
    guard !samples.isEmpty else {
      return "<p class=\"left-out\"><b>Completions</b>: none were logged.</p>"
    }
    let all = samples.flatMap(\.completions)
    // One scale for all, so that colours can be compared.
    let largest = all.flatMap { $0.tokenAdvantages + [$0.advantage] }.map(abs).max() ?? 0
    let lists = samples.map { sample -> Markup in
      let heading: Markup = sample.label.isEmpty ? "" : "<h3>\(sample.label)</h3>"
      let steps = Dictionary(grouping: sample.completions, by: \.step).sorted { $0.key < $1.key }
      let last = steps.last?.key
      return """
        \(heading)
        \(steps.map { step($0.key, $0.value, largest, isOpen: $0.key == last) })
        """
    }
    let filters = (["all"] + SampledCompletion.Verdict.allCases.map(\.rawValue)).map {
      "<label for=\"show-\($0)\">\($0)</label>" as Markup
    }
    let hasTokens = all.contains { !$0.tokenAdvantages.isEmpty }
    return """
      <p class="about">\(Quantity.counted(all.count, "completion")) out of those that the run \
      logged, of steps from the first to the last. \(hasTokens ? Self.tokensAbout : Self.wholeAbout)</p>
      \(key(largest))
      <div class="filters">
      \(filters)
      <input type="search" id="find" placeholder="find in prompts and completions" \
      aria-label="find in prompts and completions" hidden="hidden" />
      </div>
      <div id="samples">
      \(lists)
      </div>
      """
  }

  private static let tokensAbout =
    "Each token has the colour of its advantage; the number is their mean."
  private static let wholeAbout =
    "All tokens of a completion have its advantage, relative to the completions of the same problem."

  private func key(_ largest: Double) -> Markup {
    guard largest > 0 else { return "" }
    let swatches = (-3...3).map { level -> Markup in
      let text = Self.signed(largest * Double(level) / 3)
      return "<span class=\"\(Self.className(level))\">\(text)</span>"
    }
    return "<p class=\"key\">advantage \(swatches)</p>"
  }

  private func step(
    _ number: Int, _ completions: [SampledCompletion], _ largest: Double, isOpen: Bool
  ) -> Markup {
    let right = completions.count { $0.verdict == .right }
    return """
      <details class="step"\(isOpen ? " open=\"open\"" as Markup : "")><summary>step \(number) <span class="values">\(right) of \
      \(completions.count) right</span></summary>
      \(completions.map { article($0, largest) })
      </details>
      """
  }

  private func article(_ one: SampledCompletion, _ largest: Double) -> Markup {
    var facts = [one.reward.map { "reward \(ReportNumber.text($0))" } ?? "no reward"]
    facts.append("advantage \(Self.signed(one.advantage))")
    facts += one.parts.map { "\($0.name) \(ReportNumber.text($0.value))" }
    if let shadow = one.shadow { facts.append("shadow \(shadow)") }
    if !one.isFinished { facts.append("cut off at the length limit") }
    let failure: Markup =
      one.failure.map {
        "<p class=\"failure\">the verifier failed: <samp>\($0)</samp></p>" as Markup
      }
      ?? ""
    return """
      <article class="\(one.verdict.rawValue)">
      <p class="facts"><b class="verdict">\(one.verdict.rawValue)</b> <code>\(one.task)</code> \
      \(facts.joined(separator: " · "))</p>
      <p><span class="what">prompt</span> <samp>\(one.prompt)</samp></p>
      <p><span class="what">wrote</span> <samp>\(coloured(one, largest))</samp></p>
      <p><span class="what">answer</span> <samp>\(one.answer)</samp></p>
      \(failure)
      </article>
      """
  }

  /// The completion, its tokens coloured by their advantages or all by its own.
  private func coloured(_ one: SampledCompletion, _ largest: Double) -> Markup {
    let tokens = Self.tokens(of: one.text)
    // The end mark has an advantage too, and isn't logged.
    let hasEach =
      one.tokenAdvantages.count == tokens.count + (one.isFinished ? 1 : 0)
      && !one.tokenAdvantages.isEmpty
    guard hasEach else {
      return """
        <span class="\(Self.className(Self.level(one.advantage, largest)))">\(one.text)</span>
        """
    }
    let shown = tokens + (one.isFinished ? ["⏎"] : [])
    var spans: [Markup] = []
    var start = 0
    while start < shown.count {
      let level = Self.level(one.tokenAdvantages[start], largest)
      let end =
        shown.indices.dropFirst(start + 1).first {
          Self.level(one.tokenAdvantages[$0], largest) != level
        } ?? shown.count
      let values = one.tokenAdvantages[start..<end]
      let range = [values.min() ?? 0, values.max() ?? 0].map(Self.signed)
      let title = range[0] == range[1] ? range[0] : "\(range[0]) to \(range[1])"
      spans.append(
        """
        <span class="\(Self.className(level))" title="advantage \(title)">\
        \(shown[start..<end].joined())</span>
        """)
      start = end
    }
    return spans.reduce("") { $0 + $1 }
  }

  /// A text as its tokens: the marks of the chain of thought, and characters.
  static func tokens(of text: String) -> [String] {
    var tokens: [String] = []
    var rest = text[...]
    while let first = rest.unicodeScalars.first {
      let mark = ["<think>", "</think>"].first { rest.hasPrefix($0) }
      let token = mark ?? String(first)
      tokens.append(token)
      rest = Substring(rest.unicodeScalars.dropFirst(token.unicodeScalars.count))
    }
    return tokens
  }

  /// How strong an advantage is, from -3 to 3.
  private static func level(_ advantage: Double, _ largest: Double) -> Int {
    guard largest > 0, advantage.magnitude > largest / 100 else { return 0 }
    let strength = min(3, Int((advantage.magnitude / largest * 3).rounded(.up)))
    return advantage < 0 ? -strength : strength
  }

  private static func className(_ level: Int) -> String {
    level == 0 ? "even" : "\(level < 0 ? "less" : "more")\(abs(level))"
  }

  private static func signed(_ advantage: Double) -> String {
    let text = ReportNumber.text(advantage.magnitude)
    return advantage == 0 ? "0" : (advantage < 0 ? "−" : "+") + text
  }
}
