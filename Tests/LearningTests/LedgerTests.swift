import Learning
import TestSupport
import Testing

@Suite struct LedgerTests {
  @Test func sharesAddUpToOne() {
    var ledger = GradientLedger()
    #expect(ledger.shares.allSatisfy { $0.share == 0 })
    for (index, fate) in TokenFate.allCases.enumerated() { ledger.enter(fate, tokens: index + 1) }
    #expect(ledger.tokens == 36 && ledger[.flatGroup] == 6)
    #expect((ledger.shares.reduce(0) { $0 + $1.share } - 1).magnitude < 1e-15)
    #expect(ledger.shares.map(\.fate) == TokenFate.allCases)
    #expect(ledger.shares.map(\.share) == (1...8).map { Double($0) / 36 })
    let copy = ledger
    ledger += copy
    #expect(ledger.tokens == 72 && ledger[.clippedLow] == 4)
  }

  @Test func namesAreThoseOfTheMetrics() {
    #expect(
      TokenFate.allCases.map(\.rawValue) == [
        "used", "clipped_low", "clipped_high", "truncated", "verifier_failed", "flat_group",
        "rejected", "critic_warmup",
      ])
  }

  @Test func theFirstReasonIsTold() {
    func fate(_ failed: Bool, _ flat: Bool, _ truncated: Bool) -> TokenFate? {
      .withheld(verifierFailed: failed, inFlatGroup: flat, maskedAsTruncated: truncated)
    }
    #expect(fate(false, false, false) == nil)
    #expect(fate(true, true, true) == .verifierFailed)
    #expect(fate(false, true, true) == .flatGroup)
    #expect(fate(false, false, true) == .truncated)
  }

  /// A clipped token is a token without a slope of the policy term, and no other is.
  @Test func clippedMeansNoSlope() {
    var random = TestRandom(3)
    let surrogate = ClippedSurrogate(clipLow: 0.2, clipHigh: 0.28, ratioCap: 1.5)
    var seen: [TokenFate: Int] = [:]
    for _ in 0..<2000 {
      let term = surrogate.term(
        logRatio: random.uniform(-0.8...0.8), advantage: random.uniform(-1...1))
      #expect((term.slope == 0) == (term.region.fate != .used))
      seen[term.region.fate, default: 0] += 1
    }
    #expect(seen.count == 3 && seen.values.allSatisfy { $0 > 100 })
  }

  /// Every sampled token is in the ledger once, dropped completions and all.
  @Test func everyTokenIsEntered() throws {
    let losses = try FixtureValue.load("losses.json")
    var batch = RaggedBatch(losses: losses)
    let rewards = losses["batch"]["rewards"]["flat_group"].optionalNumbers
    let groups = groupRelativeAdvantages(rewards: rewards, groupSize: 4, scale: .group)
    batch.advantages = groups.advantages
    #expect(groups.isFlat == [false, true])
    let divisor = LossDivisor(.tokenMean, completions: 8, tokens: 36, maxCompletionTokens: 10)
    let loss = PolicyLoss(.clipped(ClippedSurrogate(clipLow: 0.2, clipHigh: 0.2)))
    let whole = batch.evaluate(loss, divisor: divisor)
    var (sums, slopes) = batch.evaluate(loss, divisor: divisor, without: [4, 5, 6, 7])
    sums.enterWithheld(.flatGroup, tokens: 16)
    // Leaving a flat group out before the forward pass changes neither loss nor slopes.
    #expect(sums.loss == whole.sums.loss && slopes == whole.slopes)
    #expect(sums.ledger.tokens == 36 && sums.ledger[.flatGroup] == 16 && sums.tokens == 20)
    #expect(sums.ledger[.clippedLow] == sums.clippedLow && sums.clippedLow > 0)
    // TRL's clip ratios are shares of all tokens of the batch.
    #expect(sums.clipRatioRegion(of: 36) == whole.sums.clipRatioRegion())
  }
}
