/// What every run has: where it starts, what it is measured on and what is kept of it.
package struct RunSettings: SettingsGroup {
  /// Name of a shipped suite, or a suite file.
  package var suite = "arithmetic"
  /// Problem file whose prompts are never trained on, for example a benchmark to be measured on later;
  /// empty for none.
  package var holdout = ""
  /// Shipped name, archive, Hugging Face folder, or size to start from; empty is the suite's own
  /// shipped base.
  package var model = ""
  /// Folder the run is written to; empty is `runs/ALGORITHM-SUITE-SEED`.
  package var run = ""
  /// Key of all randomness: problems, samples, first weights.
  package var seed = 0
  /// Threads to work on, 0 for one per core; the results don't depend on it.
  package var threads = 0
  /// Steps of training; one step samples (or reads) one batch.
  package var steps = 100
  /// Completion tokens after which a run ends, even before its last step: those it sampled, or those of
  /// demonstrations; 0 for no such end.
  package var tokenBudget = 0

  /// Tokens a completion is cut off at.
  package var maxCompletionTokens = 64
  /// What the logits are divided by in sampling; 1 samples the policy as it is.
  package var temperature = 1.0
  /// Only this many likeliest tokens are sampled from; 0 for all.
  package var topK = 0
  /// Only the likeliest tokens that hold this share of the probability are sampled from.
  package var topP = 1.0

  /// Name of a verifier, or folder of a plugin, that judges instead of the suite's own; empty for that.
  package var verifier = ""

  /// The problems that evaluations are of; no run trains on either.
  package var evaluationSplit = EvaluationSplit.test
  /// Held-out problems that each evaluation solves greedily.
  package var evaluationProblems = 1000
  /// Completions also sampled for each of them, for pass@k; 0 for none.
  package var evaluationSamples = 0
  /// Steps between evaluations; 0 for only before and after.
  package var evaluationEvery = 0

  /// Steps between checkpoints; 0 for only at the end.
  package var checkpointEvery = 20
  /// Newest checkpoints kept.
  package var keepCheckpoints = 2
  /// Whether the metrics are written for TensorBoard too, into the run's folder `tensorboard`.
  package var tensorboard = false
  /// Under which names TensorBoard shows them.
  package var tensorboardNames = MetricNames.hone

  package init() {}

  package static var fields: [Field<RunSettings>] {
    Field(
      "suite", \.suite, .text(placeholder: "NAME|FILE"), "shipped suite, or a suite file", in: .run
    ).file(.suite).aliases("task", "dataset", "dataset_name")
    Field(
      "holdout", \.holdout, .text(placeholder: "FILE"),
      "problem file (.jsonl) whose prompts are never trained on; empty: none", in: .run
    ).file(.suite).aliases("exclude", "decontaminate", "eval_dataset")
    Field(
      "model", \.model, .text(placeholder: "NAME|FILE"),
      "shipped name, archive, Hugging Face folder, or size (nano, micro, mini); empty: the "
        + "suite's own base", in: .run
    ).file(.model).aliases("model_name_or_path", "base")
    Field(
      "run", \.run, .text(placeholder: "DIR"),
      "folder of the run; empty: runs/ALGORITHM-SUITE-SEED", in: .run
    ).aliases("output_dir", "out")
    Field("seed", \.seed, .integer(0...), "key of all randomness", in: .run)
    Field(
      "threads", \.threads, .integer(0...1024),
      "threads, 0 for one per core; results don't depend on it", in: .run
    ).aliases("workers", "num_threads", "jobs")
    Field(
      "steps", \.steps, .integer(1...1_000_000), "steps of training, one batch each", in: .run
    ).aliases("max_steps", "iterations")
    Field(
      "token_budget", \.tokenBudget, .integer(0...),
      "end after the step in which this many completion tokens are reached; 0: steps decide",
      in: .run
    ).aliases("tokens", "total_tokens")
    samplingFields
    Field(
      "verifier", \.verifier, .text(placeholder: "NAME|FOLDER"),
      "verifier, or folder of a plugin, that judges; empty: the suite's own", in: .reward
    ).file(.verifier).aliases("reward_function", "custom_reward_function", "reward_model")
    evaluationFields
    savingFields
  }

  @FieldList<RunSettings> private static var samplingFields: [Field<RunSettings>] {
    Field(
      "max_completion_tokens", \.maxCompletionTokens, .integer(1...4096),
      "tokens a completion is cut off at", in: .sampling
    ).aliases("max_completion_length", "max_new_tokens", "max_tokens", "response_length")
    Field(
      "temperature", \.temperature, .number(.from(0.001, to: 100)),
      "what logits are divided by in sampling", in: .sampling)
    Field(
      "top_k", \.topK, .integer(0...), "sample from the k likeliest tokens only; 0: all",
      in: .sampling)
    Field(
      "top_p", \.topP, .number(.above(0, to: 1)),
      "sample from the likeliest tokens that hold this share", in: .sampling)
  }

  @FieldList<RunSettings> private static var evaluationFields: [Field<RunSettings>] {
    Field(
      "evaluation_split", \.evaluationSplit,
      "the problems that evaluations are of: validation to choose settings, test to report",
      in: .evaluation)
    Field(
      "evaluation_problems", \.evaluationProblems, .integer(1...1_000_000),
      "held-out problems, each solved greedily", in: .evaluation)
    Field(
      "evaluation_samples", \.evaluationSamples, .integer(0...4096),
      "completions also sampled for each, for pass@k", in: .evaluation)
    Field(
      "evaluation_every", \.evaluationEvery, .integer(0...1_000_000),
      "steps between evaluations; 0: only before and after", in: .evaluation
    ).aliases("eval_steps", "test_freq")
  }

  @FieldList<RunSettings> private static var savingFields: [Field<RunSettings>] {
    Field(
      "checkpoint_every", \.checkpointEvery, .integer(0...1_000_000),
      "steps between checkpoints; 0: only at the end", in: .saving
    ).aliases("save_steps", "save_freq")
    Field(
      "keep_checkpoints", \.keepCheckpoints, .integer(1...1_000_000), "newest checkpoints kept",
      in: .saving
    ).aliases("save_total_limit")
    Field(
      "tensorboard", \.tensorboard, .boolean,
      "write the metrics for TensorBoard too, into the run's folder tensorboard", in: .saving
    ).rank(1).aliases("report_to", "logger")
    Field(
      "tensorboard_names", \.tensorboardNames, "names of the metrics there: ours, or verl's",
      in: .saving
    ).rank(1).aliases("metric_names")
  }

  func check() throws(SettingsError) {
    if suite.isEmpty {
      throw SettingsError("suite is empty; name a suite (`hone suites` lists them)")
    }
    if !tensorboard && tensorboardNames != .hone {
      throw SettingsError(
        "tensorboard_names is only for tensorboard, which is off; turn it on or leave the names out")
    }
  }
}

/// The problems that a run is measured on.
package enum EvaluationSplit: String, Sendable, CaseIterable {
  /// What results are reported on.
  case test
  /// What settings are chosen on, so that the reported problems had no say in them.
  case validation
}

/// Under which names TensorBoard shows metrics.
package enum MetricNames: String, Sendable, CaseIterable {
  /// Those of `metrics.jsonl`.
  case hone
  /// verl's where verl has the metric, the others as in `metrics.jsonl`.
  case verl
}
