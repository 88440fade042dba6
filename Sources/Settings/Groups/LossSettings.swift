package import Learning

/// What every policy loss has.
package struct LossSettings: SettingsGroup {
  /// How token losses become one number: `token_mean` (DAPO, arXiv 2503.14476, equation 8),
  /// `sequence_mean` (GRPO, arXiv 2402.03300, equation 3), `sequence_sum` (REINFORCE, RLOO, arXiv
  /// 2402.14740) or `constant_length` (Dr. GRPO, arXiv 2503.20783, section 3.2).
  package var lossNormalization = LossNormalization.tokenMean
  /// Weight of the policy's mean entropy, which the loss is lowered by (A3C, arXiv 1602.01783, section 4;
  /// PPO, arXiv 1707.06347, equation 9).
  package var entropyWeight = 0.0

  package init() {}

  package static var fields: [Field<LossSettings>] {
    Field(
      "loss_normalization", \.lossNormalization,
      "how token losses become one: DAPO, GRPO, RLOO, Dr. GRPO", in: .objective
    ).paper("arXiv 2503.14476, 2402.03300, 2402.14740, 2503.20783")
      .aliases("loss_type", "loss_agg_mode")
    Field(
      "entropy_weight", \.entropyWeight, .number(.from(0, to: 100)),
      "weight of the entropy bonus", in: .objective
    ).rank(2).paper("arXiv 1602.01783")
      .aliases("entropy_coef", "entropy_coeff", "ent_coef", "entropy_bonus")
  }
}
