package import Learning
internal import Statistics
internal import Verifiers

/// What a step's report needs to know beside its samples.
package struct PolicyReport: Sendable {
  /// What the policy's updates came to.
  package var tally = Tally<LossSums>()
  /// The loss they were taken by.
  package var loss: PolicyLoss
  /// Of each completion, in the order of the samples; of a completion whose tokens have one each, the mean.
  package var advantages: [Double]
  /// The rate of the policy's updates.
  package var learningRate: Double
  /// What may become of a token, the ledger's lines.
  package var fates: [TokenFate] = TokenFate.ofPolicyGradients
  /// Completions that are written down; 0 for all.
  package var logged: Int

  package init(loss: PolicyLoss, advantages: [Double], learningRate: Double, logged: Int) {
    self.loss = loss
    self.advantages = advantages
    self.learningRate = learningRate
    self.logged = logged
  }
}

extension Samples {
  /// The step's metrics, under TRL's names where it has one, and its completion records.
  package func outcome(step: Int, _ lab: Lab, _ report: PolicyReport) -> StepOutcome {
    let tally = report.tally
    lab.tokensSeen += tokenCount + promptTokenCount
    var m = Metrics()
    m["step"] = Double(step)
    m["reward"] = mean(judgements.compactMap(\.reward))
    let penalized = judgements.map(\.penalized)
    m["reward_std"] = groupDeviation(rewards: penalized, groupSize: copies)
    let (overlong, divergences) = (
      judgements.compactMap(\.overlong), judgements.compactMap(\.divergence)
    )
    if !overlong.isEmpty { m["penalty/overlong"] = mean(overlong) }
    if !divergences.isEmpty { m["penalty/kl"] = mean(divergences) }
    for part in lab.suite.verifier.partNames {
      m["rewards/\(part)/mean"] = mean(judgements.compactMap { $0.verdict.part(part) })
    }
    enterShadow(&m, step: step, lab)
    let isFlat = flatGroups(rewards: penalized, groupSize: copies)
    m["frac_reward_zero_std"] = Double(isFlat.count { $0 }) / Double(isFlat.count)
    enterLengths(&m)
    m["entropy"] = entropySum / Double(tokenCount)
    if let kl = tally.sums.klEstimates {
      m["kl"] = tally.divergenceSum.map { $0 / Double(tally.sums.tokens) }
      m["kl/k1"] = kl.k1
      m["kl/k2"] = kl.k2
      m["kl/k3"] = kl.k3
    }
    Self.enterClipping(&m, tally.sums, report.loss)
    m["loss"] = tally.meanLoss
    m["grad_norm"] = tally.meanGradientNorm
    m["learning_rate"] = report.learningRate
    m["updates"] = Double(tally.updates)
    for (fate, share) in tally.sums.ledger.shares where report.fates.contains(fate) {
      m["ledger/\(fate.rawValue)"] = share
    }
    m["verifier/failures"] = Double(judgements.count { $0.reward == nil })
    if let difference = tally.logProbabilityDifference {
      m["sampling/logp_difference_max"] = difference
    }
    m["num_tokens"] = Double(lab.tokensSeen)
    m["time/rollout"] = seconds
    m["time/verify"] = judgingSeconds
    let update = Clock.seconds(since: readyTime)
    m["time/update"] = update
    let total = seconds + judgingSeconds + update
    m["step_time"] = total
    m["tokens_per_second"] = Double(tokenCount + promptTokenCount) / total
    return StepOutcome(metrics: m, completions: records(step, report))
  }

  /// Shares of all ratios that could have been cut: those of tokens or of completions.
  private static func enterClipping(_ m: inout Metrics, _ sums: LossSums, _ loss: PolicyLoss) {
    let ratios = loss.ratioLevel == .token ? sums.ledger.tokens : sums.completions
    m["clip_ratio/region_mean"] = sums.clipRatioRegion(of: ratios)
    m["clip_ratio/low_mean"] = sums.clipRatioLow(of: ratios)
    m["clip_ratio/high_mean"] = sums.clipRatioHigh(of: ratios)
    switch loss.surrogate {
    case .clipped(let surrogate) where surrogate.ratioCap.isFinite:
      m["clip_ratio/capped_mean"] = sums.clipRatioCapped(of: ratios)
    case .truncatedWeight:
      m["cispo_clip_ratio"] = sums.weightCappedShare(of: ratios)
    case .clipped, .policyGradient: break
    }
  }

  private func enterLengths(_ m: inout Metrics) {
    let lengths = sequences.map { Double($0.count) }
    m["completions/mean_length"] = mean(lengths)
    m["completions/min_length"] = lengths.min()
    m["completions/max_length"] = lengths.max()
    m["completions/clipped_ratio"] =
      Double(completions.count { !$0.isFinished }) / Double(lengths.count)
    var (solved, unsolved) = ([Double](), [Double]())
    for (length, judgement) in zip(lengths, judgements) {
      guard case .score(let score) = judgement.verdict else { continue }
      if score.isSolved { solved.append(length) } else { unsolved.append(length) }
    }
    if !solved.isEmpty { m["completions/solved_mean_length"] = mean(solved) }
    if !unsolved.isEmpty { m["completions/unsolved_mean_length"] = mean(unsolved) }
  }

  /// What the shadow verifier said of a step, beside the reward; nothing without one.
  private func enterShadow(_ m: inout Metrics, step: Int, _ lab: Lab) {
    guard let shadow = lab.shadow else { return }
    let verdicts = judgements.compactMap(\.shadow)
    guard verdicts.count == judgements.count else { return }
    let (rewards, others) = (judgements.map(\.reward), verdicts.map(\.reward))
    m["shadow/reward"] = mean(others.compactMap { $0 })
    for part in shadow.partNames {
      m["shadow/rewards/\(part)/mean"] = mean(verdicts.compactMap { $0.part(part) })
    }
    let gaps = zip(rewards, others).compactMap { reward, other in
      reward.flatMap { reward in other.map { reward - $0 } }
    }
    if !gaps.isEmpty { m["shadow/gap"] = mean(gaps) }
    lab.shadowWatch?.enter(step: step, rewards: rewards, shadow: others, groupSize: copies)
    if let rise = lab.shadowWatch?.rise { m["shadow/gap_rise"] = rise }
    m["shadow/failures"] = Double(others.count { $0 == nil })
    m["shadow/parted"] = Double(lab.shadowWatch?.divergence?.step ?? 0)
  }

  private func records(_ step: Int, _ report: PolicyReport) -> [CompletionRecord] {
    let count = completions.count
    let wanted = report.logged == 0 ? count : min(count, report.logged)
    // Spread over the problems, so that a small number shows many of them.
    return (0..<wanted).map { i in
      let s = i * count / wanted
      let judgement = judgements[s]
      var record = CompletionRecord(
        step: step, problem: s / copies, sample: s % copies, task: problem(s).task,
        prompt: problem(s).prompt, answer: problem(s).answer, completion: completions[s].text,
        finished: completions[s].isFinished, reward: judgement.reward,
        penalty: judgement.penalty, advantage: report.advantages[s])
      switch judgement.verdict {
      case .score(let score): record.parts = score.parts
      case .failure(let text): record.failure = text
      }
      record.shadow = judgement.shadow.map(ShadowRecord.init)
      return record
    }
  }
}

extension Verdict {
  /// A part of the score; nil for a failure and where there is no such part.
  fileprivate func part(_ name: String) -> Double? {
    if case .score(let score) = self { score.parts[name] } else { nil }
  }
}
