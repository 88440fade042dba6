internal import Foundation
internal import LanguageModel
internal import Kernels
internal import TaskSuites
internal import Verifiers

/// Group relative policy optimisation: PPO's clipped objective without a critic.
///
/// Shao et al., "DeepSeekMath" (arXiv 2402.03300), algorithm 1 and equation 3, with outcome rewards.
/// Where a step differs from the paper, each difference a field of the configuration:
/// - `loss_normalization`: the mean over all tokens (DAPO) by default; the paper's is
///   `sequence_mean`, Dr. GRPO's `constant_length`.
/// - `advantage_scale`: the group's standard deviation as in the paper, the batch's, or none.
/// - `advantage_epsilon` is added to that deviation, which has Bessel's correction, as in TRL.
/// - `clip_low`, `clip_high`: two ranges (DAPO's clip-higher); equal by default as in the paper.
/// - `kl_weight`: 0 by default; the paper's 0.04 adds its estimator (k3) to each token's loss.
/// - `epochs`, `minibatches`: one update per batch by default, and then every ratio is 1.
/// - A group whose rewards are all equal has no advantage and is skipped before the forward pass;
///   with `kl_weight` above 0 its pull to the reference is dropped too.
/// - A completion whose verifier failed leaves its group; it is counted, never scored 0.
package struct GRPO: TrainingAlgorithm {
  private let run: RunState
  private let loss: PolicyLoss
  private var config: Configuration { run.configuration }
  private var groupSize: Int { config.groupSize }

  package init(_ run: RunState) {
    self.run = run
    let c = run.configuration
    loss = PolicyLoss(
      .clipped(ClippedSurrogate(clipLow: c.clipLow, clipHigh: c.clipHigh)),
      klWeight: c.klWeight)
  }

  package func step(_ step: Int) throws -> StepReport {
    // o_1 … o_G ~ π_old(· | q)
    let rollout = try run.sample(step: step, copies: groupSize)
    // r_i from the program that checks o_i, never from the policy
    let verdicts = try run.verify(rollout, step: step)
    // Â_i = (r_i - mean r) / (std r + δ) inside each group
    let relative = groupRelativeAdvantages(
      rewards: verdicts.rewards, groupSize: groupSize, scale: config.advantageScale,
      epsilon: config.advantageEpsilon)
    let updateStart = Clock.now
    let fates = rollout.sequences.indices.map { s in
      TokenFate.withheld(
        verifierFailed: verdicts.rewards[s] == nil, inFlatGroup: relative.isFlat[s / groupSize],
        maskedAsTruncated: false)
    }
    var totals = UpdateTotals()
    let rate = run.learningRate(step: step)
    // One update per batch needs no log π_old: the forward pass that trains computes it.
    let isOnPolicy = config.epochs * config.minibatches == 1
    let whole = Selection(rollout, fates, Array(rollout.sequences.indices))
    let old = isOnPolicy || whole.isEmpty ? nil : run.learner.score(run.policy, whole.batch)
    let reference = whole.isEmpty ? nil : run.reference.map { run.learner.score($0, whole.batch) }
    if let old { totals.compare(old, with: rollout, whole) }

    for epoch in 0..<config.epochs {
      for sequences in run.minibatches(of: rollout, step: step, epoch: epoch) {
        let part = isOnPolicy ? whole : Selection(rollout, fates, sequences)
        totals.enterWithheld(part, fates, rollout)
        if part.isEmpty { continue }
        let report = run.learner.update(
          run.policy,
          Learner.Minibatch(
            part.batch, advantages: part.sequences.map { relative.advantages[$0] },
            old: old.map { part.gather($0, from: whole) },
            reference: reference.map { part.gather($0, from: whole) }),
          loss: loss,
          divisor: LossDivisor(
            config.lossNormalization, completions: sequences.count,
            tokens: sequences.reduce(0) { $0 + rollout.sequences[$1].count },
            maxCompletionTokens: config.maxCompletionTokens), learningRate: rate)
        if let what = report.nonFinite { throw TrainingError.notFinite(step: step, what: what) }
        if isOnPolicy { totals.compare(report.logProbabilities, with: rollout, whole) }
        totals.enter(report)
      }
    }
    return run.report(
      step: step, rollout, verdicts, advantages: relative, totals: totals, learningRate: rate,
      updateStart: updateStart)
  }
}
