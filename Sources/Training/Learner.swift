package import Kernels
package import LanguageModel
internal import Synchronization

/// Turns advantages into an optimizer update: forward, slopes, backward, clipping, AdamW.
///
/// Every algorithm's last half. It holds the gradient, AdamW's moments and the per-token buffers,
/// all made once.
package final class Learner {
  /// The mean and the mean square of the gradients, and the number of updates: AdamW's state.
  package let mean: Parameters
  /// The mean of squared gradients.
  package let square: Parameters
  /// Updates taken so far.
  package var updates = 0
  /// The gradient of the last update, before clipping.
  package let gradients: Parameters

  private let pass: TrainingPass
  private let optimizer: AdamW
  private let maximumGradientNorm: Double
  private let temperature: Float
  private let threads: Int
  private var tokens = FloatBuffer(count: 0)  // (5, scored tokens): log-probabilities …
  private var capacity = 0

  /// The sequences of one update with what the loss needs of each.
  package struct Minibatch: Sendable {
    /// The sequences.
    package let batch: PackedBatch
    /// One per sequence.
    package let advantages: [Double]
    /// log π_old of the scored tokens; nil on the first update of a batch, where π_old = π_θ.
    package let oldLogProbabilities: FloatView?
    /// log π_ref of the scored tokens; nil without a reference.
    package let referenceLogProbabilities: FloatView?
    /// log π_ref of the whole vocabulary (scored tokens, V), to measure the exact divergence.
    package let referenceDistributions: FloatView?

    /// Makes a minibatch.
    package init(
      _ batch: PackedBatch, advantages: [Double], old: FloatView? = nil,
      reference: FloatView? = nil, referenceDistributions: FloatView? = nil
    ) {
      precondition(advantages.count == batch.count, "one advantage per sequence")
      self.batch = batch
      self.advantages = advantages
      oldLogProbabilities = old
      referenceLogProbabilities = reference
      self.referenceDistributions = referenceDistributions
    }
  }

  /// What one update did.
  package struct Report: Sendable {
    /// Loss, clip counts and KL estimates.
    package var sums = LossSums()
    /// The gradient's norm before clipping.
    package var gradientNorm = 0.0
    /// Sum over scored tokens of the policy's entropy, nats.
    package var entropySum = 0.0
    /// Sum over scored tokens of the exact KL(π_θ ‖ π_ref), nats; nil where it wasn't measured.
    package var divergenceSum: Double?
    /// log π_θ of the scored tokens before the update; valid until the next one.
    package var logProbabilities: FloatView
    /// The first value that was not finite, by name; nothing was updated then.
    package var nonFinite: String?
  }

  /// Makes the memory for sequences of up to `longest` tokens.
  ///
  /// `pieceTokens` is how much of a batch a thread takes at a time.
  package init(
    _ layout: ParameterLayout, longest: Int, threads: Int, optimizer: AdamW,
    maximumGradientNorm: Double, temperature: Float, pieceTokens: Int = 512
  ) {
    pass = TrainingPass(
      layout, longest: longest, threads: threads, keepsActivations: true, pieceTokens: pieceTokens)
    gradients = Parameters(layout)
    mean = Parameters(layout)
    square = Parameters(layout)
    self.optimizer = optimizer
    self.maximumGradientNorm = maximumGradientNorm
    self.temperature = temperature
    self.threads = threads
  }

  /// Log-probabilities of a batch's scored tokens under a model, in memory of their own.
  ///
  /// `distributions` (scored tokens, V) is filled, where it is given, with those of all tokens.
  package func score(
    _ model: Transformer, _ batch: PackedBatch, distributions: FloatView? = nil
  ) -> FloatView {
    let buffer = FloatBuffer(count: 2 * batch.scoredCount)
    let logProbabilities = buffer.view(0, batch.scoredCount)
    pass.score(
      model, batch, temperature: temperature, logProbabilities: logProbabilities,
      entropies: buffer.view(batch.scoredCount, batch.scoredCount), distributions: distributions)
    return logProbabilities
  }

  /// Takes one update; the weights stay as they were if loss or gradient is not finite.
  package func update(
    _ model: Transformer, _ minibatch: Minibatch, loss: PolicyLoss, divisor: LossDivisor,
    learningRate: Double
  ) -> Report {
    let batch = minibatch.batch
    let count = batch.scoredCount
    reserve(count)
    let logProbabilities = tokens.view(0, count)
    let entropies = tokens.view(capacity, count)
    let slopes = tokens.view(2 * capacity, count)
    let entropySlopes = loss.entropyWeight > 0 ? tokens.view(3 * capacity, count) : nil
    let divergences = tokens.view(4 * capacity, count)
    let comparison = minibatch.referenceDistributions.map {
      TrainingPass.Comparison(references: $0, divergences: divergences)
    }
    let sums = Mutex([LossSums](repeating: LossSums(), count: batch.count))
    pass.gradient(
      model, batch, temperature: temperature, logProbabilities: logProbabilities,
      entropies: entropies, slopes: slopes, entropySlopes: entropySlopes, comparison: comparison,
      into: gradients
    ) { sequences in
      for sequence in sequences {
        let scored = batch.scored(sequence)
        let weight = divisor.weight(completionTokens: scored.count)
        var one = Self.writeSlopes(
          minibatch, sequence, loss: loss, weight: weight,
          new: logProbabilities.slice(scored.lowerBound, scored.count),
          slopes: slopes.slice(scored.lowerBound, scored.count))
        if let entropySlopes {
          let term = entropies.slice(scored.lowerBound, scored.count).withSpan {
            loss.entropyTerm(entropies: $0, weight: weight)
          }
          one.entropyLoss = term.loss
          entropySlopes.slice(scored.lowerBound, scored.count).fill(Float(term.slope))
        }
        sums.withLock { $0[sequence] = one }
      }
    }
    var report = Report(logProbabilities: logProbabilities)
    // In the order of the sequences, so that the sum doesn't depend on the threads.
    sums.withLock { for one in $0 { report.sums += one } }
    report.entropySum = Self.sum(entropies)
    if comparison != nil { report.divergenceSum = Self.sum(divergences) }
    report.gradientNorm = Reductions.sumOfSquares(gradients.values.all, threads: threads)
      .squareRoot()
    guard report.sums.loss.isFinite && report.gradientNorm.isFinite else {
      report.nonFinite =
        gradients.firstNonFinite.map { "the gradient of \($0)" } ?? "the loss"
      return report
    }
    // torch's clip_grad_norm_ adds the same 1e-6.
    let scale = min(1, maximumGradientNorm / (report.gradientNorm + 1e-6))
    updates += 1
    optimizer.update(
      model.parameters.values.all, gradient: gradients.values.all, mean: mean.values.all,
      square: square.values.all, step: updates, learningRate: learningRate,
      gradientScale: Float(scale), threads: threads)
    return report
  }

  private func reserve(_ count: Int) {
    guard count > capacity else { return }
    capacity = count + count / 4
    tokens = FloatBuffer(count: 5 * capacity)
  }

  private static func sum(_ values: FloatView) -> Double {
    values.withSpan { span in
      var sum = 0.0
      for i in span.indices { sum += Double(span[i]) }
      return sum
    }
  }

  private static func writeSlopes(
    _ minibatch: Minibatch, _ sequence: Int, loss: PolicyLoss, weight: Double, new: FloatView,
    slopes: FloatView
  ) -> LossSums {
    let scored = minibatch.batch.scored(sequence)
    let old = minibatch.oldLogProbabilities?.slice(scored.lowerBound, scored.count) ?? new
    let reference = minibatch.referenceLogProbabilities?.slice(scored.lowerBound, scored.count)
    let advantage = minibatch.advantages[sequence]
    return new.withSpan { newSpan in
      old.withSpan { oldSpan in
        slopes.withMutableSpan { target in
          if let reference {
            return reference.withSpan { referenceSpan in
              loss.write(
                newLogProbs: newSpan, oldLogProbs: oldSpan, referenceLogProbs: referenceSpan,
                advantage: advantage, weight: weight, slopes: &target)
            }
          }
          return loss.write(
            newLogProbs: newSpan, oldLogProbs: oldSpan, referenceLogProbs: nil,
            advantage: advantage, weight: weight, slopes: &target)
        }
      }
    }
  }
}
