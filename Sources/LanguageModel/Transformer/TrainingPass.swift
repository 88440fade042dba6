internal import Kernels
package import Parallel

/// Runs a model forward and backward over batches of sequences, in parallel pieces.
///
/// The pieces depend on the batch and `pieceTokens` alone. Each piece adds to the gradient of its
/// lane (piece mod lanes), in order; lanes are then added in order: any number of threads gives
/// the same bits. Each sequence is computed on its own, shared prefixes again for each.
package final class TrainingPass {
  private let layout: ParameterLayout
  private let team: Team
  private let pieceTokens: Int
  private let longest: Int
  private let keepsActivations: Bool
  private var workspaces: [Workspace] = []
  private var lanes: [Parameters] = []
  private let laneCount: Int

  /// For sequences of up to `longest` tokens.
  ///
  /// `keepsActivations` is false for passes that only score, such as a reference policy's.
  package init(
    _ layout: ParameterLayout, longest: Int, team: Team, keepsActivations: Bool,
    pieceTokens: Int = 512
  ) {
    self.layout = layout
    self.team = team
    self.pieceTokens = max(pieceTokens, longest)
    self.longest = longest
    self.keepsActivations = keepsActivations
    laneCount = Self.lanes(of: layout)
  }

  /// Lanes of a model: each costs a gradient, so large models have few, small ones enough for many
  /// cores.
  static func lanes(of layout: ParameterLayout) -> Int {
    min(16, max(4, (128 << 20) / (4 * layout.count)))
  }

  /// Fills the wanted numbers of a batch.
  ///
  /// Values alone are the value head's, without logits. Any model of the layout's configuration will
  /// do.
  package func score(
    _ model: Transformer, _ batch: TokenForest, temperature: Float, into outputs: PassOutputs
  ) {
    let V = layout.configuration.vocabularySize
    outputs.check(scored: batch.scoredCount, vocabulary: V)
    let pieces = batch.pieces(of: pieceTokens)
    let spaces = self.spaces(for: pieces, of: batch)
    team.limited(to: laneCount).forEach(pieces: pieces.count) { worker, index in
      let ws = spaces[worker]
      Self.load(ws, batch, pieces[index])
      model.score(
        ws, temperature: temperature,
        into: outputs.slice(batch.scored(pieces[index]), vocabulary: V))
    }
  }

  /// Fills the wanted outputs, the loss's gradients by them and its gradient by the parameters.
  ///
  /// `objective` is called once a piece with the range of sequences whose outputs are ready; it
  /// fills d loss / d output for each of `slopes` that is there: log-probabilities, entropies, values
  /// and distributions. With gradients by values alone the heads' gradient is the value head's. `unit`
  /// consecutive sequences are always in one piece.
  package func gradient(
    _ model: Transformer, _ batch: TokenForest, temperature: Float, outputs: PassOutputs,
    slopes: PassOutputs, unit: Int = 1, into gradients: Parameters,
    objective: @Sendable (_ sequences: Range<Int>) -> Void
  ) {
    let V = layout.configuration.vocabularySize
    outputs.check(scored: batch.scoredCount, vocabulary: V)
    slopes.check(scored: batch.scoredCount, vocabulary: V)
    slopes.check(slopesOf: outputs)
    precondition(gradients.layout == layout, "a gradient of the pass's own shape")
    let pieces = batch.pieces(of: pieceTokens, unit: unit)
    let used = min(laneCount, pieces.count)
    while lanes.count < used { lanes.append(Parameters(layout)) }
    let (spaces, lanes) = (self.spaces(for: pieces, of: batch), lanes)
    let mine = team.mine(used)
    team.forEach(pieces: mine.count) { worker, place in
      let (ws, lane) = (spaces[worker], mine.lowerBound + place)
      let sum = lanes[lane]
      sum.values.all.fill(0)
      for index in stride(from: lane, to: pieces.count, by: used) {
        let scored = batch.scored(pieces[index])
        let (out, slope) = (
          outputs.slice(scored, vocabulary: V), slopes.slice(scored, vocabulary: V)
        )
        Self.load(ws, batch, pieces[index])
        model.score(ws, temperature: temperature, into: out)
        objective(pieces[index])
        model.backward(ws, out, slopes: slope, temperature: temperature, into: sum)
      }
    }
    if used == 0 {
      gradients.values.all.fill(0)
    } else {
      Reductions.sum(gradients.values.all, of: lanes.prefix(used).map(\.values), team: team)
    }
  }

  /// Workspaces for the pieces that are worked on at a time, at most one per thread and lane.
  ///
  /// Made when first needed: threads that never have a piece to work on cost no memory. A unit that
  /// is larger than a piece should be makes them larger.
  private func spaces(for pieces: [Range<Int>], of batch: TokenForest) -> Workers<Workspace> {
    let tokens = pieces.reduce(pieceTokens) { max($0, batch.inputCount(of: $1)) }
    if let space = workspaces.first, space.tokenCapacity < tokens { workspaces = [] }
    while workspaces.count < min(pieces.count, team.threads, laneCount) {
      workspaces.append(
        Workspace(
          layout.configuration, tokens: tokens, sequence: longest,
          keepsActivations: keepsActivations))
    }
    return Workers(workspaces)
  }

  private static func load(_ ws: Workspace, _ batch: TokenForest, _ piece: Range<Int>) {
    ws.reset()
    for sequence in piece { ws.append(batch, sequence) }
  }
}
