import Experience
import LanguageModel
import Learning
import Settings
import TestLab

/// A step of an algorithm with a critic spelled out in double precision, one sequence at a time.
///
/// It is given both objectives, and knows no algorithm.
struct ActorCriticByHand {
  private let configuration: Configuration
  private let samples: Samples
  /// The verifier's.
  private let rewards: [Double?]
  private let reference: WeightsByHand
  private let isWhitened: Bool
  /// The policy; with a shared trunk the critic too.
  private(set) var policy: WeightsByHand
  /// A critic of its own.
  private(set) var critic: WeightsByHand?
  private(set) var policyLosses: [Double] = []
  private(set) var valueLosses: [Double] = []
  /// Of each completion; nil where the verifier failed.
  private(set) var examples: [ExampleByHand?] = []

  init(
    _ configuration: Configuration, _ samples: Samples, policy: Parameters, critic: Parameters?,
    reference: Parameters
  ) {
    self.configuration = configuration
    self.samples = samples
    rewards = samples.judgements.map(\.verdict.reward)
    self.reference = WeightsByHand(reference)
    self.policy = WeightsByHand(policy)
    self.critic = critic.map(WeightsByHand.init)
    isWhitened = configuration.group(CriticSettings.self).whitenAdvantages
  }

  /// Runs a step over the minibatches of each epoch.
  mutating func run(_ epochs: [[[Int]]], _ actor: PolicyByHand, _ value: ValueByHand) {
    estimate()
    let (settings, optimizer) = (
      configuration.group(CriticSettings.self), configuration.group(OptimizerSettings.self)
    )
    let rule = WeightsByHand.Rule(optimizer)
    for minibatch in epochs.joined() {
      let taking = minibatch.compactMap { examples[$0] }
      guard !taking.isEmpty else { continue }
      let tokens = minibatch.reduce(0) { $0 + samples.sequences[$1].count }
      let (loss, gradient) = actor.loss(
        of: policy, on: taking, completions: minibatch.count, tokens: tokens)
      let (valueLoss, valueGradient) = value.loss(of: critic ?? policy, on: taking, tokens: tokens)
      policyLosses.append(loss)
      valueLosses.append(valueLoss)
      if critic == nil {
        policy.update(
          along: zip(gradient, valueGradient).map { $0 + $1 }, rule,
          learningRate: optimizer.learningRate)
      } else {
        critic?.update(along: valueGradient, rule, learningRate: settings.criticLearningRate)
        policy.update(along: gradient, rule, learningRate: optimizer.learningRate)
      }
    }
  }

  private mutating func estimate() {
    let (settings, divergence) = (
      configuration.group(CriticSettings.self), configuration.group(DivergenceSettings.self)
    )
    examples = rewards.indices.map { s in
      guard let reward = rewards[s] else { return nil }
      let (prompt, completion) = (samples.prompts[s / samples.copies], samples.sequences[s])
      var example = ExampleByHand(prompt: prompt, completion: completion)
      example.old = policy.score(prompt, completion).logProbabilities
      let reference = reference.score(prompt, completion).logProbabilities
      example.reference = reference
      example.oldValues = (critic ?? policy).values(prompt, completion)
      // Of each token the weighted k1 estimate, and the verifier's reward with the last one.
      var tokens = zip(example.old, reference).map {
        divergence.klInReward ? -divergence.klWeight * ($0 - $1) : 0
      }
      tokens[tokens.count - 1] += reward
      example.advantages = advantagesByHand(
        rewards: tokens, values: example.oldValues, gamma: settings.gamma,
        lambda: settings.gaeLambda)
      example.returns = zip(example.advantages, example.oldValues).map { $0 + $1 }
      return example
    }
    if isWhitened { whiten() }
  }

  private mutating func whiten() {
    let all = examples.flatMap { $0?.advantages ?? [] }
    let mean = AdvantagesByHand.mean(all)
    let squares = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = (squares / Double(all.count - 1) + 1e-8).squareRoot()
    examples = examples.map { example in
      var example = example
      let raw = example?.advantages ?? []
      example?.advantages = raw.map { ($0 - mean) / deviation }
      return example
    }
  }
}
