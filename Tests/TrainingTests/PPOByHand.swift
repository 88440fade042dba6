import Foundation
import Kernels
import LanguageModel
import Parallel
import TestSupport

/// A step of PPO or A2C spelled out in double precision, one sequence at a time.
///
/// Only the model's forward and backward passes are the engine's, each head by itself; they have tests
/// of their own.
struct PPOByHand {
  /// Weights, by name, with what AdamW remembers of them.
  struct Trained {
    let layout: ParameterLayout
    fileprivate(set) var weights: [Double]
    fileprivate var mean: [Double]
    fileprivate var square: [Double]
    fileprivate(set) var norms: [Double] = []

    init(_ parameters: Parameters) {
      layout = parameters.layout
      weights = parameters.values.all.array.map(Double.init)
      mean = weights.map { _ in 0 }
      square = mean
    }

    /// Parameters with these heads, from the weights of the same names.
    func parameters(_ heads: OutputHeads) -> Parameters {
      let whole = Parameters(layout)
      whole.values.all.copy(from: weights.map(Float.init))
      return Parameters(ParameterLayout(layout.configuration, heads: heads), from: whole)
    }

    /// Adds the gradient of a model with these heads, by name.
    fileprivate func add(_ gradient: [Float], _ heads: OutputHeads, to sum: inout [Double]) {
      let other = ParameterLayout(layout.configuration, heads: heads)
      for entry in layout.entries {
        guard let source = other.entries.first(where: { $0.name == entry.name }) else { continue }
        for i in 0..<entry.count { sum[entry.offset + i] += Double(gradient[source.offset + i]) }
      }
    }

    fileprivate mutating func update(_ gradient: [Double], _ c: Configuration, rate: Double) {
      let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
      norms.append(norm)
      let scale = c.maxGradientNorm > 0 ? min(1, c.maxGradientNorm / (norm + 1e-6)) : 1
      Reference.adamW(
        &weights, &mean, &square, gradient: gradient.map { $0 * scale }, step: norms.count,
        learningRate: rate, beta1: c.adamBeta1, beta2: c.adamBeta2, epsilon: c.adamEpsilon,
        weightDecay: c.weightDecay)
    }
  }

  let configuration: Configuration
  let rollout: Rollout
  let rewards: [Double?]
  /// The policy; with a shared trunk the critic too.
  private(set) var policy: Trained
  /// A critic of its own.
  private(set) var critic: Trained?
  private(set) var policyLosses: [Double] = []
  private(set) var valueLosses: [Double] = []
  /// Of each sequence's tokens; empty where the verifier failed.
  private(set) var values: [[Double]] = []
  private(set) var returns: [[Double]] = []
  private(set) var advantages: [[Double]] = []
  private let reference: Parameters?

  init(
    _ configuration: Configuration, _ rollout: Rollout, rewards: [Double?], policy: Parameters,
    critic: Parameters?, reference: Parameters?
  ) {
    self.configuration = configuration
    self.rollout = rollout
    self.rewards = rewards
    self.policy = Trained(policy)
    self.critic = critic.map(Trained.init)
    self.reference = reference
  }

  private func ofEach(_ body: (Int) -> [Double]) -> [[Double]] {
    rewards.indices.map { rewards[$0] == nil ? [] : body($0) }
  }

  /// Runs a step over these minibatches of each epoch.
  mutating func run(_ epochs: [[[Int]]]) {
    let start = policy.parameters(.logits)
    let old = ofEach { score(start, $0).logProbabilities }
    let first = ofEach { s in reference.map { score($0, s).logProbabilities } ?? [] }
    let critic = (self.critic ?? policy).parameters(.value)
    values = ofEach { values(critic, $0) }
    estimate(old: old, first: first)
    for minibatch in epochs.joined() { update(minibatch, old: old, first: first) }
  }

  /// Each advantage as the sum that the recursion stands for.
  private mutating func estimate(old: [[Double]], first: [[Double]]) {
    let c = configuration
    /// The weighted k1 estimate of a token.
    func penalty(_ s: Int, _ t: Int) -> Double {
      c.klInReward && c.klWeight > 0 ? c.klWeight * (old[s][t] - first[s][t]) : 0
    }
    advantages = ofEach { s in
      let value = values[s] + [0]
      let last = value.count - 2
      let deltas = (0...last).map { t in
        (t == last ? rewards[s] ?? .nan : 0) - penalty(s, t) + c.gamma * value[t + 1] - value[t]
      }
      return (0...last).map { t in
        (t...last).reduce(0) { $0 + pow(c.gamma * c.gaeLambda, Double($1 - t)) * deltas[$1] }
      }
    }
    returns = zip(advantages, values).map { zip($0, $1).map { $0 + $1 } }
    guard c.whitenAdvantages else { return }
    let all = advantages.flatMap { $0 }
    let mean = all.reduce(0, +) / Double(all.count)
    let variance = all.reduce(0) { $0 + pow($1 - mean, 2) } / Double(all.count - 1)
    advantages = advantages.map { $0.map { ($0 - mean) / (variance + 1e-8).squareRoot() } }
  }

  private mutating func update(_ minibatch: [Int], old: [[Double]], first: [[Double]]) {
    let c = configuration
    let judged = minibatch.filter { rewards[$0] != nil }
    guard !judged.isEmpty else { return }
    let tokens = Double(minibatch.reduce(0) { $0 + rollout.sequences[$1].count })
    var gradient = policy.weights.map { _ in 0.0 }
    let current = policy.parameters(.logits)
    var loss = 0.0
    for s in judged {
      let length = Double(rollout.sequences[s].count)
      let weight =
        switch c.lossNormalization {
        case .tokenMean: 1 / tokens
        case .sequenceMean: 1 / (Double(minibatch.count) * length)
        case .sequenceSum: 1 / Double(minibatch.count)
        case .constantLength: 1 / Double(minibatch.count * c.maxCompletionTokens)
        }
      let (new, entropies) = score(current, s)
      let slopes = new.enumerated().map { t, new -> Double in
        let advantage = advantages[s][t]
        var (term, slope) = (-advantage * new, -advantage)
        if c.algorithm == .ppo {
          let ratio = exp(new - old[s][t])
          let clipped = min(max(ratio, 1 - c.clipLow), 1 + c.clipHigh)
          term = -min(ratio * advantage, clipped * advantage)
          slope = ratio * advantage <= clipped * advantage ? -ratio * advantage : 0
        }
        if c.klWeight > 0 && !c.klInReward {
          let difference = first[s][t] - new
          term += c.klWeight * (exp(difference) - difference - 1)
          slope += c.klWeight * (1 - exp(difference))
        }
        loss += weight * term
        return weight * slope
      }
      let part = self.gradient(current, s, slopes, entropySlope: -c.entropyWeight * weight)
      policy.add(part, .logits, to: &gradient)
      loss -= c.entropyWeight * weight * entropies.reduce(0, +)
    }
    policyLosses.append(loss)
    let shared = critic == nil
    var valueGradient = (critic ?? policy).weights.map { _ in 0.0 }
    let critic = (self.critic ?? policy).parameters(.value)
    var valueLoss = 0.0
    for s in judged {
      let slopes = values(critic, s).enumerated().map { t, new -> Double in
        let (before, target) = (values[s][t], returns[s][t])
        let square = pow(new - target, 2) / 2
        let clip = c.algorithm == .ppo && c.valueClip > 0 ? c.valueClip : .infinity
        let clipped = pow(min(max(new, before - clip), before + clip) - target, 2) / 2
        valueLoss += max(square, clipped) / tokens
        return square >= clipped ? (new - target) / tokens : 0
      }
      let scaled = slopes.map { $0 * (shared ? c.valueWeight : 1) }
      (self.critic ?? policy).add(
        self.valueGradient(critic, s, scaled), .value, to: &valueGradient)
    }
    valueLosses.append(valueLoss)
    if shared {
      policy.update(zip(gradient, valueGradient).map { $0 + $1 }, c, rate: c.learningRate)
    } else {
      self.critic?.update(valueGradient, c, rate: c.criticLearningRate)
      policy.update(gradient, c, rate: c.learningRate)
    }
  }

  // MARK: The engine's passes, one sequence and one head at a time

  private func batch(_ sequence: Int) -> TokenForest {
    var batch = TokenForest()
    batch.append(
      prompt: rollout.prompts[sequence / rollout.copies], completion: rollout.sequences[sequence])
    return batch
  }

  private func pass(_ parameters: Parameters) -> TrainingPass {
    TrainingPass(parameters.layout, longest: 16, team: .single, keepsActivations: true)
  }

  private func score(
    _ parameters: Parameters, _ sequence: Int
  ) -> (logProbabilities: [Double], entropies: [Double]) {
    let result = pass(parameters).scored(Transformer(parameters), batch(sequence))
    return (result.logProbabilities.map(Double.init), result.entropies.map(Double.init))
  }

  private func values(_ parameters: Parameters, _ sequence: Int) -> [Double] {
    pass(parameters).valued(Transformer(parameters), batch(sequence)).map(Double.init)
  }

  private func gradient(
    _ parameters: Parameters, _ sequence: Int, _ slopes: [Double], entropySlope: Double
  ) -> [Float] {
    pass(parameters).differentiated(
      Transformer(parameters), batch(sequence), weights: slopes.map(Float.init),
      entropyWeights: slopes.map { _ in Float(entropySlope) }
    ).gradient
  }

  private func valueGradient(
    _ parameters: Parameters, _ sequence: Int, _ slopes: [Double]
  ) -> [Float] {
    pass(parameters).differentiatedValues(
      Transformer(parameters), batch(sequence), weights: slopes.map(Float.init)
    ).gradient
  }
}
