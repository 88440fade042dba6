package import Learning
package import Settings

extension PolicyObjective {
  /// An objective normalized as the settings have it.
  package init(_ loss: PolicyLoss, _ settings: LossSettings, _ run: RunSettings) {
    self.init(
      loss, normalization: settings.lossNormalization,
      maxCompletionTokens: run.maxCompletionTokens)
  }
}

extension PolicyLoss {
  /// A loss with the KL term and the entropy bonus of the settings.
  package init(
    _ surrogate: PolicySurrogate, ratioLevel: RatioLevel = .token,
    _ divergence: DivergenceSettings, _ loss: LossSettings
  ) {
    self.init(
      surrogate, ratioLevel: ratioLevel,
      klWeight: divergence.klInReward ? 0 : divergence.klWeight,
      klEstimator: divergence.klEstimator, entropyWeight: loss.entropyWeight)
  }
}

extension ClippedSurrogate {
  /// The surrogate with the clip range and the cap of the settings.
  package init(_ settings: ClipSettings) {
    self.init(
      clipLow: settings.clipLow, clipHigh: settings.clipHigh,
      ratioCap: settings.ratioCap > 0 ? settings.ratioCap : .infinity)
  }
}
