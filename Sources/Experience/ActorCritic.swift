internal import Kernels
package import Learning
package import Settings
internal import Statistics

/// What algorithms with a critic share: its network, the estimates of a step's tokens, and updates of both.
package struct ActorCritic {
  /// The critic.
  package let critic: Critic
  private let policy: Network
  private let lab: Lab
  private let settings: CriticSettings
  private let optimizer: OptimizerSettings
  private let actorLoss: PolicyObjective
  private let valueLoss: ValueObjective

  /// The policy of an algorithm with a critic: with a shared trunk it is a copy that has the value head too.
  package static func policy(
    _ settings: CriticSettings, _ optimizer: OptimizerSettings, _ lab: Lab, _ run: RunSettings
  ) -> Network {
    lab.network(
      settings.sharedTrunk ? Critic.sharedModel(from: lab.model) : lab.model, optimizer,
      temperature: run.temperature)
  }

  /// - Parameters:
  ///   - policy: as `policy` makes it.
  ///   - valueClip: how far a value may move from the old one; nil for no bound.
  package init(
    _ settings: CriticSettings, _ optimizer: OptimizerSettings, _ lab: Lab, _ run: RunSettings,
    policy: Network, actorLoss: PolicyObjective, valueClip: Double?
  ) {
    self.settings = settings
    self.optimizer = optimizer
    self.lab = lab
    self.policy = policy
    self.actorLoss = actorLoss
    // Only a shared trunk has a coefficient: c_1 of PPO's equation 9.
    valueLoss = ValueObjective(
      ValueLoss(
        clipRange: valueClip, coefficient: settings.sharedTrunk ? settings.valueWeight : 1))
    critic =
      settings.sharedTrunk
      ? .shared(policy)
      : .separate(
        lab.network(Critic.model(from: lab.model), optimizer, temperature: run.temperature))
  }

  /// The networks that learn.
  package var networks: [(name: String, network: Network)] {
    switch critic {
    case .shared: [("policy", policy)]
    case .separate(let network): [("policy", policy), ("critic", network)]
    }
  }

  /// Fills the columns that actor and critic learn from: `oldValues`, `returns` and `advantage`.
  ///
  /// - Parameters:
  ///   - rewards: of all completions by their number, each given at its last token.
  ///   - penalty: taken off the reward of each token.
  package func estimate(
    _ batch: inout Batch, rewards: [Double?], penalty: TokenEstimates.Penalty?
  ) -> TokenEstimates {
    let estimates = TokenEstimates(
      batch.forest, rewards: batch.sequences.map { rewards[$0] ?? 0 },
      values: critic.network.values(of: batch), penalty: penalty, gamma: settings.gamma,
      lambda: settings.gaeLambda, whitens: settings.whitenAdvantages)
    batch[.oldValues] = .occurrences(estimates.values)
    batch[.returns] = .occurrences(estimates.returns)
    batch[.advantage] = .occurrences(estimates.advantages)
    return estimates
  }

  // MARK: Updates

  /// The updates of one step.
  package struct Updates {
    fileprivate let actorCritic: ActorCritic
    fileprivate let learningRate: Double
    fileprivate let criticRate: Double
    /// Whether the critic alone learns (VC-PPO, arXiv 2503.01491).
    fileprivate let isWarmUp: Bool
    fileprivate var actor = Tally<LossSums>()
    fileprivate var values = Tally<ValueLossSums>()

    /// Takes an update of both on some of the batch.
    ///
    /// - Throws: `NotFinite`; the weights that are not finite are then those before the update.
    package mutating func take(on part: Batch) throws(NotFinite) {
      let (policy, actorLoss) = (actorCritic.policy, actorCritic.actorLoss)
      actor.sums.enterMembers(of: part)
      if part.isEmpty { return }
      switch actorCritic.critic {
      case .shared:
        let both = try policy.update(
          on: part, by: Both(actorLoss, actorCritic.valueLoss), learningRate: learningRate)
        actor += both.map(\.first)
        values += both.map(\.second)
      case .separate(let critic):
        do {
          values += try critic.update(
            on: part, by: actorCritic.valueLoss, learningRate: criticRate)
        } catch {
          throw NotFinite(what: "\(error.what) of the critic")
        }
        if isWarmUp {
          actor.sums.enterWithheld(.criticWarmUp, tokens: part.forest.scoredCount)
          actor.noteDifference(
            part.largestDifference(part.occurrences(.old), part.occurrences(.sampled)))
        } else {
          actor += try policy.update(on: part, by: actorLoss, learningRate: learningRate)
        }
      }
    }
  }

  /// A step's updates, none of them taken yet.
  package func updates(of step: Int) -> Updates {
    Updates(
      actorCritic: self, learningRate: lab.learningRate(optimizer, step: step),
      criticRate: lab.learningRate(optimizer, peak: settings.criticLearningRate, step: step),
      isWarmUp: !settings.sharedTrunk && step <= settings.criticWarmupSteps)
  }

  // MARK: Report

  /// The step's metrics and completions, with what the critic made of them.
  package func outcome(
    _ step: Int, _ samples: Samples, _ batch: Batch, _ estimates: TokenEstimates,
    _ updates: Updates, logged: Int
  ) -> StepOutcome {
    // Of each completion the mean advantage of its tokens; 0 for those that take no part.
    var advantages = [Double](repeating: 0, count: samples.sequences.count)
    var places: [Int: Range<Int>] = [:]
    for (index, sequence) in batch.sequences.enumerated() {
      let scored = batch.forest.scored(index)
      places[sequence] = scored
      advantages[sequence] = mean(estimates.advantages.slice(scored).array.map(Double.init))
    }
    var report = PolicyReport(
      loss: actorLoss.loss, advantages: advantages, learningRate: updates.learningRate,
      logged: logged)
    report.tally = updates.actor
    report.fates.append(.criticWarmUp)
    var outcome = samples.outcome(step: step, lab, report)
    if batch.isEmpty { return outcome }
    let values = updates.values
    outcome.metrics["vf_loss"] = values.meanLoss
    outcome.metrics["clip_ratio/value_mean"] = values.sums.clipRatio
    outcome.metrics["value/mean"] = mean(estimates.values.array.map(Double.init))
    outcome.metrics["value/return_mean"] = mean(estimates.returns.array.map(Double.init))
    outcome.metrics["value/explained_variance"] = estimates.explainedVariance
    if case .separate = critic {
      outcome.metrics["value/grad_norm"] = values.meanGradientNorm
      outcome.metrics["value/learning_rate"] = updates.criticRate
    }
    for index in outcome.completions.indices {
      let record = outcome.completions[index]
      guard let scored = places[record.problem * samples.copies + record.sample] else { continue }
      outcome.completions[index].advantages = estimates.advantages.slice(scored).array
      outcome.completions[index].values = estimates.values.slice(scored).array
    }
    return outcome
  }
}
