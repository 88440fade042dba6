/// One verifier's rewards, with the parts of another logged beside its own.
///
/// For verifiers whose reward is not a sum of their parts, as a plugin's need not be.
package struct AnnotatedVerifier: BatchVerifier {
  private let judge: any Verifier
  private let notes: any Verifier

  /// `notes` must have no part of a name that `judge` has.
  package init(_ judge: any Verifier, notes: any Verifier) {
    self.judge = judge
    self.notes = notes
  }

  package var name: String { judge.name }
  package var partNames: [String] { judge.partNames + notes.partNames }
  package var components: [any Verifier] { [judge, notes] }

  package func verify(_ completion: Completion, of problem: Problem) -> Verdict {
    annotated(
      judge.verify(completion, of: problem), with: notes.verify(completion, of: problem))
  }

  package func begin(_ submissions: [Submission], within budget: FailureBudget) -> PendingVerdicts {
    let judged = judge.handIn(submissions, within: budget)
    let noted = notes.handIn(submissions, within: budget)
    return PendingVerdicts {
      zip(judged.verdicts(), noted.verdicts()).map { annotated($0, with: $1) }
    }
  }

  package func objection(to problem: Problem) -> String? {
    judge.objection(to: problem) ?? notes.objection(to: problem)
  }

  private func annotated(_ verdict: Verdict, with note: Verdict) -> Verdict {
    guard case .score(var score) = verdict, case .score(let other) = note else { return verdict }
    score.parts.merge(other.parts) { own, _ in own }
    return .score(score)
  }
}
