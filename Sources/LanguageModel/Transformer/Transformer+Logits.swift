internal import Kernels

extension Transformer {
  /// The logits (tokens, V) after each token of one sequence, positions from 0.
  ///
  /// Makes its own memory: for looking at a model and checking it against others, not for training.
  package func logits(of tokens: [Int32]) -> [Float] {
    precondition(!tokens.isEmpty && tokens.count <= configuration.contextLength)
    let workspace = Workspace(
      configuration, tokens: tokens.count, sequence: tokens.count, keepsActivations: false)
    workspace.append(tokens, scoredFrom: 0)
    packedTrunk(workspace)
    features(workspace)
    logits(workspace)
    return workspace.logits.slice(0, tokens.count * configuration.vocabularySize).array
  }
}
