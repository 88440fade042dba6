import Foundation
import Learning
import Testing

/// Numbers of the fixtures that mean something else than Hone's, made from Hone's functions and the
/// one difference: so it is known what differs, and that nothing else does.
@Suite("Objectives: where other libraries mean something else")
struct ElsewhereTests {
  // MARK: losses.json

  /// TRL's default multiplies the KL by the ratio, with its gradient, to make up for tokens that
  /// another policy sampled. Hone has GRPO's equation 3, where it stands alone. With one update per
  /// batch the ratio is 1 and the loss is the same, but not the slope.
  @Test(arguments: [
    ("grpo/token/bias-corrected kl", "grpo/token/beta 0/high none"),
    ("grpo/sequence/bias-corrected kl", "grpo/sequence/beta 0/high none"),
    ("grpo/on-policy/bias-corrected kl", "grpo/on-policy/beta 0"),
  ])
  func divergenceTimesTheRatio(name: String, without: String) throws {
    let losses = try FixtureValue.load("losses.json")
    let (entry, plain) = (losses["losses"][name], losses["losses"][without])
    let weight = try #require(entry["options"]["beta"].number)
    let batch = RaggedBatch(losses: losses)
    let reference = try #require(batch.reference)
    let old = name.contains("on-policy") ? batch.new : batch.old
    var total = try #require(plain["loss"].number)
    var slopes = plain["gradient"].ragged(batch.lengths)
    var uncorrected = total
    for (sequence, length) in batch.lengths.enumerated() {
      let range = batch.tokens(of: sequence)
      let share = weight / Double(length * batch.lengths.count)
      let estimates = range.map {
        KLEstimator.k3.value(policy: batch.new[$0], reference: reference[$0])
      }
      let sum = estimates.reduce(0, +)
      let meanLogRatio = range.reduce(0) { $0 + batch.new[$1] - old[$1] } / Double(length)
      for (token, estimate) in zip(range, estimates) {
        let isShared = name.contains("sequence")
        let ratio = exp(isShared ? meanLogRatio : batch.new[token] - old[token])
        let slope = KLEstimator.k3.slope(policy: batch.new[token], reference: reference[token])
        total += share * ratio * estimate
        uncorrected += share * estimate
        slopes[token] += share * ratio * (slope + (isShared ? sum / Double(length) : estimate))
      }
    }
    #expect((total - (entry["loss"].number ?? .nan)).magnitude < 1e-10)
    #expect(largestDifference(slopes, entry["gradient"].ragged(batch.lengths)) < 1e-10)
    #expect(((uncorrected - total).magnitude < 1e-10) == name.contains("on-policy"))
  }

  /// With several reward functions TRL can bring each to its group's scale before they are added
  /// up. Hone has one verifier, and the weights of its score's parts make the reward: TRL's
  /// default.
  @Test func rewardFunctionsNormalisedOneByOne() throws {
    let losses = try FixtureValue.load("losses.json")
    let name = try #require(AdvantageTests.notBuilt.first)
    let entry = losses["advantages"][name]
    let weights = entry["options"]["reward_weights"].numbers
    let columns = entry["rewards"].elements.map {
      groupRelativeAdvantages(
        rewards: $0.optionalNumbers, groupSize: 4, scale: .group
      ).advantages
    }
    let sums = columns[0].indices.map { weights[0] * columns[0][$0] + weights[1] * columns[1][$0] }
    // Once more over the whole batch, as one group.
    let all = groupRelativeAdvantages(rewards: sums, groupSize: sums.count, scale: .group)
    #expect(largestDifference(all.advantages, entry["advantages"].numbers) < 1e-11)
  }

  /// TRL 1.16 logs the deviation of all rewards as `reward_std`. Hone logs the mean over groups of
  /// the groups' own, as older TRL did: what GRPO divides by, which problems of unlike difficulty
  /// don't raise.
  @Test func deviationOfGroupsOrOfAll() throws {
    let losses = try FixtureValue.load("losses.json")
    for name in ["main", "flat_group", "all_flat", "one_failed"] {
      let rewards = losses["batch"]["rewards"][name].optionalNumbers
      let logged = try #require(
        losses["advantages"]["grpo/\(name)/group"]["metrics"]["reward_std"].number)
      let judged = rewards.compactMap { $0 }
      let all = groupDeviation(rewards: judged, groupSize: judged.count)
      #expect((all - logged).magnitude < 1e-6, "\(name)")
      let halves = [rewards[..<4], rewards[4...]].map { half in
        let half = half.compactMap { $0 }
        let mean = half.reduce(0, +) / Double(half.count)
        let squares = half.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(half.count - 1)).squareRoot()
      }
      let own = groupDeviation(rewards: rewards, groupSize: 4)
      #expect((own - (halves[0] + halves[1]) / 2).magnitude < 1e-12, "\(name)")
      #expect((own - all).magnitude > 0.01 || name == "all_flat", "\(name)")
    }
  }

  /// The entropy and the KL of RLOO that TRL logs are means over tokens, as in Hone.
  @Test func loggedMeansOverTokens() throws {
    let losses = try FixtureValue.load("losses.json")
    let lengths = losses["batch"]["lengths"].counts
    let truncated = losses["batch"]["truncated"].elements.map(\.isTrue)
    let batch = RaggedBatch(losses: losses)
    let entropies = losses["batch"]["entropies"].ragged(lengths)
    let reference = try #require(batch.reference)
    var checked = 0
    for (name, entry) in losses["losses"].members {
      guard let entropy = entry["metrics"]["entropy"].number else { continue }
      let masks = entry["options"]["mask_truncated_completions"].isTrue
      let tokens = lengths.indices.filter { !masks || !truncated[$0] }
        .flatMap { batch.tokens(of: $0) }
      let mean = tokens.reduce(0) { $0 + entropies[$1] } / Double(tokens.count)
      #expect((mean - entropy).magnitude < 1e-6, "\(name)")
      checked += 1
      guard entry["trainer"].text == "RLOOTrainer", let kl = entry["metrics"]["kl"].number else {
        continue
      }
      let sum = tokens.reduce(0) {
        $0 + KLEstimator.k1.value(policy: batch.old[$1], reference: reference[$1])
      }
      #expect((sum / Double(tokens.count) - kl).magnitude < 1e-6, "\(name)")
    }
    #expect(checked == 92)
  }

  // MARK: ppo.json

  /// TRL 1.12 gives the score to the place after the last token where there is room, and lets the
  /// critic learn that place too. Hone's completions end with their end mark, which has the reward.
  @Test func theScoreOnePlaceLater() throws {
    let fixture = try FixtureValue.load("ppo.json")
    let (example, entry) = (fixture["example"], fixture["losses"]["trl 1.12.0"])
    let lengths = example["lengths"].counts
    let longer = lengths.map { min($0 + 1, 6) }
    func starts(_ lengths: [Int]) -> [Range<Int>] {
      lengths.indices.map { index in
        let start = lengths[..<index].reduce(0, +)
        return start..<start + lengths[index]
      }
    }
    let (old, reference) = (
      example["old_logprobs"].ragged(longer), example["reference_logprobs"].ragged(longer)
    )
    let values = example["values"].ragged(longer)
    var (all, advantages, returns) = ([Double](), [Double](), [Double]())
    for (sequence, range) in starts(longer).enumerated() {
      // The padding's log-probabilities are 0 in both, so no divergence there.
      var rewards = [Double](repeating: .nan, count: range.count)
      var target = rewards.mutableSpan
      writeTokenRewards(
        example["scores"].numbers[sequence], oldLogProbs: old.span.extracting(range),
        referenceLogProbs: reference.span.extracting(range), weight: 0.05, to: &target)
      #expect(
        largestDifference(
          rewards, Array(entry["token_rewards"].elements[sequence].numbers[..<range.count])) < 1e-12
      )
      var own = rewards
      var ownReturns = rewards
      var advantageTarget = own.mutableSpan
      var returnTarget = ownReturns.mutableSpan
      writeGeneralizedAdvantages(
        rewards: rewards.span, values: values.span.extracting(range), gamma: 1, lambda: 0.95,
        advantages: &advantageTarget, returns: &returnTarget)
      all += own
      returns += ownReturns
      advantages += own[..<lengths[sequence]]
    }
    #expect(largestDifference(returns, entry["returns"].ragged(longer)) < 1e-11)
    var target = advantages.mutableSpan
    whiten(&target)
    #expect(largestDifference(advantages, entry["whitened"].ragged(lengths)) < 1e-11)

    let (new, before) = (
      example["logprobs"].ragged(lengths), example["old_logprobs"].ragged(lengths)
    )
    var slopes = [Double](repeating: .nan, count: new.count)
    var slopeTarget = slopes.mutableSpan
    let policy = PolicyLoss(.clipped(ClippedSurrogate(clipLow: 0.2, clipHigh: 0.2))).write(
      newLogProbs: new.span, oldLogProbs: before.span, referenceLogProbs: nil,
      advantages: advantages.span, weight: 1 / Double(new.count), slopes: &slopeTarget)
    #expect((policy.loss - (entry["policy_loss"].number ?? .nan)).magnitude < 1e-8)
    #expect(largestDifference(slopes, entry["d_policy_loss_d_logprob"].ragged(lengths)) < 1e-8)
    let after = example["new_values"].ragged(longer)
    slopes = [Double](repeating: .nan, count: after.count)
    var valueTarget = slopes.mutableSpan
    let critic = ValueLoss(clipRange: 0.2).write(
      newValues: after.span, oldValues: values.span, returns: returns.span,
      weight: 1 / Double(after.count), slopes: &valueTarget)
    #expect((critic.loss - (entry["value_loss"].number ?? .nan)).magnitude < 1e-8)
    #expect(largestDifference(slopes, entry["d_value_loss_d_value"].ragged(longer)) < 1e-8)
    #expect(
      (policy.loss + 0.1 * critic.loss - (entry["loss"].number ?? .nan)).magnitude < 1e-8)
  }

  /// Stable-Baselines3 clips the value and takes the squared error of that: a value beyond the clip
  /// has no slope even where it moved away from the return. Hone has the larger of both errors, as
  /// the code of PPO, TRL and verl.
  @Test func valuesClippedWithoutTheLarger() throws {
    let fixture = try FixtureValue.load("ppo.json")
    let entry = fixture["losses"]["sb3 ppo normalize false value clip 0.2"]
    let lengths = fixture["example"]["lengths"].counts
    let old = fixture["example"]["values"].ragged(lengths)
    let new = fixture["example"]["new_values"].ragged(lengths)
    let returns = fixture["loss_inputs"]["returns"].ragged(lengths)
    let near = zip(new, old).map { min(max($0, $1 - 0.2), $1 + 0.2) }
    var slopes = [Double](repeating: .nan, count: new.count)
    var target = slopes.mutableSpan
    let sums = ValueLoss(clipRange: nil).write(
      newValues: near.span, oldValues: old.span, returns: returns.span,
      weight: 1 / Double(new.count), slopes: &target)
    for token in new.indices where near[token] != new[token] { slopes[token] = 0 }
    #expect((2 * sums.loss - (entry["value_loss"].number ?? .nan)).magnitude < 1e-8)
    #expect(largestDifference(slopes, entry["d_loss_d_value"].ragged(lengths)) < 1e-8)
    // The policy's part knows nothing of it.
    let plain = fixture["losses"]["sb3 ppo normalize false value clip none"]
    for key in ["policy_loss", "d_loss_d_logprob"] { #expect(entry[key] == plain[key]) }
  }

  /// Stable-Baselines3 counts every ratio outside the clip; TRL, verl and Hone those whose slope it
  /// takes.
  @Test func ratiosOutsideTheClip() throws {
    let fixture = try FixtureValue.load("ppo.json")
    let lengths = fixture["example"]["lengths"].counts
    let pairs = zip(
      fixture["example"]["logprobs"].ragged(lengths),
      fixture["example"]["old_logprobs"].ragged(lengths))
    let outside = pairs.count { (exp($0 - $1) - 1).magnitude > 0.2 }
    let counted = fixture["losses"]["sb3 ppo normalize false value clip none"]["statistics"]
    let share = try #require(counted["clip_fraction"].number)
    // Theirs is a mean in float32.
    #expect((Double(outside) / 17 - share).magnitude < 1e-6 && outside == 10)
  }

  /// What TRL 0.11.4 logs, and the whole losses with their coefficients.
  @Test func tokenDivergenceAndStatisticsOfTRL() throws {
    let fixture = try FixtureValue.load("ppo.json")
    let lengths = fixture["example"]["lengths"].counts
    func example(_ name: String) -> [Double] { fixture["example"][name].ragged(lengths) }
    let divergences = zip(example("old_logprobs"), example("reference_logprobs")).map {
      KLEstimator.k1.value(policy: $0, reference: $1)
    }
    #expect(largestDifference(divergences, fixture["token_kl"].ragged(lengths)) < 1e-12)
    let entry = fixture["losses"]["trl 0.11.4 loss"]
    let statistics = entry["statistics"]
    func expect(_ value: Double, _ key: String) {
      #expect((value - (statistics[key].number ?? .nan)).magnitude < 1e-8, "\(key)")
    }
    let (new, old, returns) = (
      example("new_values"), example("values"), fixture["loss_inputs"]["returns"].ragged(lengths)
    )
    var slopes = [Double](repeating: .nan, count: new.count)
    var target = slopes.mutableSpan
    let plain = ValueLoss(clipRange: nil).write(
      newValues: new.span, oldValues: old.span, returns: returns.span, weight: 1.0 / 17,
      slopes: &target)
    expect(2 * plain.loss, "val/error")
    let clipped = ValueLoss(clipRange: 0.2).write(
      newValues: new.span, oldValues: old.span, returns: returns.span, weight: 1.0 / 17,
      slopes: &target)
    expect(clipped.clipRatio, "val/clipfrac")
    let advantages = fixture["loss_inputs"]["advantages"].ragged(lengths)
    let policy = PolicyLoss(.clipped(ClippedSurrogate(clipLow: 0.2, clipHigh: 0.2))).write(
      newLogProbs: example("logprobs").span, oldLogProbs: example("old_logprobs").span,
      referenceLogProbs: nil, advantages: advantages.span, weight: 1.0 / 17, slopes: &target)
    expect(policy.clipRatioRegion(), "policy/clipfrac")
    let whole = policy.loss + 0.1 * clipped.loss
    #expect((whole - (entry["loss"].number ?? .nan)).magnitude < 1e-8)
  }

  // MARK: kl.json

  /// verl's `k1+` and `k3+` have the value of k1 and k3 and the slope of k2, whose mean is the
  /// exact gradient. In Hone an estimator's slope is its own, and `kl_estimator` k2 has that one.
  @Test(arguments: [("k1+", KLEstimator.k1), ("k3+", .k3)])
  func valuesWithTheSlopeOfAnother(name: String, estimator: KLEstimator) throws {
    let fixture = try FixtureValue.load("kl.json")
    let slopes = fixture["d_estimate_d_policy_logprob"]
    let own = slopes[estimator.rawValue].elements
    for row in 0..<4 {
      let policy = fixture["policy_logprobs"].elements[row].numbers
      let reference = fixture["reference_logprobs"].elements[row].numbers
      let straight = zip(policy, reference).map { KLEstimator.k2.slope(policy: $0, reference: $1) }
      // The log-probabilities of the file are rounded.
      #expect(largestDifference(straight, slopes[name].elements[row].numbers) < 1e-10)
      let isSame = largestDifference(straight, own[row].numbers) < 1e-6
      #expect(isSame == (row == 3 && estimator == .k3))
    }
  }
}
