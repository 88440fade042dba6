/// The loss of some completions and what the metrics need of them; the sums of pieces add up.
package struct LossSums: Sendable, Equatable {
  /// The weighted surrogate.
  package var policyLoss = 0.0
  /// The weighted KL estimate, `klWeight` included.
  package var klLoss = 0.0
  /// The weighted entropy bonus, `entropyWeight` included; not above 0.
  package var entropyLoss = 0.0
  /// Tokens that took part.
  package private(set) var tokens = 0
  /// Completions that could have taken part, once per pass over the batch.
  package var completions = 0
  /// Ratios that took part: as many as tokens, or one per completion where its tokens share one.
  package private(set) var ratios = 0
  /// Ratios cut below, where the sign of the advantage makes the clip bind.
  package private(set) var clippedLow = 0
  /// Ratios cut above, where the sign of the advantage makes the clip bind.
  package private(set) var clippedHigh = 0
  /// Ratios cut by the cap of the two-sided clip.
  package private(set) var capped = 0
  /// Ratios whose weight CISPO cut.
  package private(set) var weightCapped = 0
  /// Where the signal of the tokens went.
  package private(set) var ledger = GradientLedger()
  // Sums of the KL estimates over the tokens that had a reference.
  private var k1 = 0.0
  private var k2 = 0.0
  private var k3 = 0.0
  private var estimatedTokens = 0

  package init() {}

  /// The loss that is differentiated.
  package var loss: Double { policyLoss + klLoss + entropyLoss }

  /// The means over tokens of the KL estimates; `nil` where there was no reference.
  package var klEstimates: (k1: Double, k2: Double, k3: Double)? {
    guard estimatedTokens > 0 else { return nil }
    let count = Double(estimatedTokens)
    return (k1 / count, k2 / count, k3 / count)
  }

  /// The share of ratios cut below: TRL's `clip_ratio/low_mean`.
  ///
  /// - Parameter total: the ratios to take the share of. TRL counts those of flat groups and of
  ///   completions whose verifier failed too, though none of them can be cut; `nil` for those here.
  package func clipRatioLow(of total: Int? = nil) -> Double { share(clippedLow, of: total) }

  /// The share of ratios cut above: TRL's `clip_ratio/high_mean`.
  package func clipRatioHigh(of total: Int? = nil) -> Double { share(clippedHigh, of: total) }

  /// The share of ratios cut below or above: TRL's `clip_ratio/region_mean`.
  package func clipRatioRegion(of total: Int? = nil) -> Double {
    share(clippedLow + clippedHigh, of: total)
  }

  /// The share of ratios cut by the cap of the two-sided clip: verl's `pg_clipfrac_lower`.
  package func clipRatioCapped(of total: Int? = nil) -> Double { share(capped, of: total) }

  /// The share of ratios whose weight CISPO cut: TRL's `cispo_clip_ratio`.
  package func weightCappedShare(of total: Int? = nil) -> Double { share(weightCapped, of: total) }

  private func share(_ count: Int, of total: Int?) -> Double {
    Double(count) / Double(max(total ?? ratios, 1))
  }

  /// Enters a token whose ratio lies in a region.
  mutating func enter(_ region: RatioRegion, isNewRatio: Bool) {
    tokens += 1
    ledger.enter(region.fate, tokens: 1)
    guard isNewRatio else { return }
    ratios += 1
    switch region {
    case .inside: break
    case .clippedLow: clippedLow += 1
    case .clippedHigh: clippedHigh += 1
    case .capped: capped += 1
    case .weightCapped: weightCapped += 1
    }
  }

  /// Enters the KL estimates of a token.
  mutating func enterEstimates(policy: Double, reference: Double) {
    estimatedTokens += 1
    k1 += KLEstimator.k1.value(policy: policy, reference: reference)
    k2 += KLEstimator.k2.value(policy: policy, reference: reference)
    k3 += KLEstimator.k3.value(policy: policy, reference: reference)
  }

  /// Enters a whole completion that takes no part, for the ledger only.
  package mutating func enterWithheld(_ fate: TokenFate, tokens: Int) {
    ledger.enter(fate, tokens: tokens)
  }

  /// Takes over the sums of another piece.
  package static func += (left: inout LossSums, right: LossSums) {
    left.policyLoss += right.policyLoss
    left.klLoss += right.klLoss
    left.entropyLoss += right.entropyLoss
    left.tokens += right.tokens
    left.completions += right.completions
    left.ratios += right.ratios
    left.clippedLow += right.clippedLow
    left.clippedHigh += right.clippedHigh
    left.capped += right.capped
    left.weightCapped += right.weightCapped
    left.ledger += right.ledger
    left.k1 += right.k1
    left.k2 += right.k2
    left.k3 += right.k3
    left.estimatedTokens += right.estimatedTokens
  }
}
