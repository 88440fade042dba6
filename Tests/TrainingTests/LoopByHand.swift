import Foundation
import Kernels
import LanguageModel
import TestSupport
import Training

/// A GRPO step spelled out in double precision, one sequence at a time.
///
/// Only the model's forward and backward passes are the engine's; they have tests of their own.
struct GRPOByHand {
  let configuration: Configuration
  let rollout: Rollout
  let rewards: [Double?]
  private(set) var weights: [Double]
  private var mean: [Double]
  private var square: [Double]
  private(set) var losses: [Double] = []
  private(set) var norms: [Double] = []
  private let reference: Parameters?

  init(
    _ configuration: Configuration, _ rollout: Rollout, rewards: [Double?], start: Parameters,
    reference: Parameters?
  ) {
    self.configuration = configuration
    self.rollout = rollout
    self.rewards = rewards
    self.reference = reference
    weights = start.values.all.array.map(Double.init)
    mean = weights.map { _ in 0 }
    square = mean
  }

  /// (r - mean) / (deviation + epsilon) of each group, 0 in flat groups and for failures.
  var advantages: [Double] {
    let size = configuration.groupSize
    func deviation(_ values: [Double]) -> Double {
      let mean = values.reduce(0, +) / Double(values.count)
      return (values.reduce(0) { $0 + pow($1 - mean, 2) } / Double(values.count - 1)).squareRoot()
    }
    return rewards.indices.map { index in
      let group = rewards[index / size * size..<(index / size + 1) * size].compactMap { $0 }
      guard let reward = rewards[index], Set(group).count > 1 else { return 0 }
      let centred = reward - group.reduce(0, +) / Double(group.count)
      switch configuration.advantageScale {
      case .none: return centred
      case .group: return centred / (deviation(group) + configuration.advantageEpsilon)
      case .batch:
        return centred / (deviation(rewards.compactMap { $0 }) + configuration.advantageEpsilon)
      }
    }
  }

  /// Runs the step over these minibatches of each epoch; log π_old is that of the first weights.
  mutating func run(_ epochs: [[[Int]]], learningRate: Double) {
    let all = Array(rollout.sequences.indices)
    let old = all.map { logProbabilities(parameters(), $0) }
    let reference = self.reference.map { reference in all.map { logProbabilities(reference, $0) } }
    for minibatch in epochs.joined() {
      update(minibatch, old: old, reference: reference, learningRate: learningRate)
    }
  }

  private mutating func update(
    _ minibatch: [Int], old: [[Double]], reference: [[Double]]?, learningRate: Double
  ) {
    let advantages = advantages
    let size = configuration.groupSize
    let tokens = minibatch.reduce(0) { $0 + rollout.sequences[$1].count }
    var gradient = weights.map { _ in 0.0 }
    var (loss, took) = (0.0, 0)
    let current = parameters()
    for s in minibatch {
      let group = rewards[s / size * size..<(s / size + 1) * size].compactMap { $0 }
      if rewards[s] == nil || Set(group).count < 2 { continue }
      took += 1
      let length = rollout.sequences[s].count
      let weight =
        switch configuration.lossNormalization {
        case .tokenMean: 1 / Double(tokens)
        case .sequenceMean: 1 / Double(minibatch.count * length)
        case .constantLength:
          1 / Double(minibatch.count * configuration.maxCompletionTokens)
        }
      let slopes = logProbabilities(current, s).enumerated().map { t, new -> Double in
        let (ratio, advantage) = (exp(new - old[s][t]), advantages[s])
        let clipped = min(max(ratio, 1 - configuration.clipLow), 1 + configuration.clipHigh)
        loss -= weight * min(ratio * advantage, clipped * advantage)
        var slope = ratio * advantage <= clipped * advantage ? -ratio * advantage : 0
        if let reference {
          let difference = reference[s][t] - new
          loss += weight * configuration.klWeight * (exp(difference) - difference - 1)
          slope += configuration.klWeight * (1 - exp(difference))
        }
        return weight * slope
      }
      for (i, value) in self.gradient(current, s, slopes).enumerated() {
        gradient[i] += Double(value)
      }
    }
    guard took > 0 else { return }
    let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
    losses.append(loss)
    norms.append(norm)
    let scale =
      configuration.maxGradientNorm > 0 ? min(1, configuration.maxGradientNorm / (norm + 1e-6)) : 1
    Reference.adamW(
      &weights, &mean, &square, gradient: gradient.map { $0 * scale }, step: losses.count,
      learningRate: learningRate, beta1: configuration.adamBeta1, beta2: configuration.adamBeta2,
      epsilon: configuration.adamEpsilon, weightDecay: configuration.weightDecay)
  }

  private func parameters() -> Parameters {
    let parameters = Parameters(LoopLab.tiny)
    parameters.values.all.copy(from: weights.map(Float.init))
    return parameters
  }

  private func batch(_ sequence: Int) -> PackedBatch {
    var batch = PackedBatch()
    batch.append(
      prompt: rollout.prompts[sequence / rollout.copies], completion: rollout.sequences[sequence])
    return batch
  }

  private func pass() -> TrainingPass {
    TrainingPass(LoopLab.tiny, longest: 16, threads: 1, keepsActivations: true)
  }

  private func logProbabilities(_ parameters: Parameters, _ sequence: Int) -> [Double] {
    let count = rollout.sequences[sequence].count
    let buffer = FloatBuffer(count: 2 * count)
    pass().score(
      Transformer(parameters), batch(sequence), temperature: 1,
      logProbabilities: buffer.view(0, count), entropies: buffer.view(count, count))
    return buffer.view(0, count).array.map(Double.init)
  }

  private func gradient(_ parameters: Parameters, _ sequence: Int, _ slopes: [Double]) -> [Float] {
    let count = slopes.count
    let (buffer, result) = (FloatBuffer(count: 3 * count), Parameters(LoopLab.tiny))
    let slopeView = buffer.view(2 * count, count)
    pass().gradient(
      Transformer(parameters), batch(sequence), temperature: 1,
      logProbabilities: buffer.view(0, count), entropies: buffer.view(count, count),
      slopes: slopeView, into: result
    ) { _ in slopeView.copy(from: slopes.map(Float.init)) }
    return result.values.all.array
  }
}
