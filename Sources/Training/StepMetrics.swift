internal import Foundation
internal import Verifiers

extension RunState {
  /// The metrics and completion records of a step that sampled, under TRL's names.
  ///
  /// `penalties` are what was taken off the rewards before they became advantages.
  func report(
    step: Int, _ rollout: Rollout, _ verdicts: Verdicts, penalties: RewardPenalties? = nil,
    advantages: GroupAdvantages, totals: UpdateTotals, learningRate: Double, updateStart: UInt64
  ) -> StepReport {
    let count = rollout.completions.count
    let sampled = rollout.tokenCount
    tokensSeen += sampled + rollout.promptTokenCount
    var m = Metrics()
    m["step"] = Double(step)
    let rewards = verdicts.rewards.compactMap { $0 }
    m["reward"] = mean(rewards)
    m["reward_std"] = groupDeviation(
      rewards: penalties?.applied(to: verdicts.rewards) ?? verdicts.rewards,
      groupSize: rollout.copies)
    if let overlong = penalties?.overlong { m["penalty/overlong"] = mean(overlong) }
    if let divergence = penalties?.divergence { m["penalty/kl"] = mean(divergence) }
    for part in suite.verifier.partNames {
      let values = verdicts.verdicts.compactMap { verdict -> Double? in
        if case .score(let score) = verdict { score.parts[part] } else { nil }
      }
      m["rewards/\(part)/mean"] = mean(values)
    }
    enterShadow(&m, step: step, rollout, verdicts)
    m["frac_reward_zero_std"] =
      Double(advantages.isFlat.count { $0 }) / Double(advantages.isFlat.count)
    enterLengths(&m, rollout, verdicts)
    m["entropy"] = rollout.entropySum / Double(sampled)
    if let kl = totals.sums.klEstimates {
      m["kl"] = totals.divergenceSum.map { $0 / Double(totals.sums.tokens) }
      m["kl/k1"] = kl.k1
      m["kl/k2"] = kl.k2
      m["kl/k3"] = kl.k3
    }
    enterClipping(&m, totals)
    let updates = Double(max(1, totals.updates))
    m["loss"] = totals.sums.loss / updates
    m["grad_norm"] = totals.gradientNorm / updates
    m["learning_rate"] = learningRate
    m["updates"] = Double(totals.updates)
    for (fate, share) in totals.sums.ledger.shares
    where (fate != .rejected || configuration.algorithm == .raft)
      && (fate != .criticWarmUp || critic != nil)
    {
      m["ledger/\(fate.rawValue)"] = share
    }
    m["verifier/failures"] = Double(verdicts.failures)
    if let difference = totals.logProbabilityDifference {
      m["sampling/logp_difference_max"] = difference
    }
    m["num_tokens"] = Double(tokensSeen)
    m["time/rollout"] = rollout.seconds
    m["time/verify"] = verdicts.seconds
    let update = Clock.seconds(since: updateStart)
    m["time/update"] = update
    let seconds = rollout.seconds + verdicts.seconds + update
    m["step_time"] = seconds
    m["tokens_per_second"] = Double(sampled + rollout.promptTokenCount) / seconds
    return StepReport(
      metrics: m,
      completions: records(step, rollout, verdicts, penalties, advantages.advantages, count))
  }

  /// Shares of all ratios that could have been cut: those of tokens or of completions.
  private func enterClipping(_ m: inout Metrics, _ totals: UpdateTotals) {
    let sums = totals.sums
    let ratios = configuration.ratioLevel == .token ? sums.ledger.tokens : totals.completions
    m["clip_ratio/region_mean"] = sums.clipRatioRegion(of: ratios)
    m["clip_ratio/low_mean"] = sums.clipRatioLow(of: ratios)
    m["clip_ratio/high_mean"] = sums.clipRatioHigh(of: ratios)
    if configuration.ratioCap > 0 { m["clip_ratio/capped_mean"] = sums.clipRatioCapped(of: ratios) }
    if configuration.surrogate == .cispo {
      m["cispo_clip_ratio"] = sums.weightCappedShare(of: ratios)
    }
  }

  private func enterLengths(_ m: inout Metrics, _ rollout: Rollout, _ verdicts: Verdicts) {
    let lengths = rollout.sequences.map { Double($0.count) }
    m["completions/mean_length"] = mean(lengths)
    m["completions/min_length"] = lengths.min()
    m["completions/max_length"] = lengths.max()
    m["completions/clipped_ratio"] =
      Double(rollout.completions.count { !$0.isFinished }) / Double(lengths.count)
    var (solved, unsolved) = ([Double](), [Double]())
    for (length, verdict) in zip(lengths, verdicts.verdicts) {
      guard case .score(let score) = verdict else { continue }
      if score.isSolved { solved.append(length) } else { unsolved.append(length) }
    }
    if !solved.isEmpty { m["completions/solved_mean_length"] = mean(solved) }
    if !unsolved.isEmpty { m["completions/unsolved_mean_length"] = mean(unsolved) }
  }

  private func records(
    _ step: Int, _ rollout: Rollout, _ verdicts: Verdicts, _ penalties: RewardPenalties?,
    _ advantages: [Double], _ count: Int
  ) -> [CompletionRecord] {
    let limit = configuration.logCompletions
    let wanted = limit == 0 ? count : min(count, limit)
    // Spread over the problems, so that a small number shows many of them.
    return (0..<wanted).map { i in
      let s = i * count / wanted
      var record = CompletionRecord(
        step: step, problem: s / rollout.copies, sample: s % rollout.copies,
        task: rollout.problem(s).task, prompt: rollout.problem(s).prompt,
        answer: rollout.problem(s).answer, completion: rollout.completions[s].text,
        finished: rollout.completions[s].isFinished, reward: verdicts.rewards[s],
        penalty: penalties?.total(s), advantage: advantages[s])
      switch verdicts.verdicts[s] {
      case .score(let score): record.parts = score.parts
      case .failure(let text): record.failure = text
      }
      record.shadow = verdicts.shadow.map { ShadowRecord($0[s]) }
      return record
    }
  }
}

/// The mean, 0 for none.
func mean(_ values: [Double]) -> Double {
  values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
}
