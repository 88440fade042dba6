package import Kernels
package import LanguageModel
internal import Synchronization

/// The critic: V(s), the return that is expected from each token on.
///
/// The state before a token is the text up to it, and V comes from the same row as the token's
/// logits. A critic of its own is a transformer of the policy's shape that starts as a copy of it; with
/// a shared trunk it is a second head of the policy itself. Either way the head starts at 0.
package struct Critic {
  /// The model with the value head; with a shared trunk it is the policy.
  package let model: Transformer
  /// What trains it; with a shared trunk it is the policy's.
  package let learner: Learner
  /// Whether it is a head on the policy's trunk.
  package let sharesTrunk: Bool

  /// V before each scored token, in memory of its own.
  package func values(of batch: TokenForest) -> FloatView { learner.values(model, batch) }
}

/// What a critic learns from some sequences.
package struct ValueTargets: Sendable {
  /// V of the scored tokens when the batch was made.
  package let oldValues: FloatView
  /// R of the scored tokens.
  package let returns: FloatView
  /// How far V is from R.
  package let loss: ValueLoss
  /// Of each token.
  package let weight: Double

  /// Makes targets; both views have the order of the batch's scored tokens.
  package init(oldValues: FloatView, returns: FloatView, loss: ValueLoss, weight: Double) {
    self.oldValues = oldValues
    self.returns = returns
    self.loss = loss
    self.weight = weight
  }

  /// The loss of one sequence's tokens, and its slopes by their new values.
  func write(_ scored: Range<Int>, new: FloatView, slopes: FloatView) -> ValueLossSums {
    new.slice(scored).withSpan { new in
      oldValues.slice(scored).withSpan { old in
        returns.slice(scored).withSpan { returns in
          slopes.slice(scored).withMutableSpan { slopes in
            loss.write(
              newValues: new, oldValues: old, returns: returns, weight: weight, slopes: &slopes)
          }
        }
      }
    }
  }
}

extension Learner {
  /// The values of a batch's scored tokens, in memory of their own.
  package func values(_ model: Transformer, _ batch: TokenForest) -> FloatView {
    let values = FloatBuffer(count: batch.scoredCount).all
    pass.score(model, batch, temperature: temperature, into: PassOutputs(values: values))
    return values
  }

  /// Takes one update of a critic alone; as `update` where something is not finite.
  package func updateCritic(
    _ model: Transformer, _ batch: TokenForest, targets: ValueTargets, learningRate: Double
  ) -> Report {
    let (values, slopes) = (tokens(5, of: batch), tokens(6, of: batch))
    let sums = Mutex([ValueLossSums](repeating: ValueLossSums(), count: batch.count))
    pass.gradient(
      model, batch, temperature: temperature, outputs: PassOutputs(values: values),
      slopes: PassOutputs(values: slopes), into: optimizer.gradients
    ) { sequences in
      for sequence in sequences {
        let one = targets.write(batch.scored(sequence), new: values, slopes: slopes)
        sums.withLock { $0[sequence] = one }
      }
    }
    var report = Report()
    sums.withLock { for one in $0 { report.values += one } }
    finish(&report, model, learningRate: learningRate)
    return report
  }
}
