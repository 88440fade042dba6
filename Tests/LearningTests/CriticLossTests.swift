import Foundation
import Learning
import TestSupport
import Testing

/// GAE and the losses of PPO and A2C against TRL, verl and Stable-Baselines3 (ppo.json).
@Suite struct CriticLossTests {
  let fixture: FixtureValue
  let lengths: [Int]

  init() throws {
    fixture = try FixtureValue.load("ppo.json")
    lengths = fixture["example"]["lengths"].counts
  }

  /// Losses that nothing here computes, with the reason.
  static let notBuilt = [
    "trl 1.12.0": "puts the score one place after the last token and reads one value more",
    "sb3 ppo normalize false value clip 0.2": "its clipped value loss has no maximum",
  ]

  private func tokens(of sequence: Int) -> Range<Int> {
    let start = lengths[..<sequence].reduce(0, +)
    return start..<start + lengths[sequence]
  }

  private func example(_ name: String) -> [Double] { fixture["example"][name].ragged(lengths) }

  private func tokenRewards() -> [Double] {
    let old = example("old_logprobs")
    let reference = example("reference_logprobs")
    var rewards: [Double] = []
    for (sequence, score) in fixture["example"]["scores"].numbers.enumerated() {
      let range = tokens(of: sequence)
      var piece = [Double](repeating: .nan, count: range.count)
      var target = piece.mutableSpan
      writeTokenRewards(
        score, oldLogProbs: old.span.extracting(range),
        referenceLogProbs: reference.span.extracting(range), weight: 0.05, to: &target)
      rewards += piece
    }
    return rewards
  }

  private func estimates(
    _ rewards: [Double], gamma: Double, lambda: Double
  ) -> (advantages: [Double], returns: [Double]) {
    let values = example("values")
    var result: (advantages: [Double], returns: [Double]) = ([], [])
    for sequence in lengths.indices {
      let range = tokens(of: sequence)
      var advantages = [Double](repeating: .nan, count: range.count)
      var returns = advantages
      var advantageTarget = advantages.mutableSpan
      var returnTarget = returns.mutableSpan
      writeGeneralizedAdvantages(
        rewards: rewards.span.extracting(range), values: values.span.extracting(range),
        gamma: gamma, lambda: lambda, advantages: &advantageTarget, returns: &returnTarget)
      result.advantages += advantages
      result.returns += returns
    }
    return result
  }

  private func whitened(_ numbers: [Double], shiftsMean: Bool = true) -> [Double] {
    var result = numbers
    var target = result.mutableSpan
    whiten(&target, shiftsMean: shiftsMean)
    return result
  }

  @Test func tokenRewardsOfTRL() {
    let gap = largestDifference(tokenRewards(), fixture["token_rewards"].ragged(lengths))
    #expect(gap < 1e-12)
  }

  @Test func everyGeneralizedAdvantage() throws {
    let settings = fixture["gae"].members
    #expect(settings.count == 4)
    for (name, entry) in settings {
      let words = name.split(separator: " ")
      let gamma = try #require(Double(words[1]))
      let lambda = try #require(Double(words[3]))
      let (advantages, returns) = estimates(tokenRewards(), gamma: gamma, lambda: lambda)
      #expect(largestDifference(advantages, entry["advantages"].ragged(lengths)) < 1e-11, "\(name)")
      #expect(largestDifference(returns, entry["returns"].ragged(lengths)) < 1e-11, "\(name)")
      let white = entry["whitened"].ragged(lengths)
      #expect(largestDifference(whitened(advantages), white) < 1e-11, "\(name)")
    }
  }

  @Test func whitenedRewardsKeepTheirMean() throws {
    let rewards = tokenRewards()
    let white = whitened(rewards, shiftsMean: false)
    let mean = rewards.reduce(0, +) / 17
    #expect((white.reduce(0, +) / 17 - mean).magnitude < 1e-14)
    #expect((white.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 16 - 1).magnitude < 1e-6)
    #expect(whitened([3]) == [3] && whitened([]) == [])
  }

  /// TRL 0.11.4 whitens the padding with the rewards: its zeros become a reward, and GAE carries that
  /// back into the tokens of every sequence but the longest. Hone has no padding. With TRL's padding
  /// put behind each sequence, the numbers are TRL's.
  @Test func whitenedRewardsOfTRLCountItsPadding() {
    let rewards = tokenRewards()
    let white = whitened(rewards, shiftsMean: false)
    let scale = (white[1] - white[0]) / (rewards[1] - rewards[0])
    let padding = white[0] - scale * rewards[0]
    let values = example("values")
    var all: [Double] = []
    for sequence in lengths.indices {
      let range = tokens(of: sequence)
      let missing = 6 - range.count
      let padded = Array(white[range]) + [Double](repeating: padding, count: missing)
      let paddedValues = Array(values[range]) + [Double](repeating: 0, count: missing)
      var advantages = [Double](repeating: .nan, count: 6)
      var returns = advantages
      var advantageTarget = advantages.mutableSpan
      var returnTarget = returns.mutableSpan
      writeGeneralizedAdvantages(
        rewards: padded.span, values: paddedValues.span, gamma: 1, lambda: 0.95,
        advantages: &advantageTarget, returns: &returnTarget)
      all += advantages.prefix(range.count)
    }
    let expected = fixture["whitened_rewards_gamma_1_lambda_0.95"].ragged(lengths)
    #expect(largestDifference(whitened(all), expected) < 1e-11)
    let unpadded = whitened(estimates(white, gamma: 1, lambda: 0.95).advantages)
    #expect(largestDifference(unpadded, expected) > 0.1)
  }

  @Test func aCutOffCompletionMayBeValuedOn() {
    let rewards = [0.0, 1.0]
    let values = [0.5, 0.25]
    var advantages = [0.0, 0]
    var returns = [0.0, 0]
    var advantageTarget = advantages.mutableSpan
    var returnTarget = returns.mutableSpan
    writeGeneralizedAdvantages(
      rewards: rewards.span, values: values.span, gamma: 0.5, lambda: 0.5, finalValue: 2,
      advantages: &advantageTarget, returns: &returnTarget)
    #expect(advantages == [0.0625, 1.75] && returns == [0.5625, 2])
  }

  /// The advantages that an entry's policy loss was made with.
  private func advantages(of name: String) -> [Double] {
    guard name.hasPrefix("sb3") else { return fixture["loss_inputs"]["advantages"].ragged(lengths) }
    let raw = fixture["gae"]["gamma 1 lambda 0.95"]["advantages"].ragged(lengths)
    guard name.contains("normalize true") else { return raw }
    // Stable-Baselines3 adds 1e-8 to the deviation, where TRL adds it to the variance.
    let mean = raw.reduce(0, +) / Double(raw.count)
    let squares = raw.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = (squares / Double(raw.count - 1)).squareRoot()
    return raw.map { ($0 - mean) / (deviation + 1e-8) }
  }

  private func divisor(of name: String) -> LossDivisor {
    let (normalization, length): (LossNormalization, Int) =
      switch name {
      case "verl seq-mean-token-sum": (.constantLength, 1)
      case "verl seq-mean-token-sum-norm": (.constantLength, 6)
      case "verl seq-mean-token-mean": (.sequenceMean, 6)
      default: (.tokenMean, 6)
      }
    return LossDivisor(normalization, completions: 4, tokens: 17, maxCompletionTokens: length)
  }

  private func policy(_ name: String) -> (sums: LossSums, slopes: [Double]) {
    let isDual = name.contains("dual clip")
    let surrogate: PolicySurrogate =
      name.hasPrefix("sb3 a2c")
      ? .policyGradient
      : .clipped(
        ClippedSurrogate(
          clipLow: 0.2, clipHigh: isDual ? 0.28 : 0.2, ratioCap: isDual ? 1.5 : .infinity))
    let loss = PolicyLoss(surrogate)
    let (new, old) = (example("logprobs"), example("old_logprobs"))
    let advantages = advantages(of: name)
    var sums = LossSums()
    var slopes: [Double] = []
    for sequence in lengths.indices {
      let range = tokens(of: sequence)
      var piece = [Double](repeating: .nan, count: range.count)
      var target = piece.mutableSpan
      sums += loss.write(
        newLogProbs: new.span.extracting(range), oldLogProbs: old.span.extracting(range),
        referenceLogProbs: nil, advantages: advantages.span.extracting(range),
        weight: divisor(of: name).weight(completionTokens: range.count), slopes: &target)
      slopes += piece
    }
    return (sums, slopes)
  }

  private func value(_ name: String) -> (sums: ValueLossSums, slopes: [Double]) {
    let loss = ValueLoss(clipRange: name.hasPrefix("sb3") ? nil : 0.2)
    let (new, old) = (example("new_values"), example("values"))
    let returns = fixture["loss_inputs"]["returns"].ragged(lengths)
    var sums = ValueLossSums()
    var slopes: [Double] = []
    for sequence in lengths.indices {
      let range = tokens(of: sequence)
      var piece = [Double](repeating: .nan, count: range.count)
      var target = piece.mutableSpan
      sums += loss.write(
        newValues: new.span.extracting(range), oldValues: old.span.extracting(range),
        returns: returns.span.extracting(range),
        weight: divisor(of: name).weight(completionTokens: range.count), slopes: &target)
      slopes += piece
    }
    return (sums, slopes)
  }

  /// Float64 in all libraries; verl adds 1e-8 to its counts of tokens.
  @Test func everyPolicyAndValueLoss() throws {
    let entries = fixture["losses"].members
    #expect(entries.count == 12 && Self.notBuilt.keys.allSatisfy { fixture["losses"][$0] != .null })
    for (name, entry) in entries where Self.notBuilt[name] == nil {
      let (policySums, policySlopes) = policy(name)
      let policyLoss = try #require(entry["policy_loss"].number)
      #expect((policySums.loss - policyLoss).magnitude < 1e-8, "\(name)")
      let isSB3 = name.hasPrefix("sb3")
      let slopes = entry[isSB3 ? "d_loss_d_logprob" : "d_policy_loss_d_logprob"].ragged(lengths)
      #expect(largestDifference(policySlopes, slopes) < 1e-8, "\(name)")
      guard let valueLoss = entry["value_loss"].number else { continue }
      let (valueSums, valueSlopes) = value(name)
      // Stable-Baselines3 has no half in the value loss and 0.5 for its weight in the slopes.
      #expect((valueSums.loss * (isSB3 ? 2 : 1) - valueLoss).magnitude < 1e-8, "\(name)")
      let valueKey = isSB3 ? "d_loss_d_value" : "d_value_loss_d_value"
      #expect(largestDifference(valueSlopes, entry[valueKey].ragged(lengths)) < 1e-8, "\(name)")
    }
  }

  @Test func statisticsOfTheLibraries() {
    let sums = policy("verl token-mean").sums
    let verl = fixture["losses"]["verl token-mean"]["statistics"]
    func expect(_ value: Double, _ expected: FixtureValue, line: Int = #line) {
      #expect((value - (expected.number ?? .nan)).magnitude < 1e-8, "line \(line)")
    }
    expect(sums.clipRatioRegion(), verl["pg_clipfrac"])
    expect(value("verl token-mean").sums.clipRatio, verl["vf_clipfrac"])
    let dual = fixture["losses"]["verl dual clip c 1.5 high 0.28"]["statistics"]
    let dualSums = policy("verl dual clip c 1.5 high 0.28").sums
    expect(dualSums.clipRatioCapped(), dual["pg_clipfrac_lower"])
    expect(dualSums.clipRatioRegion(), dual["pg_clipfrac"])

    // Their KL between the old and the new policy is an estimate over tokens of the old one.
    let pairs = Array(zip(example("old_logprobs"), example("logprobs")))
    func mean(_ estimator: KLEstimator) -> Double {
      let values = pairs.map { estimator.value(policy: $0, reference: $1) }
      return values.reduce(0, +) / Double(values.count)
    }
    let trl = fixture["losses"]["trl 0.11.4 loss"]["statistics"]
    let sb3 = fixture["losses"]["sb3 ppo normalize false value clip none"]["statistics"]
    expect(mean(.k1), verl["ppo_kl"])
    expect(mean(.k2), trl["policy/approxkl"])
    expect(mean(.k3), sb3["approx_kl"])
    let returns = fixture["loss_inputs"]["returns"].ragged(lengths)
    let values = example("values")
    let explained = explainedVariance(values: values.span, returns: returns.span)
    expect(explained ?? .nan, sb3["explained_variance"])
    let constant = [Double](repeating: 3, count: values.count)
    let unexplained = explainedVariance(values: values.span, returns: constant.span)
    #expect(unexplained == nil)
  }

  @Test func valueSlopesAreThoseOfTheLoss() {
    var random = TestRandom(5)
    var clipped = 0
    for clipRange in [nil, 0.2] {
      let loss = ValueLoss(clipRange: clipRange)
      for _ in 0..<500 {
        let old = random.uniform(-1...1)
        let new = old + random.uniform(-0.6...0.6)
        let target = random.uniform(-1...1)
        let term = loss.term(newValue: new, oldValue: old, target: target)
        let above = loss.term(newValue: new + 1e-7, oldValue: old, target: target)
        let below = loss.term(newValue: new - 1e-7, oldValue: old, target: target)
        // Not across the corner.
        guard above.isClipped == below.isClipped else { continue }
        #expect((term.slope - (above.loss - below.loss) / 2e-7).magnitude < 1e-7)
        clipped += term.isClipped ? 1 : 0
      }
    }
    #expect(clipped > 50)
  }
}
