package import Learning

/// The clipping of probability ratios.
package struct ClipSettings: SettingsGroup {
  /// Clip range below 1 (epsilon of PPO, arXiv 1707.06347, equation 7).
  package var clipLow = 0.2
  /// Clip range above 1; above `clipLow` it is the clip-higher of DAPO (arXiv 2503.14476, section 3.1).
  package var clipHigh = 0.2
  /// Cap on the ratio where the advantage is negative (two-sided clip, dual-clip PPO, arXiv 1912.09729;
  /// delta in TRL); 0 for none.
  package var ratioCap = 0.0

  package init() {}

  package static var fields: [Field<ClipSettings>] {
    Field(
      "clip_low", \.clipLow, .number(.from(0, below: 1)),
      "clip range of the probability ratio below 1 (epsilon)", in: .objective
    ).paper("arXiv 1707.06347").aliases("epsilon", "clip_ratio", "eps_clip", "clip_ratio_low")
    Field(
      "clip_high", \.clipHigh, .number(.from(0, to: 100)),
      "clip range above 1; more than clip_low: clip-higher", in: .objective
    ).paper("arXiv 2503.14476").aliases("epsilon_high", "clip_ratio_high")
    Field(
      "ratio_cap", \.ratioCap, .number(.from(0, to: 1e6)),
      "cap on the ratio where the advantage is negative (dual clip); 0: none", in: .objective
    ).paper("arXiv 1912.09729").aliases("delta", "clip_ratio_c")
  }

  /// Refuses a cap inside the clip range.
  package func check() throws(SettingsError) {
    if ratioCap > 0 && ratioCap <= 1 + clipHigh {
      throw SettingsError(
        "ratio_cap (\(shortestText(of: ratioCap))) lies inside the clip range; take more than "
          + "1 + clip_high = \(shortestText(of: 1 + clipHigh)), or 0 for no bound")
    }
  }
}

extension Field {
  /// The row of what a probability ratio belongs to.
  package static func ratioLevel(
    _ path: any WritableKeyPath<Root, RatioLevel> & Sendable
  ) -> Field {
    Field(
      "ratio_level", path, "what a ratio belongs to; sequence: GSPO, completion: RLOO",
      in: .objective
    ).paper("arXiv 2507.18071, 2402.14740").aliases("importance_sampling_level")
  }
}

extension AlgorithmSettings {
  /// With one update a step, every ratio is 1 and these settings can't matter.
  package func ratioNotes(_ keys: [String], _ updates: UpdateSettings) -> [String] {
    guard updates.perStep == 1 else { return [] }
    return [
      "epochs = minibatches = 1: the one update of a step starts at the policy that sampled, so "
        + "every probability ratio is 1 and \(listed(keys)) can't matter"
    ]
  }
}
