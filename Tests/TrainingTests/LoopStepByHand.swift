import Foundation
import Kernels
import LanguageModel
import Parallel
import TestSupport

/// A step of a critic-free algorithm spelled out in double precision, one sequence at a time.
///
/// Only the model's forward and backward passes are the engine's; they have tests of their own.
struct StepByHand {
  let configuration: Configuration
  let rollout: Rollout
  /// The verifier's.
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

  // MARK: Rewards and advantages

  /// The rewards less what length and divergence cost, at the first weights.
  func learned() -> [Double?] {
    let (c, start) = (configuration, parameters())
    let margin = max(1, (c.overlongMargin * Double(c.maxCompletionTokens)).rounded())
    return rewards.indices.map { s in
      guard var reward = rewards[s] else { return nil }
      let excess = Double(rollout.sequences[s].count - c.maxCompletionTokens) + margin
      reward -= c.overlongPenalty * max(0, excess / margin)
      if c.klInReward, c.klWeight > 0, let reference {
        let pairs = zip(score(start, s).logProbabilities, score(reference, s).logProbabilities)
        for (policy, other) in pairs { reward -= c.klWeight * estimate(policy, other).value }
      }
      return reward
    }
  }

  /// One advantage per completion; nil where it takes no part.
  func advantages() -> [Double?] {
    let (c, learned) = (configuration, learned())
    func deviation(_ values: [Double]) -> Double {
      let mean = values.reduce(0, +) / Double(values.count)
      return (values.reduce(0) { $0 + pow($1 - mean, 2) } / Double(values.count - 1)).squareRoot()
    }
    let all = learned.compactMap { $0 }
    return learned.indices.map { s in
      guard let reward = learned[s], !isMasked(s) else { return nil }
      let first = s / c.groupSize * c.groupSize
      let members = learned[first..<first + c.groupSize]
      let group = members.compactMap { $0 }
      let centred = reward - group.reduce(0, +) / Double(group.count)
      switch c.algorithm {
      case .grpo:
        if Set(group).count < 2 { return nil }
        switch c.advantageScale {
        case .none: return centred
        case .group: return centred / (deviation(group) + c.advantageEpsilon)
        case .batch: return centred / (deviation(all) + c.advantageEpsilon)
        }
      case .rloo:
        if Set(group).count < 2 { return nil }
        return reward - (group.reduce(0, +) - reward) / Double(group.count - 1)
      case .raft:
        // The places of better ones, and of equal ones before it.
        let better = members.indices.filter { other in
          guard let rival = learned[other] else { return false }
          return rival > reward || (rival == reward && other < s)
        }.count
        let most = c.acceptedPerGroup == 0 ? c.groupSize : c.acceptedPerGroup
        return reward >= c.acceptanceReward && better < most ? 1 : nil
      default:
        // REINFORCE's first step: no past, so the batch's own mean.
        return reward - all.reduce(0, +) / Double(all.count)
      }
    }
  }

  private func isMasked(_ s: Int) -> Bool {
    configuration.maskTruncated && !rollout.completions[s].isFinished
  }

  private func estimate(_ policy: Double, _ other: Double) -> (value: Double, slope: Double) {
    let d = policy - other
    switch configuration.klEstimator {
    case .k1: return (d, 1)
    case .k2: return (d * d / 2, d)
    case .k3: return (exp(-d) - 1 + d, 1 - exp(-d))
    }
  }

  // MARK: Updates

  /// Runs the step over these minibatches of each epoch; log π_old is that of the first weights.
  mutating func run(_ epochs: [[[Int]]], learningRate: Double) {
    let all = Array(rollout.sequences.indices)
    let start = parameters()
    let advantages = advantages()
    let old = all.map { score(start, $0).logProbabilities }
    let reference = self.reference.map { reference in
      all.map { score(reference, $0).logProbabilities }
    }
    for minibatch in epochs.joined() {
      update(minibatch, advantages, old: old, reference: reference, learningRate: learningRate)
    }
  }

  private mutating func update(
    _ minibatch: [Int], _ advantages: [Double?], old: [[Double]], reference: [[Double]]?,
    learningRate: Double
  ) {
    let c = configuration
    let counted = c.algorithm == .raft ? minibatch.filter { advantages[$0] != nil } : minibatch
    let tokens = counted.reduce(0) { $0 + (isMasked($1) ? 0 : rollout.sequences[$1].count) }
    var gradient = weights.map { _ in 0.0 }
    var (loss, took) = (0.0, 0)
    let current = parameters()
    for s in minibatch {
      guard let advantage = advantages[s] else { continue }
      took += 1
      let (new, entropies) = score(current, s)
      let weight =
        switch c.lossNormalization {
        case .tokenMean: 1 / Double(tokens)
        case .sequenceMean: 1 / Double(counted.count * new.count)
        case .sequenceSum: 1 / Double(counted.count)
        case .constantLength: 1 / Double(counted.count * c.maxCompletionTokens)
        }
      let logRatios = zip(new, old[s]).map { $0 - $1 }
      let total = logRatios.reduce(0, +)
      var slopes: [Double] = []
      for t in new.indices {
        let logRatio =
          switch c.ratioLevel {
          case .token: logRatios[t]
          case .sequence: total / Double(new.count)
          case .completion: total
          }
        let term = surrogate(exp(logRatio), new[t], advantage)
        // A completion that is one action counts once.
        if c.ratioLevel != .completion || t == 0 { loss += weight * term.value }
        var slope = term.slope
        if c.klWeight > 0, !c.klInReward, let reference {
          let kl = estimate(new[t], reference[s][t])
          loss += weight * c.klWeight * kl.value
          slope += c.klWeight * kl.slope
        }
        loss -= weight * c.entropyWeight * entropies[t]
        slopes.append(weight * slope)
      }
      let part = self.gradient(
        current, s, slopes, entropySlope: -weight * c.entropyWeight)
      for (i, value) in part.enumerated() { gradient[i] += Double(value) }
    }
    guard took > 0 else { return }
    let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
    losses.append(loss)
    norms.append(norm)
    let scale = c.maxGradientNorm > 0 ? min(1, c.maxGradientNorm / (norm + 1e-6)) : 1
    Reference.adamW(
      &weights, &mean, &square, gradient: gradient.map { $0 * scale }, step: losses.count,
      learningRate: learningRate, beta1: c.adamBeta1, beta2: c.adamBeta2, epsilon: c.adamEpsilon,
      weightDecay: c.weightDecay)
  }

  /// A token's term of the loss and its slope by the log-probability.
  private func surrogate(
    _ ratio: Double, _ new: Double, _ advantage: Double
  ) -> (value: Double, slope: Double) {
    let c = configuration
    if c.algorithm == .reinforce || c.algorithm == .raft { return (-advantage * new, -advantage) }
    if c.surrogate == .cispo {
      let weight = min(ratio, c.weightCap)
      return (-weight * advantage * new, -weight * advantage)
    }
    let clipped = min(max(ratio, 1 - c.clipLow), 1 + c.clipHigh)
    var value = min(ratio * advantage, clipped * advantage)
    if c.ratioCap > 0 && advantage < 0 { value = max(value, c.ratioCap * advantage) }
    return (-value, value == ratio * advantage ? -value : 0)
  }

  // MARK: The model

  private func parameters() -> Parameters {
    let parameters = Parameters(LoopLab.tiny)
    parameters.values.all.copy(from: weights.map(Float.init))
    return parameters
  }

  private func batch(_ sequence: Int) -> TokenForest {
    var batch = TokenForest()
    batch.append(
      prompt: rollout.prompts[sequence / rollout.copies], completion: rollout.sequences[sequence])
    return batch
  }

  private func pass() -> TrainingPass {
    TrainingPass(LoopLab.tiny, longest: 16, team: .single, keepsActivations: true)
  }

  private func score(
    _ parameters: Parameters, _ sequence: Int
  ) -> (logProbabilities: [Double], entropies: [Double]) {
    let result = pass().scored(Transformer(parameters), batch(sequence))
    return (result.logProbabilities.map(Double.init), result.entropies.map(Double.init))
  }

  private func gradient(
    _ parameters: Parameters, _ sequence: Int, _ slopes: [Double], entropySlope: Double
  ) -> [Float] {
    pass().differentiated(
      Transformer(parameters), batch(sequence), weights: slopes.map(Float.init),
      entropyWeights: entropySlope == 0 ? nil : slopes.map { _ in Float(entropySlope) }
    ).gradient
  }
}
