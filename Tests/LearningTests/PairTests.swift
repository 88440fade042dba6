import Foundation
import Kernels
import LanguageModel
import Learning
import Parallel
import Synchronization
import TestLab
import TestSupport
import Testing

/// Sequences that an objective must see together.
@Suite("A network's update: pairs stay together")
struct PairTests {
  /// -log sigmoid of the difference of two sequences' log-probabilities: the second should be less likely.
  private struct Preference: Objective {
    struct Sums: ObjectiveSums {
      var loss = 0.0
      static func += (left: inout Sums, right: Sums) { left.loss += right.loss }
    }

    /// Writes down which sequences it was given.
    final class Log: Sendable {
      private let seen = Mutex<[Range<Int>]>([])
      var units: [Range<Int>] { seen.withLock { $0.sorted { $0.lowerBound < $1.lowerBound } } }
      func enter(_ unit: Range<Int>) { seen.withLock { $0.append(unit) } }
    }

    let log: Log
    var reads: Reading { .logProbabilities }

    func write(_ unit: ObjectiveUnit) -> Sums {
      log.enter(unit.sequences)
      guard unit.sequences.count == 2 else { return Sums() }
      let totals = unit.sequences.map { s in
        unit.output(\.logProbabilities, s).array.reduce(0) { $0 + Double($1) }
      }
      let margin = totals[0] - totals[1]
      let slope = -1 / (1 + exp(margin))
      let pairs = Double(unit.batch.count / 2)
      for (s, sign) in zip(unit.sequences, [1.0, -1.0]) {
        unit.gradient(\.logProbabilities, s).fill(Float(sign * slope / pairs))
      }
      return Sums(loss: log1p(exp(-margin)) / pairs)
    }
  }

  private let examples: [(prompt: [Int32], completion: [Int32])] = {
    var random = TestRandom(9)
    return (0..<22).map { s in
      (
        random.tokens(2 + s % 3, vocabulary: 88), random.tokens(1 + (s * 5) % 11, vocabulary: 88)
      )
    }
  }()

  private var batch: Batch {
    var batch = Batch(unit: 2)
    for (s, example) in examples.enumerated() {
      batch.append(
        Batch.Member(sequence: s, tokens: example.completion.count), prompt: example.prompt,
        completion: example.completion)
    }
    return batch
  }

  private func update(
    _ batch: Batch, pieceTokens: Int, threads: Int = 2
  ) throws -> (loss: Double, gradient: [Float], units: [Range<Int>]) {
    let network = Network(
      Transformer(TinyModel.parameters(seed: 6)),
      rule: AdamW(beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0), maximumGradientNorm: 1,
      temperature: 1, team: Team(threads: threads), pieceTokens: pieceTokens)
    let objective = Preference(log: Preference.Log())
    let tally = try network.update(on: batch, by: objective, learningRate: 1e-3)
    return (tally.sums.loss, network.optimizer?.gradients.floats ?? [], objective.log.units)
  }

  @Test("every pair is seen once, whole, however small the pieces are", arguments: [16, 20, 512])
  func whole(pieceTokens: Int) throws {
    let wanted = stride(from: 0, to: 22, by: 2).map { $0..<$0 + 2 }
    let outcomes = try [1, 2, 3].map {
      try update(batch, pieceTokens: pieceTokens, threads: $0)
    }
    for outcome in outcomes {
      #expect(outcome.units == wanted)
      #expect(outcome.loss == outcomes[0].loss)
      #expect(Tolerance.differingBits(outcome.gradient, outcomes[0].gradient) == 0)
    }
  }

  @Test("the gradient is that of the pairs by hand")
  func byHand() throws {
    let weights = WeightsByHand(TinyModel.parameters(seed: 6))
    var (loss, gradient) = (0.0, weights.zero)
    for pair in stride(from: 0, to: 22, by: 2) {
      let totals = examples[pair..<pair + 2].map {
        weights.score($0.prompt, $0.completion).logProbabilities.reduce(0, +)
      }
      let slope = -1 / (1 + exp(totals[0] - totals[1])) / 11
      loss += log(1 + exp(totals[1] - totals[0])) / 11
      for (example, sign) in zip(examples[pair..<pair + 2], [1.0, -1.0]) {
        weights.add(
          example.prompt, example.completion, slopes: example.completion.map { _ in sign * slope },
          to: &gradient)
      }
    }
    let outcome = try update(batch, pieceTokens: 20)
    #expect(abs(outcome.loss - loss) < 1e-5 * loss)
    #expect(Tolerance.relativeError(outcome.gradient, gradient) < 1e-5)
  }

  @Test("parts and minibatches of pairs have whole pairs")
  func parts() throws {
    let shuffle = Shuffle(Philox(seed: 1, purpose: RandomPurpose.shuffle), step: 1, epoch: 0)
    let parts = batch.minibatches(3, keeping: 2, order: shuffle)
    #expect(parts.map(\.unit) == [2, 2, 2] && parts.map(\.count) == [6, 8, 8])
    for part in parts {
      let units = try update(part, pieceTokens: 16).units
      #expect(units == stride(from: 0, to: part.count, by: 2).map { $0..<$0 + 2 })
      #expect(part.sequences.enumerated().allSatisfy { $0 % 2 == $1 % 2 })
    }
  }
}
