internal import Settings

/// What the papers after GRPO changed, as settings of it.
let grpoVariants = [
  // DeepSeekMath (arXiv 2402.03300, equations 3 and 4, section 4.2).
  SettingsVariant(
    "grpo",
    [
      ("advantage_scale", .text("group")), ("loss_normalization", .text("sequence_mean")),
      ("clip_low", .number(0.2)), ("clip_high", .number(0.2)), ("kl_weight", .number(0.04)),
      ("kl_estimator", .text("k3")), ("kl_in_reward", .boolean(false)),
    ]),
  // Dr. GRPO (arXiv 2503.20783, section 3.2): nothing divides by a deviation or a length.
  SettingsVariant(
    "dr_grpo",
    [
      ("advantage_scale", .text("none")), ("loss_normalization", .text("constant_length")),
      ("clip_low", .number(0.2)), ("clip_high", .number(0.2)), ("kl_weight", .number(0)),
    ]),
  // The mean over the tokens of each update, which TRL calls `bnpo`; not the Beta normalization of the
  // paper of that name (arXiv 2506.02864).
  SettingsVariant(
    "bnpo",
    [
      ("advantage_scale", .text("group")), ("loss_normalization", .text("token_mean")),
      ("clip_low", .number(0.2)), ("clip_high", .number(0.2)), ("kl_weight", .number(0)),
    ]),
  // DAPO (arXiv 2503.14476, sections 3.1 to 3.4). The paper's rewards are -1 and 1 and its overlong
  // punishment reaches 1; rewards from 0 to 1 have half that range, so the punishment is half as well.
  SettingsVariant(
    "dapo",
    [
      ("sampling_rounds", .integer(10)), ("advantage_scale", .text("group")),
      ("overlong_penalty", .number(0.5)), ("overlong_margin", .number(0.2)),
      ("loss_normalization", .text("token_mean")), ("clip_low", .number(0.2)),
      ("clip_high", .number(0.28)), ("kl_weight", .number(0)),
    ]),
  // GSPO (arXiv 2507.18071, equation 5, section 5.1).
  SettingsVariant(
    "gspo",
    [
      ("advantage_scale", .text("group")), ("loss_normalization", .text("sequence_mean")),
      ("ratio_level", .text("sequence")), ("clip_low", .number(3e-4)),
      ("clip_high", .number(4e-4)), ("kl_weight", .number(0)),
    ]),
  // CISPO (MiniMax-M1, arXiv 2506.13585, equation 4), with the cap of ScaleRL (arXiv 2510.13786).
  SettingsVariant(
    "cispo",
    [
      ("advantage_scale", .text("group")), ("loss_normalization", .text("token_mean")),
      ("surrogate", .text("cispo")), ("weight_cap", .number(5)), ("kl_weight", .number(0)),
    ]),
]
