package import Kernels
package import LanguageModel
package import Parallel
internal import Synchronization

/// A model with its optimizer: policy, critic, reference, target, reward model.
///
/// A frozen one has no optimizer and is never updated.
package final class Network {
  /// The model; updates change its weights in place.
  package let model: Transformer
  /// The gradient and AdamW's state; nil for a frozen network.
  package let optimizer: Optimizer?

  private let pass: TrainingPass
  private let temperature: Float
  private let scratch = Scratch()

  /// A network that learns.
  ///
  /// - Parameters:
  ///   - longest: tokens of the longest sequence.
  ///   - temperature: what logits are divided by before they are probabilities.
  ///   - pieceTokens: how much of a batch a thread takes at a time.
  package init(
    _ model: Transformer, rule: AdamW, maximumGradientNorm: Double, temperature: Float,
    longest: Int? = nil, team: Team, pieceTokens: Int = 512
  ) {
    self.model = model
    self.temperature = temperature
    let layout = model.parameters.layout
    pass = TrainingPass(
      layout, longest: longest ?? model.configuration.contextLength, team: team,
      keepsActivations: true, pieceTokens: pieceTokens)
    optimizer = Optimizer(
      layout, rule: rule, maximumGradientNorm: maximumGradientNorm, team: team)
  }

  /// A frozen network; it works in the memory of another one of the same shape.
  package init(frozen model: Transformer, beside other: Network) {
    self.model = model
    optimizer = nil
    pass = other.pass
    temperature = other.temperature
  }

  /// Updates taken so far.
  package var updates: Int { optimizer?.updates ?? 0 }

  // MARK: Scoring

  /// Log-probabilities of a batch's tokens, (occurrences), in memory of their own.
  package func logProbabilities(of batch: Batch) -> FloatView {
    let buffer = FloatBuffer(count: 2 * batch.forest.scoredCount)
    let result = buffer.view(0, batch.forest.scoredCount)
    pass.score(
      model, batch.forest, temperature: temperature,
      into: PassOutputs(
        logProbabilities: result,
        entropies: buffer.view(result.count, result.count)))
    return result
  }

  /// Log-probabilities of a batch's tokens, and of the whole vocabulary before each, (occurrences, V).
  package func distributions(
    of batch: Batch
  ) -> (logProbabilities: FloatView, distributions: FloatView) {
    let count = batch.forest.scoredCount
    let distributions = FloatBuffer(count: count * model.configuration.vocabularySize).all
    let buffer = FloatBuffer(count: 2 * count)
    pass.score(
      model, batch.forest, temperature: temperature,
      into: PassOutputs(
        logProbabilities: buffer.view(0, count), entropies: buffer.view(count, count),
        distributions: distributions))
    return (buffer.view(0, count), distributions)
  }

  /// The values before a batch's tokens, (occurrences), of a network with a value head.
  package func values(of batch: Batch) -> FloatView {
    let values = FloatBuffer(count: batch.forest.scoredCount).all
    pass.score(
      model, batch.forest, temperature: temperature, into: PassOutputs(values: values))
    return values
  }

  // MARK: Learning

  /// Takes one update along an objective's gradient; none where no sequence takes part.
  ///
  /// - Throws: `NotFinite`; the weights are then those before it.
  package func update<O: Objective>(
    on batch: Batch, by objective: O, learningRate: Double
  ) throws(NotFinite) -> Tally<O.Sums> {
    guard let optimizer else { preconditionFailure("a frozen network learns nothing") }
    var tally = Tally<O.Sums>()
    if batch.isEmpty { return tally }
    let (outputs, gradients) = room(for: objective.reads, batch)
    let sums = Mutex([O.Sums](repeating: O.Sums(), count: batch.count / batch.unit))
    pass.gradient(
      model, batch.forest, temperature: temperature, outputs: outputs, slopes: gradients,
      unit: batch.unit, into: optimizer.gradients
    ) { sequences in
      for start in stride(from: sequences.lowerBound, to: sequences.upperBound, by: batch.unit) {
        let one = objective.write(
          ObjectiveUnit(
            batch: batch, sequences: start..<start + batch.unit, outputs: outputs,
            gradients: gradients))
        sums.withLock { $0[start / batch.unit] = one }
      }
    }
    // In the order of the units, so that the sum doesn't depend on the threads.
    sums.withLock { for one in $0 { tally.sums += one } }
    tally.updates = 1
    if let entropies = outputs.entropies { tally.entropySum = Self.sum(entropies) }
    if let divergences = outputs.divergences { tally.divergenceSum = Self.sum(divergences) }
    tally.noteDifference(
      batch.largestDifference(
        batch.occurrences(.old) ?? outputs.logProbabilities, batch.occurrences(.sampled)))
    tally.gradientNorm = optimizer.gradientNorm
    guard tally.sums.loss.isFinite && tally.gradientNorm.isFinite else {
      throw NotFinite(
        what: optimizer.gradients.firstNonFinite.map { "the gradient of \($0)" } ?? "the loss")
    }
    optimizer.update(
      model.parameters, gradientNorm: tally.gradientNorm, learningRate: learningRate)
    return tally
  }

  /// Room for what an objective reads and for its gradients.
  private func room(
    for reads: Reading, _ batch: Batch
  ) -> (outputs: PassOutputs, gradients: PassOutputs) {
    let count = batch.forest.scoredCount
    let V = model.configuration.vocabularySize
    var (outputs, gradients) = (PassOutputs(), PassOutputs())
    scratch.begin()
    if !reads.isDisjoint(with: [.logProbabilities, .entropies, .distributions]) {
      outputs.logProbabilities = scratch.view(count)
      outputs.entropies = scratch.view(count)
      if reads.contains(.logProbabilities) { gradients.logProbabilities = scratch.view(count) }
      if reads.contains(.entropies) { gradients.entropies = scratch.view(count) }
      if reads.contains(.distributions) {
        outputs.distributions = scratch.view(count * V)
        gradients.distributions = scratch.view(count * V)
      }
      if let references = batch.occurrences(.referenceDistributions) {
        outputs.references = references
        outputs.divergences = scratch.view(count)
      }
    }
    if reads.contains(.values) {
      outputs.values = scratch.view(count)
      gradients.values = scratch.view(count)
    }
    return (outputs, gradients)
  }

  private static func sum(_ values: FloatView) -> Double {
    values.withSpan { span in
      var sum = 0.0
      for i in span.indices { sum += Double(span[i]) }
      return sum
    }
  }
}

/// A loss or a gradient that is NaN or infinite.
package struct NotFinite: Error, Equatable {
  /// The first value of that kind, by name.
  package let what: String

  package init(what: String) { self.what = what }
}

/// Memory for the numbers of one pass, kept from update to update.
private final class Scratch {
  private var buffers: [FloatBuffer] = []
  private var next = 0

  /// Starts over: what was handed out may be handed out again.
  func begin() { next = 0 }

  /// Room for some floats; larger than asked for when it is made, since batches vary.
  func view(_ count: Int) -> FloatView {
    if next == buffers.count { buffers.append(FloatBuffer(count: count + count / 4)) }
    if buffers[next].count < count { buffers[next] = FloatBuffer(count: count + count / 4) }
    defer { next += 1 }
    return buffers[next].view(0, count)
  }
}
