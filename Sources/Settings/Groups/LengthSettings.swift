internal import Statistics

/// DAPO's treatment of long completions (arXiv 2503.14476, section 3.4).
package struct LengthSettings: SettingsGroup {
  /// Largest punishment of a completion that comes near the length limit, taken off its reward (soft
  /// overlong punishment); 0 for none.
  package var overlongPenalty = 0.0
  /// Share of the length limit over which that punishment grows from nothing: L_cache over L_max there.
  package var overlongMargin = 0.2
  /// Whether completions cut off at the length limit are left out of the loss (overlong filtering).
  package var maskTruncated = false

  package init() {}

  package static var fields: [Field<LengthSettings>] {
    Field(
      "overlong_penalty", \.overlongPenalty, .number(.from(0, to: 100)),
      "taken off the reward at the length limit, softly before it", in: .reward
    ).rank(1).paper("arXiv 2503.14476").aliases("overlong_penalty_factor", "penalty_factor")
    Field(
      "overlong_margin", \.overlongMargin, .number(.above(0, to: 1)),
      "share of the limit over which that penalty grows", in: .reward
    ).rank(1).paper("arXiv 2503.14476").aliases("soft_punish_cache", "overlong_buffer_len")
    Field(
      "mask_truncated", \.maskTruncated, .boolean,
      "leave completions cut off at the limit out of the loss", in: .reward
    ).rank(1).paper("arXiv 2503.14476").aliases("mask_truncated_completions")
  }

  /// Tokens before the length limit over which the penalty grows; at least 1.
  package func overlongTokens(of run: RunSettings) -> Int {
    max(1, Int((overlongMargin * Double(run.maxCompletionTokens)).rounded()))
  }

  /// The penalty in words, where there is one.
  package func words(_ run: RunSettings) -> [String] {
    guard overlongPenalty > 0 else { return [] }
    let limit = run.maxCompletionTokens
    return [
      "rewards fall by up to \(shortestText(of: overlongPenalty)) from "
        + "\(Quantity.grouped(limit - overlongTokens(of: run))) to "
        + Quantity.counted(limit, "token")
    ]
  }
}

extension AlgorithmSettings {
  /// Settings of the length penalty that do nothing.
  package func notes(_ length: LengthSettings) -> [String] {
    length.overlongPenalty == 0 ? idle(["overlong_margin"], "with overlong_penalty 0") : []
  }
}
