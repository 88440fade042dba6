/// What became of the learning signal of one sampled token. The raw value is its metric name.
package enum TokenFate: String, Sendable, CaseIterable, Codable {
  /// It moved the policy.
  case used
  /// Its advantage is negative and its ratio below the clip range: the policy term has no gradient.
  case clippedLow = "clipped_low"
  /// Its ratio is above the clip range (advantage positive) or above the cap of the two-sided clip
  /// (advantage negative): the policy term has no gradient.
  case clippedHigh = "clipped_high"
  /// Its completion ran into the length limit and such completions are masked.
  case truncated
  /// Its completion couldn't be judged.
  case verifierFailed = "verifier_failed"
  /// The rewards of its group were all equal.
  case flatGroup = "flat_group"
  /// Its completion was not accepted by rejection sampling.
  case rejected
  /// The critic alone learned from it, in its warm-up.
  case criticWarmUp = "critic_warmup"

  /// What may become of the tokens of a policy-gradient step without rejection and without a critic.
  package static let ofPolicyGradients: [TokenFate] = [
    .used, .clippedLow, .clippedHigh, .truncated, .verifierFailed, .flatGroup,
  ]

  /// What withholds a whole completion from the update; `nil` where its tokens take part.
  ///
  /// Where several reasons hold, the first of failed, flat, truncated is the one that is counted.
  package static func withheld(
    verifierFailed: Bool, inFlatGroup: Bool, maskedAsTruncated: Bool
  ) -> TokenFate? {
    if verifierFailed { return .verifierFailed }
    if inFlatGroup { return .flatGroup }
    return maskedAsTruncated ? .truncated : nil
  }
}

/// Where the signal of the sampled tokens went; the answer to "why is my loss 0".
///
/// Every sampled token is entered once per update it could have taken part in. Entries are counts, so
/// ledgers of pieces add up to the same ledger in any order.
package struct GradientLedger: Sendable, Equatable {
  private var used = 0
  private var clippedLow = 0
  private var clippedHigh = 0
  private var truncated = 0
  private var verifierFailed = 0
  private var flatGroup = 0
  private var rejected = 0
  private var criticWarmUp = 0

  package init() {}

  /// The number of tokens with an outcome.
  package subscript(fate: TokenFate) -> Int {
    switch fate {
    case .used: used
    case .clippedLow: clippedLow
    case .clippedHigh: clippedHigh
    case .truncated: truncated
    case .verifierFailed: verifierFailed
    case .flatGroup: flatGroup
    case .rejected: rejected
    case .criticWarmUp: criticWarmUp
    }
  }

  /// All tokens entered.
  package var tokens: Int {
    let withheld = truncated + verifierFailed + flatGroup + rejected + criticWarmUp
    return used + clippedLow + clippedHigh + withheld
  }

  /// The share of each outcome in the tokens entered, in the order of `TokenFate.allCases`.
  ///
  /// They add up to 1, but for rounding; all are 0 in an empty ledger.
  package var shares: [(fate: TokenFate, share: Double)] {
    TokenFate.allCases.map { ($0, Double(self[$0]) / Double(max(tokens, 1))) }
  }

  /// Enters tokens.
  package mutating func enter(_ fate: TokenFate, tokens: Int) {
    precondition(tokens >= 0, "a count of tokens")
    switch fate {
    case .used: used += tokens
    case .clippedLow: clippedLow += tokens
    case .clippedHigh: clippedHigh += tokens
    case .truncated: truncated += tokens
    case .verifierFailed: verifierFailed += tokens
    case .flatGroup: flatGroup += tokens
    case .rejected: rejected += tokens
    case .criticWarmUp: criticWarmUp += tokens
    }
  }

  /// Takes over the entries of another ledger.
  package static func += (left: inout GradientLedger, right: GradientLedger) {
    left.used += right.used
    left.clippedLow += right.clippedLow
    left.clippedHigh += right.clippedHigh
    left.truncated += right.truncated
    left.verifierFailed += right.verifierFailed
    left.flatGroup += right.flatGroup
    left.rejected += right.rejected
    left.criticWarmUp += right.criticWarmUp
  }
}
