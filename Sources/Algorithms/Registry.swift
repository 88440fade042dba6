package import Experience

extension AlgorithmRegistry {
  /// The algorithms there are, the default first: a new one is a line here and a file beside this one.
  package static let shared = AlgorithmRegistry([
    GRPO.self,
    PPO.self,
    A2C.self,
    REINFORCE.self,
    RLOO.self,
    RAFT.self,
    DPO.self,
    SupervisedFineTuning.self,
  ])
}
