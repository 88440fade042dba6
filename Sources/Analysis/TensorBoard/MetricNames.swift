internal import Settings
internal import Statistics

extension MetricNames {
  /// The name of a metric.
  package func tag(of metric: String) -> String {
    switch self {
    case .hone: metric
    case .verl: Self.verlNames[metric] ?? metric
    }
  }

  /// What verl calls our metrics (`verl/trainer/ppo/metric_utils.py`, `verl/workers/actor` and
  /// `critic`, version 0.5); docs/metrics.md says where the meanings differ.
  package static let verlNames = [
    "reward": "critic/score/mean",
    "loss": "actor/pg_loss",
    "grad_norm": "actor/grad_norm",
    "learning_rate": "actor/lr",
    "entropy": "actor/entropy",
    "kl/k3": "actor/kl_loss",
    "clip_ratio/region_mean": "actor/pg_clipfrac",
    "clip_ratio/capped_mean": "actor/pg_clipfrac_lower",
    "sampling/rounds": "train/num_gen_batches",
    "vf_loss": "critic/vf_loss",
    "clip_ratio/value_mean": "critic/vf_clipfrac",
    "value/mean": "critic/values/mean",
    "value/return_mean": "critic/returns/mean",
    "value/explained_variance": "critic/vf_explained_var",
    "value/grad_norm": "critic/grad_norm",
    "value/learning_rate": "critic/lr",
    "completions/mean_length": "response_length/mean",
    "completions/min_length": "response_length/min",
    "completions/max_length": "response_length/max",
    "completions/clipped_ratio": "response_length/clip_ratio",
    "time/rollout": "timing_s/gen",
    "time/verify": "timing_s/reward",
    "time/update": "timing_s/update_actor",
    "step_time": "timing_s/step",
    "tokens_per_second": "perf/throughput",
  ]
}
