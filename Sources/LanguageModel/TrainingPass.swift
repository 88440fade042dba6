package import Kernels
internal import Synchronization

/// Runs a model forward and backward over packed batches, in parallel pieces.
///
/// The pieces depend on the batch and `pieceTokens` alone. Each piece adds to the gradient of its
/// lane (piece mod lanes), in order; lanes are then added in order: any number of threads gives
/// the same bits.
package final class TrainingPass {
  private let layout: ParameterLayout
  private let threads: Int
  private let pieceTokens: Int
  private let longest: Int
  private let keepsActivations: Bool
  private var workspaces: [Workspace] = []
  private var lanes: [Parameters] = []
  private let laneCount: Int

  /// Makes the memory for sequences of up to `longest` tokens.
  ///
  /// `keepsActivations` is false for passes that only score, such as a reference policy's.
  package init(
    _ layout: ParameterLayout, longest: Int, threads: Int, keepsActivations: Bool,
    pieceTokens: Int = 512
  ) {
    self.layout = layout
    self.threads = threads
    self.pieceTokens = max(pieceTokens, longest)
    self.longest = longest
    self.keepsActivations = keepsActivations
    laneCount = Self.lanes(of: layout)
  }

  /// Workspaces for so many pieces at a time, at most one per thread and lane.
  ///
  /// Made when first needed: threads that never have a piece to work on cost no memory.
  private func spaces(for pieces: Int) -> Workers<Workspace> {
    while workspaces.count < min(pieces, threads, laneCount) {
      workspaces.append(
        Workspace(
          layout.configuration, tokens: pieceTokens, sequence: longest,
          keepsActivations: keepsActivations))
    }
    return Workers(workspaces)
  }

  /// Lanes of a model: each costs a gradient, so large models have few, small ones enough for many
  /// cores.
  static func lanes(of layout: ParameterLayout) -> Int {
    min(16, max(4, (128 << 20) / (4 * layout.count)))
  }

  /// Another policy to measure the exact KL divergence from.
  package struct Comparison: Sendable {
    /// The other policy's log-probabilities (scored tokens, V), as `score` writes them.
    let references: FloatView
    /// Where KL(policy || other) goes (scored tokens), in nats.
    let divergences: FloatView

    /// Puts both together.
    package init(references: FloatView, divergences: FloatView) {
      self.references = references
      self.divergences = divergences
    }

    func slice(_ start: Int, _ count: Int, vocabulary V: Int) -> Comparison {
      Comparison(
        references: references.slice(start * V, count * V),
        divergences: divergences.slice(start, count))
    }
  }

  /// Fills log-probabilities and entropies (scored tokens) of a batch, and where `distributions`
  /// (scored tokens, V) is given, the log-probabilities of the whole vocabulary.
  package func score(
    _ model: Transformer, _ batch: PackedBatch, temperature: Float, logProbabilities: FloatView,
    entropies: FloatView, distributions: FloatView? = nil
  ) {
    let V = layout.configuration.vocabularySize
    forEachPiece(of: batch) { ws, scored in
      model.score(
        ws, logProbabilities: logProbabilities.slice(scored), entropies: entropies.slice(scored),
        temperature: temperature,
        distributions: distributions?.slice(scored.lowerBound * V, scored.count * V))
    }
  }

  /// Fills the values (scored tokens) of a batch: what a critic expects before each token.
  package func score(_ model: Transformer, _ batch: PackedBatch, values: FloatView) {
    forEachPiece(of: batch) { ws, scored in model.value(ws, values.slice(scored)) }
  }

  /// Fills log-probabilities, entropies and slopes (scored tokens) and the gradient of a batch.
  ///
  /// `objective` is called once a piece with the range of sequences whose log-probabilities are
  /// ready; it fills their `slopes` with d loss / d log-probability, and their `entropySlopes`, where
  /// those are given, with d loss / d entropy. With a `comparison` its divergences are filled, too.
  /// With `critic` the model has a value head: its values are ready as well, and `objective` fills
  /// d loss / d value.
  package func gradient(
    _ model: Transformer, _ batch: PackedBatch, temperature: Float, logProbabilities: FloatView,
    entropies: FloatView, slopes: FloatView, entropySlopes: FloatView? = nil,
    comparison: Comparison? = nil, critic: (values: FloatView, slopes: FloatView)? = nil,
    into gradients: Parameters, objective: @Sendable (_ sequences: Range<Int>) -> Void
  ) {
    precondition(logProbabilities.count >= batch.scoredCount)
    let V = layout.configuration.vocabularySize
    let bonus = entropySlopes.map { EntropySlopes(slopes: $0, entropies: entropies) }
    accumulate(batch, into: gradients) { ws, sum, sequences, scored in
      model.score(
        ws, logProbabilities: logProbabilities.slice(scored), entropies: entropies.slice(scored),
        values: critic?.values.slice(scored), temperature: temperature,
        comparison: comparison?.slice(scored.lowerBound, scored.count, vocabulary: V))
      objective(sequences)
      model.backward(
        ws, slopes: slopes.slice(scored), bonus: bonus?.slice(scored.lowerBound, scored.count),
        valueSlopes: critic?.slopes.slice(scored), temperature: temperature, into: sum)
    }
  }

  /// Fills values and slopes (scored tokens) and the gradient of a batch: a critic's pass.
  ///
  /// `objective` is called as in the other form, when the values are ready; it fills `slopes` with
  /// d loss / d value.
  package func gradient(
    _ model: Transformer, _ batch: PackedBatch, values: FloatView, slopes: FloatView,
    into gradients: Parameters, objective: @Sendable (_ sequences: Range<Int>) -> Void
  ) {
    precondition(values.count >= batch.scoredCount)
    accumulate(batch, into: gradients) { ws, sum, sequences, scored in
      model.value(ws, values.slice(scored))
      objective(sequences)
      model.valueBackward(ws, slopes: slopes.slice(scored), into: sum)
    }
  }

  /// Calls `body` for each piece with its sequences in a workspace and the range of their scored
  /// tokens.
  private func forEachPiece(
    of batch: PackedBatch, _ body: @Sendable (_ ws: Workspace, _ scored: Range<Int>) -> Void
  ) {
    let pieces = batch.pieces(of: pieceTokens)
    let spaces = self.spaces(for: pieces.count)
    Parallel.forEach(pieces: pieces.count, threads: min(threads, laneCount)) { worker, index in
      let ws = spaces[worker]
      body(ws, Self.load(ws, batch, pieces[index]))
    }
  }

  /// Sums what `body` adds to `sum` over the pieces, lane by lane; it gets a piece's sequences, in a
  /// workspace, and the range of their scored tokens.
  private func accumulate(
    _ batch: PackedBatch, into gradients: Parameters,
    _ body:
      @Sendable (
        _ ws: Workspace, _ sum: Parameters, _ sequences: Range<Int>, _ scored: Range<Int>
      ) -> Void
  ) {
    precondition(gradients.layout == layout, "a gradient of the pass's own shape")
    let pieces = batch.pieces(of: pieceTokens)
    let used = min(laneCount, pieces.count)
    while lanes.count < used { lanes.append(Parameters(layout)) }
    let (spaces, lanes) = (self.spaces(for: used), lanes)
    Parallel.forEach(pieces: used, threads: threads) { worker, lane in
      let (ws, sum) = (spaces[worker], lanes[lane])
      sum.values.all.fill(0)
      for index in stride(from: lane, to: pieces.count, by: used) {
        body(ws, sum, pieces[index], Self.load(ws, batch, pieces[index]))
      }
    }
    if used == 0 {
      gradients.values.all.fill(0)
    } else {
      Reductions.sum(
        gradients.values.all, of: lanes.prefix(used).map(\.values), threads: threads)
    }
  }

  /// Puts the sequences of a piece into a workspace; returns the range of their scored tokens.
  private static func load(_ ws: Workspace, _ batch: PackedBatch, _ piece: Range<Int>)
    -> Range<Int>
  {
    ws.reset()
    for sequence in piece {
      let start = batch.starts[sequence]
      ws.append(
        batch.tokens, start..<start + batch.inputCount(sequence),
        scoredFrom: batch.promptLengths[sequence] - 1, targets: true)
    }
    return batch.scoredStarts[piece.lowerBound]..<batch.scoredStarts[piece.upperBound]
  }
}

/// One item per worker of a parallel loop, which uses it alone.
struct Workers<Item>: @unchecked Sendable {
  private let items: [Item]

  init(_ items: [Item]) { self.items = items }

  subscript(worker: Int) -> Item { items[worker] }
}
