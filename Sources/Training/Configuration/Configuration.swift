package import Learning

/// Everything that a run depends on: one flat list of values, each with a default.
///
/// A value written here is the default of `grpo`; where another algorithm has its own, the field's
/// row in `ConfigurationTable.swift` says so. That table also makes the flags, the keys of the
/// configuration file, the help and the resolved `config.json` out of these properties, so a field
/// is added by a property here and a row there.
package struct Configuration: Sendable, Equatable {
  // MARK: Run

  /// How the policy is trained.
  package var algorithm = Algorithm.grpo
  /// Name of a shipped suite, or a suite file.
  package var suite = "arithmetic"
  /// Problem file whose prompts are never trained on, for example a benchmark to be measured on later;
  /// empty for none.
  package var holdout = ""
  /// Shipped name, archive, Hugging Face folder, or size to start from; empty is the suite's own
  /// shipped base.
  package var model = ""
  /// Folder the run is written to; empty is `runs/ALGORITHM-SUITE-SEED`, see `runFolder`.
  package var run = ""
  /// Key of all randomness: problems, samples, first weights.
  package var seed = 0
  /// Threads to work on, 0 for one per core; the results don't depend on it.
  package var threads = 0
  /// Steps of training; one step samples (or reads) one batch.
  package var steps = 100
  /// Completion tokens after which a run ends, even before its last step: those it sampled, for `sft`
  /// those of demonstrations; 0 for no such end.
  package var tokenBudget = 0

  // MARK: Sampling

  /// Problems per step; for `sft` the demonstrations per step.
  package var problems = 64
  /// G of GRPO: completions sampled for each problem.
  package var groupSize = 16
  /// Rounds of sampling at most in which flat groups are replaced by groups of other problems (dynamic
  /// sampling, DAPO, arXiv 2503.14476, section 3.2); 1 for none.
  package var samplingRounds = 1
  /// Tokens a completion is cut off at.
  package var maxCompletionTokens = 64
  /// What the logits are divided by in sampling; 1 samples the policy as it is.
  package var temperature = 1.0
  /// Only this many likeliest tokens are sampled from; 0 for all.
  package var topK = 0
  /// Only the likeliest tokens that hold this share of the probability are sampled from.
  package var topP = 1.0

  // MARK: Reward and advantage

  /// Name of a verifier, or folder of a plugin, that judges instead of the suite's own; empty for that.
  package var verifier = ""
  /// Name of a verifier, or folder of a plugin, that judges the same completions without being trained
  /// on, so that a reward which is only hacked shows; empty for none.
  package var shadowVerifier = ""
  /// Where rewards come from: the verifier, or a coin (the null arm).
  package var rewards = RewardSource.verifier
  /// Share of verifier failures among a step's completions above which the run stops.
  package var verifierFailureLimit = 0.1
  /// What a group's centred rewards are divided by: the group's standard deviation (DeepSeekMath, arXiv
  /// 2402.03300, section 4.1.2), the batch's, or nothing (Dr. GRPO, arXiv 2503.20783, section 3.1).
  package var advantageScale = AdvantageScale.group
  /// Added to that standard deviation.
  package var advantageEpsilon = 1e-4
  /// How much of the baseline, a moving average of mean rewards, is kept at each step (Williams,
  /// Machine Learning 8, 1992, section 6.2).
  package var baselineDecay = 0.9
  /// Lowest reward of a completion that is learned from (RAFT, arXiv 2304.06767, section 3).
  package var acceptanceReward = 1.0
  /// Accepted completions of a problem that are learned from at most, the best first; 0 for all. RAFT's
  /// algorithm 1 keeps 1.
  package var acceptedPerGroup = 0
  /// Largest punishment of a completion that comes near the length limit, taken off its reward (soft
  /// overlong punishment, DAPO, arXiv 2503.14476, section 3.4); 0 for none.
  package var overlongPenalty = 0.0
  /// Share of the length limit over which that punishment grows from nothing: L_cache over L_max there.
  package var overlongMargin = 0.2
  /// Whether completions cut off at the length limit are left out of the loss (overlong filtering, DAPO,
  /// arXiv 2503.14476, section 3.4).
  package var maskTruncated = false

  // MARK: Objective

  /// Settings that a paper's variant of GRPO stands for; what is set besides is stronger.
  package var variant = Variant.none
  /// How token losses become one number: `token_mean` (DAPO, arXiv 2503.14476, equation 8),
  /// `sequence_mean` (GRPO, arXiv 2402.03300, equation 3), `sequence_sum` (REINFORCE, RLOO, arXiv
  /// 2402.14740) or `constant_length` (Dr. GRPO, arXiv 2503.20783, section 3.2).
  package var lossNormalization = LossNormalization.tokenMean
  /// What becomes of the probability ratio: a clip (PPO, arXiv 1707.06347) or a weight with a cap (CISPO,
  /// arXiv 2506.13585).
  package var surrogate = Surrogate.clip
  /// What a probability ratio belongs to: a token (GRPO), a completion as the mean over its tokens (GSPO,
  /// arXiv 2507.18071) or a completion as one action (RLOO, arXiv 2402.14740).
  package var ratioLevel = RatioLevel.token
  /// How far below 1 the probability ratio counts (epsilon of PPO, arXiv 1707.06347, equation 7).
  package var clipLow = 0.2
  /// How far above 1 the probability ratio counts; above `clipLow` it is the clip-higher of DAPO (arXiv
  /// 2503.14476, section 3.1).
  package var clipHigh = 0.2
  /// What the ratio counts at most where the advantage is negative (two-sided clip, dual-clip PPO, arXiv
  /// 1912.09729; delta in TRL); 0 for no bound.
  package var ratioCap = 0.0
  /// Largest weight of a token with `surrogate` `cispo` (epsilon_max of ScaleRL, arXiv 2510.13786).
  package var weightCap = 5.0
  /// Passes over each batch: mu of GRPO (arXiv 2402.03300, algorithm 1).
  package var epochs = 1
  /// Optimizer updates per pass, each on its share of the batch.
  package var minibatches = 1
  /// Weight of the KL divergence from the first policy: beta of GRPO (arXiv 2402.03300, equation 3).
  package var klWeight = 0.0
  /// Estimate of the KL divergence that is weighted (Schulman, "Approximating KL divergence", 2020).
  package var klEstimator = KLEstimator.k3
  /// Whether the KL divergence is taken off the reward (arXiv 1909.08593, equation 2) instead of being
  /// part of the loss.
  package var klInReward = false
  /// Whether the KL divergence from the first policy is measured where nothing else needs it.
  package var logKl = false
  /// Weight of the policy's mean entropy, which the loss is lowered by (A3C, arXiv 1602.01783, section 4;
  /// PPO, arXiv 1707.06347, equation 9).
  package var entropyWeight = 0.0

  // MARK: Critic

  /// Discount of what is still to come, for each token (arXiv 1506.02438, section 2).
  package var gamma = 1.0
  /// How far an advantage looks ahead: 0 for one token, 1 for the whole completion (generalized advantage
  /// estimation, arXiv 1506.02438, equation 16).
  package var gaeLambda = 0.95
  /// Whether the advantages of a step's tokens are brought to mean 0 and variance 1.
  package var whitenAdvantages = true
  /// How far a value may move from the one that the advantages were made with before it has no slope, as in
  /// the code of PPO (OpenAI baselines); 0 for no bound.
  package var valueClip = 0.2
  /// Highest learning rate of the critic.
  package var criticLearningRate = 1e-3
  /// First steps in which the critic alone learns (value pretraining, VC-PPO, arXiv 2503.01491).
  package var criticWarmupSteps = 2
  /// Whether the critic is a second head on the policy instead of a transformer of its own.
  package var sharedTrunk = false
  /// Weight of the critic's loss beside the policy's where they share a trunk: c_1 of PPO (arXiv
  /// 1707.06347, equation 9).
  package var valueWeight = 0.1

  // MARK: Optimizer

  /// Highest learning rate of AdamW (arXiv 1711.05101).
  package var learningRate = 1e-4
  /// Steps over which the learning rate rises from 0 along a straight line.
  package var warmupSteps = 0
  /// How the learning rate goes on after its warm-up.
  package var schedule = LearningRateShape.constant
  /// Share of the highest learning rate that `linear` and `cosine` end at.
  package var finalLearningRateFraction = 0.1
  /// Decay of AdamW's mean of gradients.
  package var adamBeta1 = 0.9
  /// Decay of AdamW's mean of squared gradients.
  package var adamBeta2 = 0.95
  /// Added to the root of AdamW's mean of squared gradients.
  package var adamEpsilon = 1e-8
  /// Decoupled weight decay of AdamW, times the learning rate.
  package var weightDecay = 0.0
  /// Norm that larger gradients are scaled down to; 0 for no limit.
  package var maxGradientNorm = 1.0

  // MARK: Demonstrations

  /// Share of the demonstrations whose reasoning is left out, so that only the answer is learned: a
  /// policy that thinks only sometimes, which reinforcement learning then teaches to think ("How
  /// reinforcement learning after next-token prediction facilitates learning", arXiv 2510.11495).
  package var answerOnlyShare = 0.0

  // MARK: First weights

  /// Longest prompt and completion together, in tokens, of a model made from a size.
  package var contextLength = 160
  /// Key-value heads of a model made from a size; 0 for one per head (grouped-query attention, arXiv
  /// 2305.13245).
  package var keyValueHeads = 0
  /// Whether a model made from a size has one matrix for embedding and output.
  package var tiedEmbeddings = true

  // MARK: Evaluation

  /// The problems that evaluations are of; no run trains on either.
  package var evaluationSplit = EvaluationSplit.test
  /// Held-out problems that each evaluation solves greedily.
  package var evaluationProblems = 1000
  /// Completions sampled for each of them besides, for pass@k; 0 for none.
  package var evaluationSamples = 0
  /// Steps between evaluations; 0 for only before and after.
  package var evaluationEvery = 0

  // MARK: Saving

  /// Steps between checkpoints; 0 for only at the end.
  package var checkpointEvery = 20
  /// Newest checkpoints kept.
  package var keepCheckpoints = 2
  /// Completions of each step written to `completions.jsonl`; 0 for all.
  package var logCompletions = 16
  /// Whether the metrics are written for TensorBoard too, into the run's folder `tensorboard`.
  package var tensorboard = false
  /// Under which names TensorBoard shows them.
  package var tensorboardNames = MetricNames.hone

  /// Makes the defaults of an algorithm.
  package init(algorithm: Algorithm = .grpo) {
    self.algorithm = algorithm
    for field in Self.fields {
      if let value = field.ownDefaults[algorithm] { field.set(&self, value) }
    }
  }

  /// The folder of the run: `run`, or where that is empty one named after algorithm, suite and seed.
  package var runFolder: String {
    run.isEmpty ? "runs/\(algorithm.rawValue)-\(suiteLabel)-\(seed)" : run
  }

  /// The suite in a folder's name: a file without its path and ending.
  package var suiteLabel: String {
    let file = suite.split(separator: "/").last ?? "suite"
    let name = file.split(separator: ".", omittingEmptySubsequences: false).first ?? ""
    return String(name.isEmpty ? file : name)
  }
}
