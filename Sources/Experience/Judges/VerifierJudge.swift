package import Parallel
package import Verifiers

/// A verifier as a judge: the reward is what it says.
package struct VerifierJudge: Judge {
  private let verifier: any Verifier
  private let failureLimit: Double
  private let team: Team

  /// - Parameter failureLimit: past this share of failures the run is lost, and the rest of a round isn't
  ///   worth judging.
  package init(_ verifier: any Verifier, failureLimit: Double, team: Team) {
    self.verifier = verifier
    self.failureLimit = failureLimit
    self.team = team
  }

  package var partNames: [String] { verifier.partNames }

  package func begin(_ round: JudgedRound) -> any JudgingSession {
    Session(
      judge: self, round: round,
      inProgress: VerificationInProgress(
        verifier, count: round.count, failureLimit: failureLimit
      ) { round.problems[$0 / round.copies] })
  }

  private struct Session: JudgingSession {
    let judge: VerifierJudge
    let round: JudgedRound
    let inProgress: VerificationInProgress?

    var takesEarly: Bool { inProgress != nil }

    func enter(_ completion: Completion, _ sequence: Int) {
      inProgress?.enter(completion, sequence)
    }

    func judgements(of completions: [Completion], lengths: [Int]) -> [Judgement] {
      let verdicts =
        inProgress?.verdicts()
        ?? Verification.run(
          judge.verifier, completions, team: judge.team, failureLimit: judge.failureLimit
        ) { round.problems[$0 / round.copies] }
      return verdicts.map(Judgement.init)
    }
  }
}
