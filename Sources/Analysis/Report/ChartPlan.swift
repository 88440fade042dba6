internal import Learning
internal import Statistics

/// One chart of a report: which metrics it shows, and why it may be missing.
struct ChartPlan: Sendable {
  /// Where in the report it stands.
  enum Section: String, CaseIterable, Sendable {
    case learning = "Learning"
    case completions = "Lengths, entropy and divergence"
    case critic = "The critic"
    case signal = "Where the signal goes"
    case others = "Everything else that was logged"
  }

  /// How its numbers are drawn.
  enum Kind: Sendable {
    /// Lines, each metric on its own.
    case lines
    /// Areas on top of each other: shares that add up to 1.
    case areas
  }

  let section: Section
  /// The heading; nil for the metric's own name.
  let title: String
  /// Names as in docs/metrics.md.
  let metrics: [String]
  /// One sentence on how to read it; may be empty.
  let explanation: String
  /// Why no run has any of the metrics.
  let absence: String
  let kind: Kind

  init(
    _ section: Section, _ title: String, _ metrics: [String], _ explanation: String = "",
    absence: String = "No step logged it.", kind: Kind = .lines
  ) {
    self.section = section
    self.title = title
    self.metrics = metrics
    self.explanation = explanation
    self.absence = absence
    self.kind = kind
  }

  /// Whether the step is marked at which reward and shadow diverge.
  var showsShadow: Bool { section == .learning && metrics.contains { $0.hasPrefix("shadow/") } }

  /// Every chart for runs that logged these metrics; those that were not logged stay in the list, so
  /// that the report can say why they are missing.
  ///
  /// - Parameter names: metrics that any run has a value of.
  static func plans(names: Set<String>) -> [ChartPlan] {
    func known(_ isWanted: (String) -> Bool) -> [String] { names.filter(isWanted).sorted() }
    let hasNoSamples = !names.isEmpty && !names.contains("reward")
    func unlessSampled(_ text: String) -> String {
      hasNoSamples ? "No completions were sampled, so \(text)." : "No step logged it."
    }
    let fates = TokenFate.allCases.map { "ledger/\($0.rawValue)" }
    let hasShadow = names.contains("shadow/reward")
    let learning = [
      ChartPlan(
        .learning, "Reward", hasShadow ? ["reward", "shadow/reward"] : ["reward"],
        "Mean over a step's completions."
          + (hasShadow
            ? " The shadow verifier judges the same ones, and nothing is trained on it; a dashed line "
              + "marks the step where the two diverge." : ""),
        absence: unlessSampled("there is no reward")),
      ChartPlan(.learning, "Loss", ["loss"]),
      ChartPlan(
        .learning, "Parts of the reward",
        known { ($0.hasPrefix("rewards/") && $0.hasSuffix("/mean")) || $0.hasPrefix("penalty/") },
        "Parts of the verifier's score, also those of weight 0, and what was taken off.",
        absence: unlessSampled("nothing is judged")),
    ]
    let shadow = [
      ChartPlan(
        .learning, "Gap between reward and shadow", ["shadow/gap"],
        "Mean over the completions that both verifiers could judge."),
      ChartPlan(
        .learning, "Parts of the shadow's reward", known { $0.hasPrefix("shadow/rewards/") }),
    ]
    let completions = [
      ChartPlan(
        .completions, "Length",
        [
          "completions/mean_length", "completions/solved_mean_length",
          "completions/unsolved_mean_length",
        ], "Tokens of a completion; apart for those that were solved and those that were not."),
      ChartPlan(
        .completions, "Entropy", ["entropy"],
        "Of the whole distribution, in nats; mean over the tokens."),
      ChartPlan(
        .completions, "Divergence from the first policy",
        known { $0 == "kl" || $0.hasPrefix("kl/") }, "In nats.",
        absence: hasNoSamples
          ? "Not measured without sampled completions."
          : "Not measured: kl_weight is 0, and log_kl is off."),
    ]
    let critic = [
      ChartPlan(
        .critic, "Loss of the critic", ["vf_loss"], "Half the squared error of its values."),
      ChartPlan(
        .critic, "Value and return", ["value/mean", "value/return_mean"],
        "What the critic said, and what it should have said."),
      ChartPlan(
        .critic, "Explained variance", ["value/explained_variance"],
        "1 is a perfect critic, 0 one that is no better than a constant."),
    ]
    let signal = [
      ChartPlan(
        .signal, "Clipped tokens",
        known { $0.hasPrefix("clip_ratio/") || $0 == "cispo_clip_ratio" },
        "Share of the sampled tokens that the clip range leaves without a gradient.",
        absence: unlessSampled("there is no ratio to clip")),
      ChartPlan(
        .signal, "Gradient ledger",
        fates.filter(names.contains)
          + known { $0.hasPrefix("ledger/") && !fates.contains($0) },
        "What became of the sampled tokens' signal; the shares add up to 1.",
        absence: unlessSampled("there is no ledger"), kind: .areas),
      ChartPlan(.signal, "Gradient norm", ["grad_norm"], "Before clipping."),
    ]
    // Runs without a critic or a shadow don't lack its charts.
    func ifLogged(_ plans: [ChartPlan]) -> [ChartPlan] {
      plans.filter { !names.isDisjoint(with: $0.metrics) }
    }
    let shown = learning + ifLogged(shadow) + completions + ifLogged(critic) + signal
    let drawn = Set(
      shown.flatMap(\.metrics) + ["eval/pass@1", "step_time", "shadow/parted"])
    return shown + known { !drawn.contains($0) }.map { ChartPlan(.others, $0, [$0]) }
  }
}
