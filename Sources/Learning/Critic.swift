package import Kernels
package import LanguageModel

/// The critic: V(s), the return that is expected from each token on.
///
/// The state before a token is the text up to it, and V comes from the same row as the token's
/// logits. A critic of its own is a transformer of the policy's shape that starts as a copy of it; with
/// a shared trunk it is a second head of the policy itself. Either way the head starts at 0.
package enum Critic {
  /// A network of its own.
  case separate(Network)
  /// A head on the policy's trunk.
  case shared(Network)

  /// The model of a critic that starts from a policy: its trunk with a value head alone.
  package static func model(from policy: Transformer) -> Transformer {
    copy(of: policy, heads: .value)
  }

  /// The model of a policy that shares its trunk with a critic.
  package static func sharedModel(from policy: Transformer) -> Transformer {
    copy(of: policy, heads: [.logits, .value])
  }

  private static func copy(of policy: Transformer, heads: OutputHeads) -> Transformer {
    Transformer(
      Parameters(ParameterLayout(policy.configuration, heads: heads), from: policy.parameters))
  }

  /// The network that has the value head.
  package var network: Network {
    switch self {
    case .separate(let network), .shared(let network): network
    }
  }

  /// V before each token of a batch, (occurrences).
  package func values(of batch: Batch) -> FloatView { network.values(of: batch) }

  /// Saves or restores what the policy's own state doesn't hold.
  package func state(_ snapshot: any Snapshot) throws {
    switch self {
    case .separate(let network): try network.state(snapshot, as: "critic")
    case .shared(let network):
      let parameters = network.model.parameters
      try snapshot.tensors("critic.", parameters, parameters.layout.valueHeadEntries)
    }
  }
}
