package import Kernels
internal import Verifiers

/// The null arm: a fair coin replaces every reward (arXiv 2506.10947); verdicts and failures stay.
package struct RandomJudge: Judge {
  private let base: any Judge
  private let coin: Philox

  package init(_ base: any Judge, coin: Philox) {
    self.base = base
    self.coin = coin
  }

  package var partNames: [String] { base.partNames }

  package func begin(_ round: JudgedRound) -> any JudgingSession {
    AdjustedSession(base.begin(round)) { [coin] s, _, judgement in
      guard judgement.reward != nil else { return }
      let words = coin.block(
        SIMD4(
          UInt32(s % round.copies), UInt32(s / round.copies + round.firstProblem),
          UInt32(truncatingIfNeeded: round.step), 0))
      judgement.reward = Double(words.x & 1)
    }
  }
}

/// A judge's session whose judgements are changed one by one.
struct AdjustedSession: JudgingSession {
  private let base: any JudgingSession
  private let adjust: @Sendable (_ sequence: Int, _ length: Int, inout Judgement) -> Void

  init(
    _ base: any JudgingSession,
    adjust: @escaping @Sendable (_ sequence: Int, _ length: Int, inout Judgement) -> Void
  ) {
    self.base = base
    self.adjust = adjust
  }

  var takesEarly: Bool { base.takesEarly }

  func enter(_ completion: Completion, _ sequence: Int) { base.enter(completion, sequence) }

  func judgements(of completions: [Completion], lengths: [Int]) -> [Judgement] {
    var judgements = base.judgements(of: completions, lengths: lengths)
    for s in judgements.indices { adjust(s, lengths[s], &judgements[s]) }
    return judgements
  }
}
