package import TaskSuites

extension Configuration {
  /// How the policy is trained.
  package enum Algorithm: String, Sendable, CaseIterable {
    /// Group-relative policy optimization (DeepSeekMath, arXiv 2402.03300), with its variants.
    case grpo
    /// Proximal policy optimization with a critic (arXiv 1707.06347).
    case ppo
    /// Advantage actor-critic (A3C, arXiv 1602.01783, with one actor).
    case a2c
    /// REINFORCE with a moving-average baseline (Williams, Machine Learning 8, 1992).
    case reinforce
    /// REINFORCE with a leave-one-out baseline (arXiv 2402.14740).
    case rloo
    /// Rejection-sampling fine-tuning (RAFT, arXiv 2304.06767).
    case raft
    /// Supervised fine-tuning on the suite's demonstrations.
    case sft

    /// Whether a critic learns beside the policy.
    package var hasCritic: Bool { self == .ppo || self == .a2c }
  }

  /// What becomes of the ratio in the policy's loss.
  package enum Surrogate: String, Sendable, CaseIterable {
    /// It is clipped, and beyond the clip a token has no slope (PPO, arXiv 1707.06347).
    case clip
    /// It is a weight with a cap, and every token keeps a slope (CISPO, arXiv 2506.13585).
    case cispo
  }

  /// The problems that a run is measured on.
  package enum EvaluationSplit: String, Sendable, CaseIterable {
    /// What results are reported on.
    case test
    /// What settings are chosen on, so that the reported problems had no say in them.
    case validation

    /// The split of the suite.
    package var split: Split { self == .test ? .test : .validation }
  }

  /// Where the rewards of the completions come from.
  package enum RewardSource: String, Sendable, CaseIterable {
    /// The suite's verifier.
    case verifier
    /// A fair coin for each completion: the null arm, from which nothing about the task can be learned.
    case random
  }

  /// Under which names TensorBoard shows the metrics.
  package enum MetricNames: String, Sendable, CaseIterable {
    /// Those of `metrics.jsonl`.
    case hone
    /// verl's where verl has the metric, the others as in `metrics.jsonl`.
    case verl
  }
}
