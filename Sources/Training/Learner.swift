package import Kernels
package import LanguageModel
package import Parallel
internal import Synchronization

/// Turns advantages into an optimizer update: forward, slopes, backward, clipping, AdamW.
///
/// Every algorithm's last half. It holds the optimizer and the per-token buffers, all made once.
package final class Learner {
  /// The gradient and AdamW's state.
  package let optimizer: Optimizer

  let pass: TrainingPass
  let temperature: Float
  // (7, scored tokens): log-probabilities, entropies, the slopes by both, divergences; of a critic
  // values and slopes.
  private var buffer = FloatBuffer(count: 0)
  private var capacity = 0

  /// The advantages of a minibatch.
  package enum Advantages: Sendable {
    /// One per sequence, shared by its tokens.
    case ofSequences([Double])
    /// One per scored token.
    case ofTokens(FloatView)
  }

  /// The sequences of one update with what the loss needs of each.
  package struct Minibatch: Sendable {
    /// The sequences.
    package let batch: TokenForest
    /// Of each sequence or of each token.
    package let advantages: Advantages
    /// log π_old of the scored tokens; nil on the first update of a batch, where π_old = π_θ.
    package let oldLogProbabilities: FloatView?
    /// log π_ref of the scored tokens; nil without a reference.
    package let referenceLogProbabilities: FloatView?
    /// log π_ref of the whole vocabulary (scored tokens, V), to measure the exact divergence.
    package let referenceDistributions: FloatView?
    /// What a critic on the policy's own trunk learns; nil without one.
    package let valueTargets: ValueTargets?

    /// Makes a minibatch.
    package init(
      _ batch: TokenForest, _ advantages: Advantages, old: FloatView? = nil,
      reference: FloatView? = nil, referenceDistributions: FloatView? = nil,
      valueTargets: ValueTargets? = nil
    ) {
      switch advantages {
      case .ofSequences(let all): precondition(all.count == batch.count, "one per sequence")
      case .ofTokens(let all): precondition(all.count == batch.scoredCount, "one per token")
      }
      self.batch = batch
      self.advantages = advantages
      oldLogProbabilities = old
      referenceLogProbabilities = reference
      self.referenceDistributions = referenceDistributions
      self.valueTargets = valueTargets
    }

    /// Makes a minibatch with an advantage for each sequence.
    package init(
      _ batch: TokenForest, advantages: [Double], old: FloatView? = nil,
      reference: FloatView? = nil, referenceDistributions: FloatView? = nil
    ) {
      self.init(
        batch, .ofSequences(advantages), old: old, reference: reference,
        referenceDistributions: referenceDistributions)
    }
  }

  /// What one update did.
  package struct Report: Sendable {
    /// Loss, clip counts and KL estimates.
    package var sums = LossSums()
    /// The critic's loss and clip counts, where one learned.
    package var values = ValueLossSums()
    /// The gradient's norm before clipping.
    package var gradientNorm = 0.0
    /// Sum over scored tokens of the policy's entropy, nats.
    package var entropySum = 0.0
    /// Sum over scored tokens of the exact KL(π_θ ‖ π_ref), nats; nil where it wasn't measured.
    package var divergenceSum: Double?
    /// log π_θ of the scored tokens before the update, valid until the next one; empty where a
    /// critic learned alone.
    package var logProbabilities = FloatBuffer(count: 0).all
    /// The first value that was not finite, by name; nothing was updated then.
    package var nonFinite: String?
  }

  /// Makes the memory for sequences of up to `longest` tokens.
  ///
  /// `pieceTokens` is how much of a batch a thread takes at a time.
  package init(
    _ layout: ParameterLayout, longest: Int, team: Team, optimizer: AdamW,
    maximumGradientNorm: Double, temperature: Float, pieceTokens: Int = 512
  ) {
    pass = TrainingPass(
      layout, longest: longest, team: team, keepsActivations: true, pieceTokens: pieceTokens)
    self.optimizer = Optimizer(
      layout, rule: optimizer, maximumGradientNorm: maximumGradientNorm, team: team)
    self.temperature = temperature
  }

  /// Log-probabilities of a batch's scored tokens under a model, in memory of their own.
  ///
  /// `distributions` (scored tokens, V) is filled, where it is given, with those of all tokens.
  package func score(
    _ model: Transformer, _ batch: TokenForest, distributions: FloatView? = nil
  ) -> FloatView {
    let logProbabilities = FloatBuffer(count: batch.scoredCount).all
    pass.score(
      model, batch, temperature: temperature,
      into: PassOutputs(logProbabilities: logProbabilities, distributions: distributions))
    return logProbabilities
  }

  /// Takes one update; the weights stay as they were if loss or gradient is not finite.
  package func update(
    _ model: Transformer, _ minibatch: Minibatch, loss: PolicyLoss, divisor: LossDivisor,
    learningRate: Double
  ) -> Report {
    let batch = minibatch.batch
    let (logProbabilities, entropies) = (tokens(0, of: batch), tokens(1, of: batch))
    let slopes = tokens(2, of: batch)
    let entropySlopes = loss.entropyWeight > 0 ? tokens(3, of: batch) : nil
    let references = minibatch.referenceDistributions
    let divergences = references.map { _ in tokens(4, of: batch) }
    let targets = minibatch.valueTargets
    let critic = targets.map { _ in (values: tokens(5, of: batch), slopes: tokens(6, of: batch)) }
    let sums = Mutex([LossSums](repeating: LossSums(), count: batch.count))
    let valueSums = Mutex([ValueLossSums](repeating: ValueLossSums(), count: batch.count))
    pass.gradient(
      model, batch, temperature: temperature,
      outputs: PassOutputs(
        logProbabilities: logProbabilities, entropies: entropies, values: critic?.values,
        divergences: divergences, references: references),
      slopes: PassOutputs(
        logProbabilities: slopes, entropies: entropySlopes, values: critic?.slopes),
      into: optimizer.gradients
    ) { sequences in
      for sequence in sequences {
        let scored = batch.scored(sequence)
        let weight = divisor.weight(completionTokens: scored.count)
        var one = Self.writeSlopes(
          minibatch, sequence, loss: loss, weight: weight, new: logProbabilities.slice(scored),
          slopes: slopes.slice(scored))
        if let entropySlopes {
          let term = entropies.slice(scored).withSpan {
            loss.entropyTerm(entropies: $0, weight: weight)
          }
          one.entropyLoss = term.loss
          entropySlopes.slice(scored).fill(Float(term.slope))
        }
        sums.withLock { $0[sequence] = one }
        if let targets, let critic {
          let one = targets.write(scored, new: critic.values, slopes: critic.slopes)
          valueSums.withLock { $0[sequence] = one }
        }
      }
    }
    var report = Report(logProbabilities: logProbabilities)
    // In the order of the sequences, so that the sum doesn't depend on the threads.
    sums.withLock { for one in $0 { report.sums += one } }
    valueSums.withLock { for one in $0 { report.values += one } }
    report.entropySum = Self.sum(entropies)
    report.divergenceSum = divergences.map(Self.sum)
    finish(&report, model, learningRate: learningRate)
    return report
  }

  /// Moves the weights along the gradient, unless something is not finite.
  func finish(_ report: inout Report, _ model: Transformer, learningRate: Double) {
    report.gradientNorm = optimizer.gradientNorm
    guard
      report.sums.loss.isFinite && report.values.loss.isFinite && report.gradientNorm.isFinite
    else {
      report.nonFinite =
        optimizer.gradients.firstNonFinite.map { "the gradient of \($0)" } ?? "the loss"
      return
    }
    optimizer.update(
      model.parameters, gradientNorm: report.gradientNorm, learningRate: learningRate)
  }

  /// One of the per-token buffers, for a batch's scored tokens.
  func tokens(_ index: Int, of batch: TokenForest) -> FloatView {
    let count = batch.scoredCount
    if count > capacity {
      capacity = count + count / 4
      buffer = FloatBuffer(count: 7 * capacity)
    }
    return buffer.view(index * capacity, count)
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
    let old = minibatch.oldLogProbabilities?.slice(scored) ?? new
    let reference = minibatch.referenceLogProbabilities?.slice(scored)
    return new.withSpan { new in
      old.withSpan { old in
        slopes.withMutableSpan { slopes in
          if let reference {
            return reference.withSpan {
              write(minibatch, sequence, loss, weight, new, old, $0, &slopes)
            }
          }
          return write(minibatch, sequence, loss, weight, new, old, nil, &slopes)
        }
      }
    }
  }

  private static func write(
    _ minibatch: Minibatch, _ sequence: Int, _ loss: PolicyLoss, _ weight: Double,
    _ new: Span<Float>, _ old: Span<Float>, _ reference: Span<Float>?,
    _ slopes: inout MutableSpan<Float>
  ) -> LossSums {
    switch minibatch.advantages {
    case .ofSequences(let advantages):
      return loss.write(
        newLogProbs: new, oldLogProbs: old, referenceLogProbs: reference,
        advantage: advantages[sequence], weight: weight, slopes: &slopes)
    case .ofTokens(let advantages):
      return advantages.slice(minibatch.batch.scored(sequence)).withSpan { advantages in
        loss.write(
          newLogProbs: new, oldLogProbs: old, referenceLogProbs: reference,
          advantages: advantages, weight: weight, slopes: &slopes)
      }
    }
  }
}
