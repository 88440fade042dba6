internal import Learning

extension Configuration {
  /// Every field, section by section: the one place that flags, keys and help come from.
  package static let sections = [
    ConfigurationSection(
      "Run",
      [
        ConfigurationField("algorithm", \.algorithm, "how the policy is trained")
          .elsewhere("adv_estimator", "trainer"),
        ConfigurationField(
          "suite", \.suite, .text(placeholder: "NAME|FILE"), "shipped suite, or a suite file"
        ).elsewhere("task", "dataset", "dataset_name"),
        ConfigurationField(
          "holdout", \.holdout, .text(placeholder: "FILE"),
          "problem file (.jsonl) whose prompts are never trained on; empty: none"
        ).elsewhere("exclude", "decontaminate", "eval_dataset"),
        ConfigurationField(
          "model", \.model, .text(placeholder: "NAME|FILE"),
          "shipped name, archive, Hugging Face folder, or size (nano, micro, mini); empty: the "
            + "suite's own base"
        ).own("nano", for: .sft).elsewhere("model_name_or_path", "base"),
        ConfigurationField(
          "run", \.run, .text(placeholder: "DIR"),
          "folder of the run; empty: runs/ALGORITHM-SUITE-SEED"
        ).elsewhere("output_dir", "out"),
        ConfigurationField("seed", \.seed, .integer(0...), "key of all randomness"),
        ConfigurationField(
          "threads", \.threads, .integer(0...1024),
          "threads, 0 for one per core; results don't depend on it"
        ).elsewhere("workers", "num_threads", "jobs"),
        ConfigurationField(
          "steps", \.steps, .integer(1...1_000_000), "steps of training, one batch each"
        ).own(1500, for: .sft).elsewhere("max_steps", "iterations"),
        ConfigurationField(
          "token_budget", \.tokenBudget, .integer(0...),
          "end after the step in which this many completion tokens are reached; 0: steps decide"
        ).elsewhere("tokens", "total_tokens"),
      ]),
    ConfigurationSection(
      "Sampling",
      [
        ConfigurationField(
          "problems", \.problems, .integer(1...65_536), "problems per step; sft: demonstrations"
        ).own(256, for: .sft).elsewhere("batch_size", "train_batch_size"),
        ConfigurationField(
          "group_size", \.groupSize, .integer(1...1024), "completions for each problem (G)"
        ).notFor(.sft).from("arXiv 2402.03300")
          .elsewhere("num_generations", "n_samples", "copies"),
        ConfigurationField(
          "sampling_rounds", \.samplingRounds, .integer(1...1000),
          "rounds at most in which other problems replace flat groups; 1: none"
        ).only(.grpo).from("arXiv 2503.14476")
          .elsewhere("max_num_gen_batches", "filter_groups", "dynamic_sampling"),
        ConfigurationField(
          "max_completion_tokens", \.maxCompletionTokens, .integer(1...4096),
          "tokens a completion is cut off at"
        ).elsewhere("max_completion_length", "max_new_tokens", "max_tokens", "response_length"),
        ConfigurationField(
          "temperature", \.temperature, .number(.from(0.001, to: 100)),
          "what logits are divided by in sampling"),
        ConfigurationField(
          "top_k", \.topK, .integer(0...), "sample from the k likeliest tokens only; 0: all"),
        ConfigurationField(
          "top_p", \.topP, .number(.above(0, to: 1)),
          "sample from the likeliest tokens that hold this share"),
      ]),
    ConfigurationSection(
      "Reward and advantage",
      [
        ConfigurationField(
          "verifier", \.verifier, .text(placeholder: "NAME|FOLDER"),
          "verifier, or folder of a plugin, that judges; empty: the suite's own"
        ).elsewhere("reward_function", "custom_reward_function", "reward_model"),
        ConfigurationField(
          "shadow_verifier", \.shadowVerifier, .text(placeholder: "NAME|FOLDER"),
          "a second, stricter one that judges beside it and isn't trained on; empty: none"
        ).notFor(.sft),
        ConfigurationField(
          "rewards", \.rewards, "random: a fair coin for each completion, the null arm"
        ).notFor(.sft).from("arXiv 2506.10947").elsewhere("reward_funcs", "reward"),
        ConfigurationField(
          "verifier_failure_limit", \.verifierFailureLimit, .number(.from(0, to: 1)),
          "stop where more than this share of a step's verdicts fail"
        ).notFor(.sft),
        ConfigurationField(
          "advantage_scale", \.advantageScale,
          "standard deviation that centred rewards are divided by"
        ).only(.grpo).from("arXiv 2402.03300; none: 2503.20783")
          .elsewhere("scale_rewards", "norm_adv_by_std"),
        ConfigurationField(
          "advantage_epsilon", \.advantageEpsilon, .number(.from(0, to: 1)),
          "added to that standard deviation"
        ).only(.grpo),
        ConfigurationField(
          "baseline_decay", \.baselineDecay, .number(.from(0, below: 1)),
          "how much of the moving-average baseline each step keeps"
        ).only(.reinforce).from("Williams 1992"),
        ConfigurationField(
          "acceptance_reward", \.acceptanceReward, .number(.from(-1e6, to: 1e6)),
          "lowest reward of a completion that is learned from"
        ).only(.raft).from("arXiv 2304.06767").elsewhere("reward_threshold"),
        ConfigurationField(
          "accepted_per_group", \.acceptedPerGroup, .integer(0...1024),
          "accepted completions learned from at most, the best first; 0: all"
        ).only(.raft).from("arXiv 2304.06767").elsewhere("best_of"),
        ConfigurationField(
          "overlong_penalty", \.overlongPenalty, .number(.from(0, to: 100)),
          "taken off the reward at the length limit, softly before it"
        ).notFor(.raft, .sft).from("arXiv 2503.14476")
          .elsewhere("overlong_penalty_factor", "penalty_factor"),
        ConfigurationField(
          "overlong_margin", \.overlongMargin, .number(.above(0, to: 1)),
          "share of the limit over which that penalty grows"
        ).notFor(.raft, .sft).from("arXiv 2503.14476")
          .elsewhere("soft_punish_cache", "overlong_buffer_len"),
        ConfigurationField(
          "mask_truncated", \.maskTruncated, .boolean,
          "leave completions cut off at the limit out of the loss"
        ).notFor(.raft, .sft).from("arXiv 2503.14476").elsewhere("mask_truncated_completions"),
      ]),
    ConfigurationSection(
      "Objective",
      [
        ConfigurationField(
          "variant", \.variant, "settings that a paper's variant stands for; others given win"
        ).only(.grpo).elsewhere("preset"),
        ConfigurationField(
          "loss_normalization", \.lossNormalization,
          "how token losses become one: DAPO, GRPO, RLOO, Dr. GRPO"
        ).notFor(.sft).from("arXiv 2503.14476, 2402.03300, 2402.14740, 2503.20783")
          .elsewhere("loss_type", "loss_agg_mode"),
        ConfigurationField(
          "surrogate", \.surrogate, "what becomes of the ratio: a clip, or a weight with a cap"
        ).only(.grpo).from("arXiv 1707.06347, 2506.13585").elsewhere("policy_loss"),
        ConfigurationField(
          "ratio_level", \.ratioLevel, "what a ratio belongs to; sequence: GSPO, completion: RLOO"
        ).only(.grpo, .rloo).own(RatioLevel.completion, for: .rloo)
          .from("arXiv 2507.18071, 2402.14740").elsewhere("importance_sampling_level"),
        ConfigurationField(
          "clip_low", \.clipLow, .number(.from(0, below: 1)),
          "how far below 1 the probability ratio counts"
        ).only(.grpo, .ppo, .rloo).from("arXiv 1707.06347")
          .elsewhere("epsilon", "clip_ratio", "eps_clip", "clip_ratio_low"),
        ConfigurationField(
          "clip_high", \.clipHigh, .number(.from(0, to: 100)),
          "how far above 1 it counts; more than clip_low: clip-higher"
        ).only(.grpo, .ppo, .rloo).from("arXiv 2503.14476")
          .elsewhere("epsilon_high", "clip_ratio_high"),
        ConfigurationField(
          "ratio_cap", \.ratioCap, .number(.from(0, to: 1e6)),
          "what it counts at most where the advantage is negative; 0: no bound"
        ).only(.grpo, .ppo, .rloo).from("arXiv 1912.09729").elsewhere("delta", "clip_ratio_c"),
        ConfigurationField(
          "weight_cap", \.weightCap, .number(.from(1, to: 1e6)),
          "largest weight of a token with surrogate cispo"
        ).only(.grpo).from("arXiv 2510.13786").elsewhere("epsilon_max"),
        ConfigurationField("epochs", \.epochs, .integer(1...100), "passes over each batch (mu)")
          .only(.grpo, .ppo, .rloo, .raft).own(2, for: .ppo)
          .elsewhere("num_iterations", "ppo_epochs"),
        ConfigurationField(
          "minibatches", \.minibatches, .integer(1...65_536), "optimizer updates per pass"
        ).only(.grpo, .ppo, .rloo, .raft).own(2, for: .ppo)
          .elsewhere("num_minibatches", "steps_per_generation"),
        ConfigurationField(
          "kl_weight", \.klWeight, .number(.from(0, to: 100)),
          "weight of the KL divergence from the first policy (beta)"
        ).notFor(.sft).from("arXiv 2402.03300").elsewhere("beta", "kl_coef", "kl_loss_coef"),
        ConfigurationField(
          "kl_estimator", \.klEstimator, "estimate of the KL divergence that is weighted"
        ).notFor(.sft).own(KLEstimator.k1, for: .ppo).own(KLEstimator.k1, for: .a2c)
          .own(KLEstimator.k1, for: .reinforce).own(KLEstimator.k1, for: .rloo)
          .from("Schulman 2020").elsewhere("kl_loss_type", "kl_penalty"),
        ConfigurationField(
          "kl_in_reward", \.klInReward, .boolean,
          "take the KL divergence off the reward instead of adding it to the loss"
        ).notFor(.raft, .sft).own(true, for: .ppo).own(true, for: .a2c)
          .own(true, for: .reinforce).own(true, for: .rloo)
          .from("arXiv 1909.08593").elsewhere("use_kl_in_reward"),
        ConfigurationField(
          "log_kl", \.logKl, .boolean,
          "measure the KL divergence from the first policy even with kl_weight 0"
        ).notFor(.sft),
        ConfigurationField(
          "entropy_weight", \.entropyWeight, .number(.from(0, to: 100)),
          "weight of the entropy bonus"
        ).notFor(.sft).from("arXiv 1602.01783")
          .elsewhere("entropy_coef", "entropy_coeff", "ent_coef", "entropy_bonus"),
      ]),
    criticSection,
    ConfigurationSection(
      "Optimizer (AdamW)",
      [
        ConfigurationField(
          "learning_rate", \.learningRate, .number(.from(0, to: 1)), "highest learning rate"
        ).own(5e-5, for: .ppo).own(2e-3, for: .sft).elsewhere("lr"),
        ConfigurationField(
          "warmup_steps", \.warmupSteps, .integer(0...1_000_000),
          "steps over which the learning rate rises from 0"
        ).own(50, for: .sft).elsewhere("warmup"),
        ConfigurationField(
          "schedule", \.schedule, "how the learning rate goes on after its warm-up"
        ).own(LearningRateShape.cosine, for: .sft).elsewhere("lr_scheduler_type", "lr_scheduler"),
        ConfigurationField(
          "final_learning_rate_fraction", \.finalLearningRateFraction, .number(.from(0, to: 1)),
          "share of it that linear and cosine end at"
        ).elsewhere("min_lr_ratio"),
        ConfigurationField(
          "adam_beta1", \.adamBeta1, .number(.from(0, below: 1)), "decay of the mean of gradients"),
        ConfigurationField(
          "adam_beta2", \.adamBeta2, .number(.from(0, below: 1)),
          "decay of the mean of their squares"
        ),
        ConfigurationField(
          "adam_epsilon", \.adamEpsilon, .number(.above(0, to: 1)),
          "added to the root of the mean of squares"),
        ConfigurationField(
          "weight_decay", \.weightDecay, .number(.from(0, to: 10)), "decoupled weight decay"
        ).from("arXiv 1711.05101"),
        ConfigurationField(
          "max_gradient_norm", \.maxGradientNorm, .number(.from(0)),
          "norm that larger gradients are scaled down to; 0: none"
        ).elsewhere("max_grad_norm", "grad_clip", "gradient_norm"),
      ]),
    ConfigurationSection(
      "Demonstrations",
      [
        ConfigurationField(
          "answer_only_share", \.answerOnlyShare, .number(.from(0, to: 1)),
          "share of demonstrations whose reasoning is left out"
        ).only(.sft).from("arXiv 2510.11495")
      ]),
    ConfigurationSection(
      "First weights (where model is a size)",
      [
        ConfigurationField(
          "context_length", \.contextLength, .integer(8...65_536),
          "longest prompt and completion together, in tokens"
        ).only(.sft).elsewhere("max_position_embeddings", "max_length", "block_size"),
        ConfigurationField(
          "key_value_heads", \.keyValueHeads, .integer(0...1024),
          "key-value heads of a layer; 0: one per head"
        ).only(.sft).from("arXiv 2305.13245").elsewhere("num_key_value_heads", "n_kv_heads"),
        ConfigurationField(
          "tied_embeddings", \.tiedEmbeddings, .boolean, "one matrix for embedding and output"
        ).only(.sft).elsewhere("tie_word_embeddings"),
      ]),
    ConfigurationSection(
      "Evaluation",
      [
        ConfigurationField(
          "evaluation_split", \.evaluationSplit,
          "the problems that evaluations are of: validation to choose settings, test to report"),
        ConfigurationField(
          "evaluation_problems", \.evaluationProblems, .integer(1...1_000_000),
          "held-out problems, each solved greedily"),
        ConfigurationField(
          "evaluation_samples", \.evaluationSamples, .integer(0...4096),
          "completions sampled for each besides, for pass@k"),
        ConfigurationField(
          "evaluation_every", \.evaluationEvery, .integer(0...1_000_000),
          "steps between evaluations; 0: only before and after"
        ).elsewhere("eval_steps", "test_freq"),
      ]),
    ConfigurationSection(
      "Saving",
      [
        ConfigurationField(
          "checkpoint_every", \.checkpointEvery, .integer(0...1_000_000),
          "steps between checkpoints; 0: only at the end"
        ).elsewhere("save_steps", "save_freq"),
        ConfigurationField(
          "keep_checkpoints", \.keepCheckpoints, .integer(1...1_000_000), "newest checkpoints kept"
        ).elsewhere("save_total_limit"),
        ConfigurationField(
          "log_completions", \.logCompletions, .integer(0...1_000_000),
          "completions of each step that are written down; 0: all"
        ).notFor(.sft),
        ConfigurationField(
          "tensorboard", \.tensorboard, .boolean,
          "write the metrics for TensorBoard too, into the run's folder tensorboard"
        ).elsewhere("report_to", "logger"),
        ConfigurationField(
          "tensorboard_names", \.tensorboardNames, "names of the metrics there: ours, or verl's"
        ).elsewhere("metric_names"),
      ]),
  ]

  /// Every field, in the order they are shown and written.
  package static let fields = sections.flatMap(\.fields)
}
