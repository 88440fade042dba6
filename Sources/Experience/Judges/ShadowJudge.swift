internal import Verifiers

/// A judge beside another: the first one's rewards are trained on, the shadow's verdicts are noted.
package struct ShadowJudge: Judge {
  private let base: any Judge
  private let shadow: any Judge

  package init(_ base: any Judge, shadow: any Judge) {
    self.base = base
    self.shadow = shadow
  }

  package var partNames: [String] { base.partNames }

  package func begin(_ round: JudgedRound) -> any JudgingSession {
    Session(base: base.begin(round), shadow: shadow.begin(round))
  }

  private struct Session: JudgingSession {
    let base: any JudgingSession
    let shadow: any JudgingSession

    var takesEarly: Bool { base.takesEarly || shadow.takesEarly }

    func enter(_ completion: Completion, _ sequence: Int) {
      base.enter(completion, sequence)
      shadow.enter(completion, sequence)
    }

    func judgements(of completions: [Completion], lengths: [Int]) -> [Judgement] {
      var judgements = base.judgements(of: completions, lengths: lengths)
      let shadows = shadow.judgements(of: completions, lengths: lengths)
      for s in judgements.indices { judgements[s].shadow = shadows[s].verdict }
      return judgements
    }
  }
}
