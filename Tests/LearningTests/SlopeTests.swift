import Learning
import TestSupport
import Testing

/// Slopes against central differences, and losses against cuts.
@Suite struct SlopeTests {
  /// Every surrogate at every level it knows, with every KL estimate.
  static let losses: [PolicyLoss] = {
    let clipped = PolicySurrogate.clipped(ClippedSurrogate(clipLow: 0.2, clipHigh: 0.28))
    let capped = PolicySurrogate.clipped(
      ClippedSurrogate(clipLow: 0.2, clipHigh: 0.2, ratioCap: 1.3))
    var losses = RatioLevel.allCases.flatMap { level in
      [clipped, capped].map { PolicyLoss($0, ratioLevel: level) }
    }
    losses += KLEstimator.allCases.flatMap { estimator in
      RatioLevel.allCases.map {
        PolicyLoss(clipped, ratioLevel: $0, klWeight: 0.3, klEstimator: estimator)
      }
    }
    losses.append(PolicyLoss(.policyGradient, klWeight: 0.1))
    return losses
  }()

  static let divisors: [LossNormalization] = LossNormalization.allCases

  @Test(arguments: losses, divisors)
  func slopesAreThoseOfTheLoss(loss: PolicyLoss, normalization: LossNormalization) {
    var random = TestRandom(7)
    for _ in 0..<10 {
      var batch = RaggedBatch(random: &random, completions: 6)
      let divisor = LossDivisor(
        normalization, completions: 6, tokens: batch.new.count, maxCompletionTokens: 12)
      let slopes = batch.evaluate(loss, divisor: divisor).slopes
      for token in batch.new.indices {
        let step = 1e-6
        let middle = batch.new[token]
        batch.new[token] = middle + step
        let above = batch.evaluate(loss, divisor: divisor).sums.loss
        batch.new[token] = middle - step
        let below = batch.evaluate(loss, divisor: divisor).sums.loss
        batch.new[token] = middle
        let difference = (above - below) / (2 * step)
        #expect((slopes[token] - difference).magnitude < 1e-7, "token \(token)")
      }
    }
  }

  /// CISPO's weight is held fixed, so its loss at frozen weights is what its slope belongs to.
  @Test func truncatedWeightsHaveTheSlopeOfTheirFrozenLoss() {
    let surrogate = TruncatedWeightSurrogate(cap: 1.28)
    for (logRatio, weight) in [(-0.5, 0.6065306597126334), (0.1, 1.1051709180756477), (0.9, 1.28)] {
      for advantage in [-1.5, 0, 2] {
        let term = surrogate.term(logRatio: logRatio, newLogProb: -0.7, advantage: advantage)
        #expect((term.loss - weight * advantage * 0.7).magnitude < 1e-15)
        #expect((term.slope + weight * advantage).magnitude < 1e-15)
        #expect(term.region == (logRatio > 0.8 && advantage > 0 ? .weightCapped : .inside))
      }
    }
  }

  /// The same advantage for all tokens, or the same number for each: one loss, to the bit.
  @Test func advantagesOfTokensAgreeWithThoseOfCompletions() {
    let new = [-0.2, -1.5, -0.9]
    let old = [-0.6, -1.0, -0.9]
    let advantages = [-0.75, -0.75, -0.75]
    let loss = PolicyLoss(.clipped(ClippedSurrogate(clipLow: 0.2, clipHigh: 0.2)))
    var shared = [0.0, 0, 0]
    var each = shared
    var target = shared.mutableSpan
    let one = loss.write(
      newLogProbs: new.span, oldLogProbs: old.span, referenceLogProbs: nil, advantage: -0.75,
      weight: 0.5, slopes: &target)
    var other = each.mutableSpan
    let two = loss.write(
      newLogProbs: new.span, oldLogProbs: old.span, referenceLogProbs: nil,
      advantages: advantages.span, weight: 0.5, slopes: &other)
    #expect(one == two && shared == each)
    #expect(one.clippedLow == 1 && shared[1] == 0 && shared[2] == 0.375)
  }

  @Test func aRatioBeyondAllNumbersIsNoNumberOnlyWithASignal() {
    let clipped = ClippedSurrogate(clipLow: 0.2, clipHigh: 0.2)
    #expect(clipped.term(logRatio: 1000, advantage: 0) == clipped.term(logRatio: 0, advantage: 0))
    let above = clipped.term(logRatio: 1000, advantage: 1)
    #expect(above.loss == -1.2 && above.slope == 0 && above.region == .clippedHigh)
    #expect(clipped.term(logRatio: 1000, advantage: -1).loss == .infinity)
    let below = clipped.term(logRatio: -1000, advantage: -1)
    #expect(below.loss == 0.8 && below.slope == 0 && below.region == .clippedLow)
    let capped = ClippedSurrogate(clipLow: 0.2, clipHigh: 0.2, ratioCap: 3)
    #expect(capped.term(logRatio: 1000, advantage: -1).loss == 3)
  }

  /// Float spans give what Double spans give, within the rounding of the numbers stored.
  @Test func floatsAreWidened() {
    let new: [Float] = [-0.25, -1.5, -0.75]
    let old: [Float] = [-0.5, -1, -0.75]
    let wideNew = new.map(Double.init)
    let wideOld = old.map(Double.init)
    let loss = PolicyLoss(
      .clipped(ClippedSurrogate(clipLow: 0.2, clipHigh: 0.3)), klWeight: 0.125)
    var narrow: [Float] = [0, 0, 0]
    var wide = [0.0, 0, 0]
    var target = narrow.mutableSpan
    let one = loss.write(
      newLogProbs: new.span, oldLogProbs: old.span, referenceLogProbs: old.span, advantage: 1.5,
      weight: 1 / 3, slopes: &target)
    var other = wide.mutableSpan
    let two = loss.write(
      newLogProbs: wideNew.span, oldLogProbs: wideOld.span, referenceLogProbs: wideOld.span,
      advantage: 1.5, weight: 1 / 3, slopes: &other)
    #expect(one == two)
    #expect(narrow == wide.map(Float.init))
  }

  /// Any order and any cut of an update: the same slopes to the bit, the same loss but for rounding.
  @Test(
    arguments: losses
      + [PolicyLoss(.truncatedWeight(TruncatedWeightSurrogate(cap: 1.28)), klWeight: 0.04)],
    divisors)
  func theLossDoesNotDependOnTheCut(loss: PolicyLoss, normalization: LossNormalization) {
    var random = TestRandom(11)
    for _ in 0..<20 {
      let count = random.whole(1...24)
      let batch = RaggedBatch(random: &random, completions: count)
      let divisor = LossDivisor(
        normalization, completions: count, tokens: batch.new.count, maxCompletionTokens: 12)
      let whole = batch.evaluate(loss, divisor: divisor)

      var slopes = [Double](repeating: .nan, count: batch.new.count)
      var sums = LossSums()
      var rest = random.shuffled(Array(0..<count))[...]
      while !rest.isEmpty {
        let piece = rest.prefix(random.whole(1...rest.count))
        rest = rest.dropFirst(piece.count)
        sums += batch.accumulate(loss, divisor: divisor, completions: piece, into: &slopes)
      }
      #expect(slopes == whole.slopes)
      #expect((sums.loss - whole.sums.loss).magnitude < 1e-12)
      #expect(sums.ledger == whole.sums.ledger && sums.ratios == whole.sums.ratios)
      #expect(sums.clippedLow == whole.sums.clippedLow)
      #expect(sums.clippedHigh == whole.sums.clippedHigh)
    }
  }

  /// Weights of an update add up to 1 over its tokens, but for the constant length.
  @Test func weightsAddUp() {
    let lengths = [3, 7, 1, 5]
    func total(_ normalization: LossNormalization) -> Double {
      let divisor = LossDivisor(
        normalization, completions: 4, tokens: 16, maxCompletionTokens: 8)
      return lengths.reduce(0) { $0 + Double($1) * divisor.weight(completionTokens: $1) }
    }
    #expect((total(.tokenMean) - 1).magnitude < 1e-15)
    #expect((total(.sequenceMean) - 1).magnitude < 1e-15)
    #expect((total(.constantLength) - 16.0 / 32).magnitude < 1e-15)
    #expect((total(.sequenceSum) - 16.0 / 4).magnitude < 1e-15)
  }
}
