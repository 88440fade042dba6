internal import Kernels
package import Parallel

/// How much memory a run's buffers take, counted from their shapes.
package enum MemoryEstimate {
  /// Bytes of weights, optimizer state, gradients, workspaces, caches and a step's completions.
  ///
  /// `stepTokens` are those that a step samples at most; 0 where it samples none.
  /// `comparedTokens` are those at most whose distributions a reference policy keeps; nil without one.
  /// `hasCritic` is for a critic with a trunk of its own.
  package static func bytes(
    _ layout: ParameterLayout, team: Team, stepTokens: Int, comparedTokens: Int?, hasCritic: Bool
  ) -> Int {
    let c = layout.configuration
    let (C, F, L, T) = (c.hiddenSize, c.feedForwardSize, c.layers, 512)
    let shape = c.attention
    // Weights, gradient, two moments and the lanes' gradients of each trained model; the reference.
    let lanes = TrainingPass.lanes(of: layout)
    let trained = hasCritic ? 2 : 1
    let sets = trained * (4 + lanes) + (comparedTokens == nil ? 0 : 1)
    let row =
      4 * C + shape.rowWidth + shape.queryWidth + 3 * F
      + c.heads * SequenceAttention.probabilityStride(length: c.contextLength)
    let training = T * (L * row + 6 * C + c.vocabularySize + shape.rowWidth + F)
    let caches =
      stepTokens > 0 ? (2 * Generator.slots + 32) * c.contextLength * 2 * shape.keyWidth * L : 0
    // A minibatch has a copy of its part.
    let compared = 2 * (comparedTokens ?? 0) * c.vocabularySize
    let spaces = trained * min(team.threads, lanes) * training + team.threads * caches
    // A sampled token lies in rollout, text, forest and gradients: about 75 bytes were measured.
    return 4 * (sets * layout.count + spaces + compared) + 75 * stepTokens
  }
}
