extension Configuration {
  /// Variants of GRPO by name: each stands for the settings that make its paper's objective.
  ///
  /// Sizes of batches, numbers of updates and learning rates are no part of them.
  package enum Variant: String, Sendable, CaseIterable {
    /// No variant: the defaults of the fields.
    case none
    /// DeepSeekMath (arXiv 2402.03300, equations 3 and 4, section 4.2).
    case grpo
    /// Dr. GRPO (arXiv 2503.20783, section 3.2): nothing divides by a deviation or a length.
    case drGRPO = "dr_grpo"
    /// The mean over the tokens of each update, which TRL calls `bnpo`; not the Beta normalization of the
    /// paper of that name (arXiv 2506.02864).
    case bnpo
    /// DAPO (arXiv 2503.14476, sections 3.1 to 3.4).
    ///
    /// The paper's rewards are -1 and 1 and its overlong punishment reaches 1; rewards from 0 to 1 have
    /// half that range, so the punishment is half as well.
    case dapo
    /// GSPO (arXiv 2507.18071, equation 5, section 5.1).
    case gspo
    /// CISPO (MiniMax-M1, arXiv 2506.13585, equation 4), with the cap of ScaleRL (arXiv 2510.13786).
    case cispo

    /// The settings by key; a key that isn't here keeps its default.
    package var settings: [(key: String, value: ConfigurationValue)] {
      switch self {
      case .none: []
      case .grpo:
        [
          ("advantage_scale", .text("group")), ("loss_normalization", .text("sequence_mean")),
          ("clip_low", .number(0.2)), ("clip_high", .number(0.2)), ("kl_weight", .number(0.04)),
          ("kl_estimator", .text("k3")), ("kl_in_reward", .boolean(false)),
        ]
      case .drGRPO:
        [
          ("advantage_scale", .text("none")), ("loss_normalization", .text("constant_length")),
          ("clip_low", .number(0.2)), ("clip_high", .number(0.2)), ("kl_weight", .number(0)),
        ]
      case .bnpo:
        [
          ("advantage_scale", .text("group")), ("loss_normalization", .text("token_mean")),
          ("clip_low", .number(0.2)), ("clip_high", .number(0.2)), ("kl_weight", .number(0)),
        ]
      case .dapo:
        [
          ("sampling_rounds", .integer(10)), ("advantage_scale", .text("group")),
          ("overlong_penalty", .number(0.5)), ("overlong_margin", .number(0.2)),
          ("loss_normalization", .text("token_mean")), ("clip_low", .number(0.2)),
          ("clip_high", .number(0.28)), ("kl_weight", .number(0)),
        ]
      case .gspo:
        [
          ("advantage_scale", .text("group")), ("loss_normalization", .text("sequence_mean")),
          ("ratio_level", .text("sequence")), ("clip_low", .number(3e-4)),
          ("clip_high", .number(4e-4)), ("kl_weight", .number(0)),
        ]
      case .cispo:
        [
          ("advantage_scale", .text("group")), ("loss_normalization", .text("token_mean")),
          ("surrogate", .text("cispo")), ("weight_cap", .number(5)), ("kl_weight", .number(0)),
        ]
      }
    }
  }
}
