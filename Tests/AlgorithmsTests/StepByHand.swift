import Experience
import LanguageModel
import Learning
import Settings
import TestLab
import Verifiers

/// A step of an algorithm without a critic spelled out in double precision, one sequence at a time.
///
/// It is given the samples, the algorithm's objective and its advantages, and knows no algorithm.
struct StepByHand {
  private let samples: Samples
  /// The verifier's.
  private let rewards: [Double?]
  private let configuration: Configuration
  private let reference: WeightsByHand
  private(set) var weights: WeightsByHand
  private(set) var losses: [Double] = []

  init(
    _ configuration: Configuration, _ samples: Samples, start: Parameters, reference: Parameters
  ) {
    self.configuration = configuration
    self.samples = samples
    rewards = samples.judgements.map(\.verdict.reward)
    self.reference = WeightsByHand(reference)
    weights = WeightsByHand(start)
  }

  /// The rewards less what length and divergence cost, at the first weights.
  func learned() -> [Double?] {
    let (length, limit) = (
      configuration.group(LengthSettings.self), configuration.run.maxCompletionTokens
    )
    let divergence = configuration.group(DivergenceSettings.self)
    let margin = max(1, (length.overlongMargin * Double(limit)).rounded())
    return rewards.indices.map { s in
      guard var reward = rewards[s] else { return nil }
      let excess = Double(samples.sequences[s].count - limit) + margin
      reward -= length.overlongPenalty * max(0, excess / margin)
      if divergence.klInReward, divergence.klWeight > 0 {
        let pairs = zip(scores(weights, s), scores(reference, s))
        for (policy, other) in pairs {
          reward -= divergence.klWeight * divergence.klEstimator.byHand(policy, other).value
        }
      }
      return reward
    }
  }

  private func scores(_ weights: WeightsByHand, _ s: Int) -> [Double] {
    weights.score(samples.prompts[s / samples.copies], samples.sequences[s]).logProbabilities
  }

  /// Whether a completion was cut off and is therefore left out.
  func isMasked(_ s: Int) -> Bool {
    configuration.group(LengthSettings.self).maskTruncated && !samples.completions[s].isFinished
  }

  /// Runs the step over the minibatches of each epoch; log π_old is that of the first weights.
  ///
  /// - Parameters:
  ///   - advantages: one per completion; nil where it takes no part.
  ///   - dividesByAll: whether those that take no part are divided by.
  mutating func run(
    _ epochs: [[[Int]]], _ policy: PolicyByHand, advantages: [Double?], dividesByAll: Bool
  ) {
    let examples = rewards.indices.map { s -> ExampleByHand? in
      guard let advantage = advantages[s], !isMasked(s) else { return nil }
      var example = ExampleByHand(
        prompt: samples.prompts[s / samples.copies], completion: samples.sequences[s])
      example.old = scores(weights, s)
      example.reference = scores(reference, s)
      example.advantages = example.old.map { _ in advantage }
      return example
    }
    let optimizer = configuration.group(OptimizerSettings.self)
    for minibatch in epochs.joined() {
      let taking = minibatch.compactMap { examples[$0] }
      guard !taking.isEmpty else { continue }
      let counted = minibatch.filter { dividesByAll || advantages[$0] != nil }
      let (loss, gradient) = policy.loss(
        of: weights, on: taking, completions: counted.count,
        tokens: counted.reduce(0) { $0 + (isMasked($1) ? 0 : samples.sequences[$1].count) })
      losses.append(loss)
      weights.update(
        along: gradient, WeightsByHand.Rule(optimizer), learningRate: optimizer.learningRate)
    }
  }
}

extension WeightsByHand.Rule {
  /// The rule of an algorithm's settings.
  init(_ optimizer: OptimizerSettings) {
    self.init()
    (beta1, beta2, epsilon) = (optimizer.adamBeta1, optimizer.adamBeta2, optimizer.adamEpsilon)
    weightDecay = optimizer.weightDecay
    maximumNorm = optimizer.maxGradientNorm > 0 ? optimizer.maxGradientNorm : nil
  }
}

extension PolicyByHand {
  /// The objective with the normalization, the KL term and the entropy bonus of a configuration.
  init(
    _ surrogate: Surrogate, ratioLevel: RatioLevel = .token, _ configuration: Configuration
  ) {
    self.init(surrogate, maxCompletionTokens: configuration.run.maxCompletionTokens)
    let (loss, divergence) = (
      configuration.group(LossSettings.self), configuration.group(DivergenceSettings.self)
    )
    self.ratioLevel = ratioLevel
    normalization = loss.lossNormalization
    entropyWeight = loss.entropyWeight
    klEstimator = divergence.klEstimator
    klWeight = divergence.klInReward ? 0 : divergence.klWeight
  }
}

extension PolicyByHand.Surrogate {
  /// The clip of an algorithm's settings.
  static func clipped(_ clip: ClipSettings) -> PolicyByHand.Surrogate {
    .clipped(
      low: clip.clipLow, high: clip.clipHigh, cap: clip.ratioCap > 0 ? clip.ratioCap : nil)
  }
}

/// Advantages of completions by their rewards, as the papers write them; nil where one takes no part.
enum AdvantagesByHand {
  /// A_i = (r_i - mean r) / (std r + δ), of the group or of the batch (arXiv 2402.03300).
  static func groupRelative(
    _ rewards: [Double?], groupSize: Int, scale: AdvantageScale, epsilon: Double
  ) -> [Double?] {
    let all = rewards.compactMap { $0 }
    return ofEach(rewards, groupSize) { reward, group in
      let centred = reward - mean(group)
      switch scale {
      case .none: return centred
      case .group: return centred / (deviation(group) + epsilon)
      case .batch: return centred / (deviation(all) + epsilon)
      }
    }
  }

  /// A_i = r_i - the mean of the others (arXiv 2402.14740).
  static func leaveOneOut(_ rewards: [Double?], groupSize: Int) -> [Double?] {
    ofEach(rewards, groupSize) { reward, group in
      reward - (group.reduce(0, +) - reward) / Double(group.count - 1)
    }
  }

  /// A_i = r_i - the mean of the batch: REINFORCE's first step, which has no past.
  static func ofFirstBatch(_ rewards: [Double?]) -> [Double?] {
    let all = rewards.compactMap { $0 }
    return rewards.map { reward in reward.map { $0 - mean(all) } }
  }

  /// 1 for the best of each group, if they are good enough (arXiv 2304.06767).
  static func accepted(
    _ rewards: [Double?], groupSize: Int, threshold: Double, most: Int
  ) -> [Double?] {
    rewards.indices.map { s in
      guard let reward = rewards[s], reward >= threshold else { return nil }
      let first = s / groupSize * groupSize
      // The places of better ones, and of equal ones before it.
      let better = (first..<first + groupSize).filter { other in
        guard let rival = rewards[other] else { return false }
        return rival > reward || (rival == reward && other < s)
      }.count
      return better < most ? 1 : nil
    }
  }

  private static func ofEach(
    _ rewards: [Double?], _ groupSize: Int, _ advantage: (Double, [Double]) -> Double
  ) -> [Double?] {
    rewards.indices.map { s in
      let first = s / groupSize * groupSize
      let group = rewards[first..<first + groupSize].compactMap { $0 }
      guard let reward = rewards[s], Set(group).count > 1 else { return nil }
      return advantage(reward, group)
    }
  }

  static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  private static func deviation(_ values: [Double]) -> Double {
    let mean = mean(values)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1)).squareRoot()
  }
}
