internal import Kernels
internal import LanguageModel
internal import Learning
internal import Verifiers

/// A step's completions on their way from samples to updates: what the algorithms that sample share.
///
/// An algorithm makes one, turns `rewards` into advantages, assigns them, and takes its updates. What a
/// critic adds is in `PolicyBatch+Critic.swift`.
struct PolicyBatch {
  /// o ~ π_old(· | q): copy s mod G of problem s / G is sequence s.
  let rollout: Rollout
  /// What the program that checks them said; never the policy.
  let verdicts: Verdicts
  /// The rewards to learn from, one per completion: the verifier's less the penalties; nil where the
  /// verifier failed, and in flat groups that other ones have replaced.
  let rewards: [Double?]
  /// Rounds of sampling taken.
  let rounds: Int

  let run: RunState
  let step: Int
  private let penalties: RewardPenalties
  private let groups: [Int]
  private let updateStart: UInt64
  private var config: Configuration { run.configuration }

  private var advantages: [Double] = []
  private var fates: [TokenFate?] = []
  private var isAccepted: [Bool]?
  /// Who takes part; the numbers of tokens lie in its order.
  private(set) var whole: Selection
  private var old: FloatView?
  private(set) var reference: FloatView?
  private var referenceDistributions: FloatView?
  private var estimates: TokenEstimates?
  var totals = UpdateTotals()

  // MARK: Samples and rewards

  /// Samples and judges the step's completions.
  ///
  /// With `samplingRounds` above 1, each further round has as many new problems as there are groups
  /// whose rewards are all equal, until none is missing or the rounds are used up.
  ///
  /// - Throws: as `RunState.sample` and `RunState.verify` do.
  init(_ run: RunState, step: Int) throws {
    let c = run.configuration
    var rollout = try run.sample(step: step, copies: c.groupSize)
    var verdicts = try run.verify(rollout, step: step)
    var penalties = RewardPenalties(c, rollout)
    var rewards = penalties.applied(to: verdicts.rewards)
    var rounds = 1
    func mixed() -> [Int] {
      let isFlat = flatGroups(rewards: rewards, groupSize: c.groupSize)
      return isFlat.indices.filter { !isFlat[$0] }
    }
    while rounds < c.samplingRounds {
      let missing = c.problems - mixed().count
      if missing == 0 { break }
      let more = try run.sample(step: step, copies: c.groupSize, round: rounds, count: missing)
      verdicts.append(run.judge(more, step: step, firstProblem: rollout.problems.count))
      try run.check(verdicts, step: step)
      rollout.append(more)
      penalties = RewardPenalties(c, rollout)
      rewards = penalties.applied(to: verdicts.rewards)
      rounds += 1
    }
    updateStart = Clock.now
    groups = c.samplingRounds > 1 ? mixed() : Array(rollout.problems.indices)
    let hasDivergence = c.klWeight > 0 && c.klInReward
    whole = Selection(
      rollout, Array(repeating: nil, count: rollout.sequences.count),
      hasDivergence ? Array(rollout.sequences.indices) : [])
    if hasDivergence, let first = run.reference {
      (reference, referenceDistributions) = Self.score(run, first, whole)
      if let reference {
        penalties.divergence = RewardPenalties.divergences(
          rollout, whole, reference: reference, weight: c.klWeight, estimator: c.klEstimator)
      }
      // A critic's rewards are those of tokens, and so is the divergence that is taken off them.
      if run.critic == nil { rewards = penalties.applied(to: verdicts.rewards) }
    }
    let kept = Set(groups)
    self.rewards = rewards.indices.map { kept.contains($0 / c.groupSize) ? rewards[$0] : nil }
    self.rollout = rollout
    self.verdicts = verdicts
    self.penalties = penalties
    self.rounds = rounds
    self.run = run
    self.step = step
  }

  // MARK: Advantages

  /// Fixes each completion's advantage and who takes part, and finds log π_old and log π_ref of those.
  ///
  /// - Parameters:
  ///   - advantages: one per completion.
  ///   - isFlat: groups with nothing to teach, which are skipped; nil where none is.
  ///   - isAccepted: completions that rejection sampling keeps; nil for all.
  mutating func assign(
    _ advantages: [Double], skipping isFlat: [Bool]? = nil, accepting isAccepted: [Bool]? = nil
  ) {
    self.advantages = advantages
    self.isAccepted = isAccepted
    select(skipping: isFlat, accepting: isAccepted)
  }

  /// Fixes who takes part, and the advantage of each of their tokens by a critic.
  mutating func assign(by critic: Critic) {
    select(skipping: nil, accepting: nil)
    let estimates = estimates(by: critic)
    self.estimates = estimates
    advantages = Array(repeating: 0, count: rollout.sequences.count)
    for (index, sequence) in whole.sequences.enumerated() {
      advantages[sequence] = mean(
        estimates.advantages.slice(whole.batch.scored(index)).array.map(Double.init))
    }
  }

  private mutating func select(skipping isFlat: [Bool]?, accepting isAccepted: [Bool]?) {
    fates = rollout.sequences.indices.map { s in
      let isRejected = isAccepted.map { !$0[s] } ?? false
      return TokenFate.withheld(
        verifierFailed: verdicts.rewards[s] == nil,
        inFlatGroup: isFlat?[s / rollout.copies] ?? false, maskedAsTruncated: isMasked(s))
        ?? (isRejected ? .rejected : nil)
    }
    let all = whole
    whole = Selection(rollout, fates, groups.flatMap(members))
    if whole.isEmpty { return }
    if let scored = reference, let distributions = referenceDistributions {
      reference = whole.gather(scored, from: all)
      referenceDistributions = whole.gather(distributions, width: vocabularySize, from: all)
    } else if let first = run.reference {
      (reference, referenceDistributions) = Self.score(run, first, whole)
    }
    // One update per batch needs no log π_old: the forward pass that trains computes it.
    if !isOnPolicy {
      let scored = run.learner.score(run.policy, whole.batch)
      totals.compare(scored, with: rollout, whole)
      old = scored
    }
  }

  private var isOnPolicy: Bool { config.updatesPerStep == 1 }
  private var vocabularySize: Int { run.policy.configuration.vocabularySize }
  private func members(_ group: Int) -> Range<Int> {
    group * rollout.copies..<(group + 1) * rollout.copies
  }
  private func isMasked(_ sequence: Int) -> Bool {
    config.maskTruncated && !rollout.completions[sequence].isFinished
  }

  private static func score(
    _ run: RunState, _ reference: Transformer, _ selection: Selection
  ) -> (FloatView, FloatView) {
    let vocabulary = run.policy.configuration.vocabularySize
    let distributions = FloatBuffer(count: selection.batch.scoredCount * vocabulary).all
    return (
      run.learner.score(reference, selection.batch, distributions: distributions), distributions
    )
  }

  // MARK: Updates

  /// The completions of each update of a pass over the batch; groups that have left it go into the
  /// ledger only.
  mutating func minibatches(epoch: Int) -> [[Int]] {
    let kept = Set(groups)
    let left = rollout.problems.indices.filter { !kept.contains($0) }.flatMap(members)
    totals.enterWithheld(Selection(rollout, fates, left), fates, rollout)
    // Whole groups, as far as advantages are those of groups.
    return estimates == nil
      ? run.minibatches(of: groups, copies: rollout.copies, step: step, epoch: epoch)
      : run.minibatches(of: groups.flatMap(members), copies: 1, step: step, epoch: epoch)
  }

  /// Takes one optimizer update on some of the batch's completions; none where nobody takes part.
  ///
  /// With a `valueLoss` the critic that gave the advantages is updated too; in its warm-up it alone.
  ///
  /// - Throws: `TrainingError.notFinite`; the weights are then those before it.
  mutating func update(
    on sequences: [Int], by loss: PolicyLoss, and valueLoss: ValueLoss? = nil
  ) throws {
    let isAll = sequences == whole.candidateSequences
    let part = isAll ? whole : Selection(rollout, fates, sequences)
    totals.enterWithheld(part, fates, rollout)
    if part.isEmpty { return }
    // What rejection sampling drops is no part of the batch; whoever else is withheld counts, so that
    // the step doesn't grow when fewer have a signal.
    let counted = sequences.filter { isAccepted?[$0] ?? true }
    let divisor = LossDivisor(
      config.lossNormalization, completions: counted.count,
      tokens: counted.reduce(0) { $0 + (isMasked($1) ? 0 : rollout.sequences[$1].count) },
      maxCompletionTokens: config.maxCompletionTokens)
    var targets: ValueTargets?
    if let valueLoss, let critic = run.critic, let estimates {
      let all = estimates.targets(of: part, in: whole, valueLoss, tokens: divisor.tokens)
      if critic.sharesTrunk {
        targets = all
      } else {
        try update(critic, on: part, targets: all)
        if step <= config.criticWarmupSteps { return totals.enterWarmUp(part) }
      }
    }
    let report = run.learner.update(
      run.policy,
      Learner.Minibatch(
        part.batch,
        estimates.map { .ofTokens(part.gather($0.advantages, from: whole)) }
          ?? .ofSequences(part.sequences.map { advantages[$0] }),
        old: old.map { part.gather($0, from: whole) },
        reference: reference.map { part.gather($0, from: whole) },
        referenceDistributions: referenceDistributions.map {
          part.gather($0, width: vocabularySize, from: whole)
        }, valueTargets: targets),
      loss: loss, divisor: divisor,
      learningRate: run.learningRate(step: step))
    if let what = report.nonFinite { throw TrainingError.notFinite(step: step, what: what) }
    if isOnPolicy { totals.compare(report.logProbabilities, with: rollout, whole) }
    totals.enter(report)
  }

  // MARK: Report

  /// The step's metrics and completions.
  func report() -> StepReport {
    let isFlat = flatGroups(
      rewards: penalties.applied(to: verdicts.rewards), groupSize: rollout.copies)
    var report = run.report(
      step: step, rollout, verdicts, penalties: penalties,
      advantages: GroupAdvantages(advantages: advantages, isFlat: isFlat), totals: totals,
      learningRate: run.learningRate(step: step), updateStart: updateStart)
    if config.samplingRounds > 1 { report.metrics["sampling/rounds"] = Double(rounds) }
    if let estimates { enter(estimates, into: &report) }
    return report
  }
}

extension PolicyLoss {
  /// The loss with a configuration's ratios, KL term and entropy bonus.
  init(_ surrogate: PolicySurrogate, _ c: Configuration) {
    self.init(
      surrogate, ratioLevel: c.ratioLevel, klWeight: c.klInReward ? 0 : c.klWeight,
      klEstimator: c.klEstimator, entropyWeight: c.entropyWeight)
  }
}

extension ClippedSurrogate {
  /// The surrogate with a configuration's clip range and cap.
  init(_ c: Configuration) {
    self.init(
      clipLow: c.clipLow, clipHigh: c.clipHigh, ratioCap: c.ratioCap > 0 ? c.ratioCap : .infinity)
  }
}
