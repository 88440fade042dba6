package import Kernels
package import LanguageModel

/// What a critic makes of a step's completions, token by token: values, returns and advantages.
package struct TokenEstimates: Sendable {
  /// V before each scored token, from the critic that the step started with.
  package let values: FloatView
  /// R of each scored token: what the critic should have said.
  package let returns: FloatView
  /// Â of each scored token, whitened where that was asked for.
  package let advantages: FloatView

  /// A KL penalty on the reward of each token.
  package struct Penalty: Sendable {
    /// log π_old of the scored tokens.
    package let old: FloatView
    /// log π_ref of the scored tokens.
    package let reference: FloatView
    /// What the estimate is multiplied by.
    package let weight: Double
    /// The estimate.
    package let estimator: KLEstimator

    package init(
      old: FloatView, reference: FloatView, weight: Double, estimator: KLEstimator
    ) {
      self.old = old
      self.reference = reference
      self.weight = weight
      self.estimator = estimator
    }
  }

  /// Estimates by GAE, each completion alone, then whitened over all tokens.
  ///
  /// A completion ends at its last token, with no value after it, whether the policy ended it or the
  /// length limit cut it off.
  ///
  /// - Parameters:
  ///   - rewards: of each sequence of the batch, given at its last token.
  ///   - values: V of the scored tokens.
  ///   - penalty: taken off the reward of each token.
  package init(
    _ batch: TokenForest, rewards: [Double], values: FloatView, penalty: Penalty?, gamma: Double,
    lambda: Double, whitens: Bool
  ) {
    precondition(rewards.count == batch.count, "one reward per sequence")
    precondition(values.count == batch.scoredCount, "one value per token")
    let count = batch.scoredCount
    let (tokenRewards, returns) = (FloatBuffer(count: count).all, FloatBuffer(count: count).all)
    let advantages = FloatBuffer(count: count).all
    for (sequence, reward) in rewards.enumerated() {
      let scored = batch.scored(sequence)
      Self.writeRewards(reward, penalty, scored, to: tokenRewards.slice(scored))
      tokenRewards.slice(scored).withSpan { rewards in
        values.slice(scored).withSpan { values in
          advantages.slice(scored).withMutableSpan { advantages in
            returns.slice(scored).withMutableSpan { returns in
              writeGeneralizedAdvantages(
                rewards: rewards, values: values, gamma: gamma, lambda: lambda,
                advantages: &advantages, returns: &returns)
            }
          }
        }
      }
    }
    if whitens { advantages.withMutableSpan { whiten(&$0) } }
    self.values = values
    self.returns = returns
    self.advantages = advantages
  }

  private static func writeRewards(
    _ reward: Double, _ penalty: Penalty?, _ scored: Range<Int>, to rewards: FloatView
  ) {
    guard let penalty else {
      rewards.fill(0)
      rewards[rewards.count - 1] = Float(reward)
      return
    }
    penalty.old.slice(scored).withSpan { old in
      penalty.reference.slice(scored).withSpan { reference in
        rewards.withMutableSpan {
          writeTokenRewards(
            reward, oldLogProbs: old, referenceLogProbs: reference, weight: penalty.weight,
            estimator: penalty.estimator, to: &$0)
        }
      }
    }
  }

  /// How much of the returns' variance the values explain; nil where the returns don't vary.
  package var explainedVariance: Double? {
    values.withSpan { values in
      returns.withSpan { Learning.explainedVariance(values: values, returns: $0) }
    }
  }
}
