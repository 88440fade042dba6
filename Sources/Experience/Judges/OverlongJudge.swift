internal import Learning

/// Takes DAPO's soft overlong penalty (arXiv 2503.14476, section 3.4) off the rewards of another judge.
package struct OverlongJudge: Judge {
  private let base: any Judge
  private let weight: Double
  private let maximum: Int
  private let margin: Int

  /// - Parameters:
  ///   - weight: the largest penalty.
  ///   - maximum: the length limit, in tokens.
  ///   - margin: tokens before the limit over which the penalty grows.
  package init(_ base: any Judge, weight: Double, maximum: Int, margin: Int) {
    self.base = base
    self.weight = weight
    self.maximum = maximum
    self.margin = margin
  }

  package var partNames: [String] { base.partNames }

  package func begin(_ round: JudgedRound) -> any JudgingSession {
    AdjustedSession(base.begin(round)) { [weight, maximum, margin] _, length, judgement in
      // The function gives 0 down to -1.
      judgement.overlong =
        -weight * softOverlongPenalty(tokens: length, maximum: maximum, margin: margin)
    }
  }
}
