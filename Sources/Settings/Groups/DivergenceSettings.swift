package import Learning

/// The KL divergence from the first policy.
package struct DivergenceSettings: SettingsGroup {
  /// KL weight: beta of GRPO (arXiv 2402.03300, equation 3).
  package var klWeight = 0.0
  /// Estimate of the KL divergence that is weighted (Schulman, "Approximating KL divergence", 2020).
  package var klEstimator = KLEstimator.k3
  /// Whether the KL divergence is taken off the reward (arXiv 1909.08593, equation 2) instead of being
  /// part of the loss.
  package var klInReward = false
  /// Whether the KL divergence from the first policy is measured where nothing else needs it.
  package var logKl = false

  package init() {}

  /// Off by default; with a weight by k1 off the reward, as in policy gradients for language models.
  package static var inReward: DivergenceSettings {
    var settings = DivergenceSettings()
    settings.klEstimator = .k1
    settings.klInReward = true
    return settings
  }

  package static var fields: [Field<DivergenceSettings>] {
    Field(
      "kl_weight", \.klWeight, .number(.from(0, to: 100)),
      "weight of the KL divergence from the first policy (beta)", in: .objective
    ).paper("arXiv 2402.03300").aliases("beta", "kl_coef", "kl_loss_coef")
    Field(
      "kl_estimator", \.klEstimator, "estimate of the KL divergence that is weighted",
      in: .objective
    ).paper("Schulman 2020").aliases("kl_loss_type", "kl_penalty")
    Field(
      "kl_in_reward", \.klInReward, .boolean,
      "take the KL divergence off the reward instead of adding it to the loss", in: .objective
    ).paper("arXiv 1909.08593").aliases("use_kl_in_reward")
    Field(
      "log_kl", \.logKl, .boolean,
      "measure the KL divergence from the first policy even with kl_weight 0", in: .objective
    ).rank(1)
  }

  /// Whether the first policy is kept.
  package var needsReference: Bool { klWeight > 0 || logKl }
}

extension AlgorithmSettings {
  /// Settings of the divergence that do nothing.
  package func notes(_ divergence: DivergenceSettings) -> [String] {
    guard divergence.klWeight > 0 else {
      return idle(["kl_estimator", "kl_in_reward"], "with kl_weight 0")
    }
    var notes = idle(["log_kl"], "with kl_weight above 0: the divergence is measured anyway")
    if !divergence.klInReward && divergence.klEstimator == .k1 {
      notes.append(
        "kl_estimator k1 does nothing in the loss: its gradient doesn't depend on the first policy "
          + "and is 0 on average; take k2 or k3, or kl_in_reward")
    }
    return notes
  }
}
