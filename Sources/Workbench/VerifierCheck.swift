internal import Foundation
internal import PluginHost
internal import Statistics
package import Verifiers

/// Tries a verifier before anything is trained with it.
///
/// Right completions must pass, wrong answers and attacks must not, and the verifier must be a
/// function. Everything depends on the problems and the seed alone, but for the times.
package struct VerifierCheck: Sendable {
  /// What opens the verifier.
  package var name: String
  /// `built in`, or where the plugin lies.
  package var origin: String
  /// Which mutations and which problems.
  package var seed = 0
  /// Problems that are attacked, at most.
  package var attackedProblems = 20
  /// Threads that call a verifier that has no processes of its own.
  package var threads = 1
  /// The attacks to try; nil for all.
  package var only: Set<String>?
  /// Attacks and mutations that are known to pass and no breach.
  package var allowed: Set<String> = []

  /// The most failures of a family: then the rest of it is left out.
  private static let failuresAllowed = 3

  package init(name: String, origin: String) {
    self.name = name
    self.origin = origin
  }

  /// Tries the verifier on problems, of which there must be some.
  ///
  /// - Throws: `VerifierError.failed` where a plugin doesn't start, or fails on every right
  ///   completion: then there is nothing to say of it.
  package func run(
    _ verifier: any Verifier, on chosen: WorkbenchProblems
  ) throws -> WorkbenchFindings {
    try verifier.startPrograms()
    let judge = WorkbenchJudge(verifier: verifier, threads: threads)
    let cases = WorkbenchCase.cases(chosen.problems, seed: seed)
    let attacked = Array(cases.prefix(attackedProblems))
    var findings = WorkbenchFindings(
      verifier: name, origin: origin, partNames: verifier.partNames,
      judgesFormOnly: verifier.partNames == FormatVerifier().partNames,
      sources: chosen.sources, passedOver: chosen.passedOver, seed: seed, problems: cases.count,
      attackedProblems: attacked.count, right: .init(name: "right", summary: "right completions"))
    var again = try judgeRight(cases, judge, &findings)
    if !findings.judgesFormOnly { again += judgeWrong(cases, judge, &findings) }
    again += judgeAttacks(attacked, judge, &findings)
    judgeAgain(again, verifier, &findings)
    return findings
  }

  // MARK: Right and wrong answers

  private func judgeRight(
    _ cases: [WorkbenchCase], _ judge: WorkbenchJudge, _ findings: inout WorkbenchFindings
  ) throws -> [Submission] {
    let submissions = cases.map { Submission($0.worked.rightCompletion, of: $0.worked.problem) }
    let judged = judge.judge(submissions, failuresAllowed: 8)
    if let first = judged.first, case .failure(let reason) = first.verdict,
      judged.allSatisfy(\.verdict.isFailure)
    {
      throw VerifierError.failed(
        "the verifier \(findings.verifier) failed on each of "
          + "\(Quantity.counted(judged.count, "right completion")): \(reason)")
    }
    findings.right.notJudged = submissions.count - judged.count
    for item in judged {
      findings.right.count(item)
      let isRefused = !item.verdict.isSolved && !item.verdict.isFailure
      findings.note(item, in: findings.right.name, isRefused ? .refused : nil)
    }
    if findings.right.tried > 4, findings.right.passed == 0 {
      findings.notes.append(
        "no right completion passes: is this a suite for it? --suite names another")
    }
    return Self.some(judged, 64)
  }

  private func judgeWrong(
    _ cases: [WorkbenchCase], _ judge: WorkbenchJudge, _ findings: inout WorkbenchFindings
  ) -> [Submission] {
    var again: [Submission] = []
    for (number, mutation) in Mutation.table.enumerated() {
      let submissions = cases.compactMap { item in
        item.wrong.first { $0.mutation == number }.map {
          Submission(item.target.completion($0.answer), of: item.worked.problem)
        }
      }
      guard !submissions.isEmpty else { continue }
      let judged = judge.judge(submissions, failuresAllowed: Self.failuresAllowed)
      var row = WorkbenchFindings.Row(
        name: mutation.name, summary: mutation.summary, mayPass: allowed.contains(mutation.name))
      row.notJudged = submissions.count - judged.count
      for item in judged {
        row.count(item)
        let passes = item.verdict.isSolved && !row.mayPass
        findings.note(item, in: row.name, passes ? .passed : nil)
        if let reward = item.verdict.reward, !item.verdict.isSolved {
          findings.mostForWrong = max(findings.mostForWrong ?? reward, reward)
        }
      }
      findings.wrong.append(row)
      again += Self.some(judged, 16)
    }
    return again
  }

  // MARK: Attacks

  private func judgeAttacks(
    _ cases: [WorkbenchCase], _ judge: WorkbenchJudge, _ findings: inout WorkbenchFindings
  ) -> [Submission] {
    var again: [Submission] = []
    let fair = findings.mostForWrong ?? judge.rewards?.lowerBound ?? 0
    for family in AttackFamily.table where only?.contains(family.name) ?? true {
      var row = WorkbenchFindings.Row(
        name: family.name, summary: family.summary,
        mayPass: family.expectation == .mayPass || allowed.contains(family.name))
      // The first problem's attacks one by one, each with its time, and the others together.
      let groups = cases.prefix(family.isHeavy ? 2 : cases.count).map { item in
        attacks(family, item, formOnly: findings.judgesFormOnly)
      }
      let single = family.isHeavy ? groups.flatMap(\.self) : groups[0]
      let rest = family.isHeavy ? [] : groups[1...].flatMap(\.self)
      var judged = judgeAlone(single, family.name, judge, &findings)
      let failures = judged.count { $0.verdict.isFailure }
      if failures <= Self.failuresAllowed {
        judged += judge.judge(rest, failuresAllowed: Self.failuresAllowed - failures)
      }
      row.notJudged = single.count + rest.count - judged.count
      guard row.notJudged + judged.count > 0 else { continue }
      for item in judged {
        row.count(item)
        let isOverpaid = !item.verdict.isSolved && (item.verdict.reward ?? fair) > fair
        if isOverpaid { row.overpaid += 1 }
        let kind: WorkbenchFindings.Breach.Kind? =
          row.mayPass ? nil : item.verdict.isSolved ? .passed : isOverpaid ? .overpaid : nil
        findings.note(item, in: row.name, kind)
      }
      findings.attacks.append(row)
      if !family.isHeavy { again += Self.some(judged, 8) }
    }
    return again
  }

  /// A family's attacks on a problem. A verifier of the form owes nothing to what is well-formed.
  private func attacks(
    _ family: AttackFamily, _ item: WorkbenchCase, formOnly: Bool
  ) -> [Submission] {
    family.completions(item.target).filter { !formOnly || $0.parsed == nil }
      .map { Submission($0, of: item.worked.problem) }
  }

  private func judgeAlone(
    _ submissions: [Submission], _ family: String, _ judge: WorkbenchJudge,
    _ findings: inout WorkbenchFindings
  ) -> [WorkbenchJudge.Judged] {
    let limit = longWait(judge)
    var judged: [WorkbenchJudge.Judged] = []
    for submission in submissions {
      guard judged.count(where: { $0.verdict.isFailure }) <= Self.failuresAllowed else { break }
      let (item, seconds) = judge.timed(submission)
      judged.append(item)
      if seconds > findings.slowest?.seconds ?? 0 {
        findings.slowest = .init(seconds: seconds, attack: family)
      }
      if seconds > limit, !item.verdict.isFailure {
        findings.note(slow: seconds, family, limit: limit)
      }
    }
    return judged
  }

  /// Seconds from which on one completion is worth a note: half of what a plugin is given.
  private func longWait(_ judge: WorkbenchJudge) -> Double {
    (judge.verifier.programs.map(\.manifest.timeout).min() ?? 2) / 2
  }

  // MARK: Asking again

  private func judgeAgain(
    _ submissions: [Submission], _ verifier: any Verifier, _ findings: inout WorkbenchFindings
  ) {
    let check = FunctionCheck(verifier, submissions, threads: threads, seed: seed)
    findings.throughput = check.throughput
    for way in check.ways {
      var row = WorkbenchFindings.Row(name: way.name, summary: way.summary)
      row.tried = way.tried
      row.differing = way.differing.count
      for (submission, first, then) in way.differing.prefix(WorkbenchFindings.breachesKept) {
        findings.breaches.append(
          .init(
            kind: .differs, row: way.name, submission: submission,
            verdict: "first \(first.words), then \(then.words)"))
      }
      findings.repeats.append(row)
    }
  }

  /// Some that were judged, spread evenly, without failures, which take long.
  private static func some(_ judged: [WorkbenchJudge.Judged], _ count: Int) -> [Submission] {
    let good = judged.filter { !$0.verdict.isFailure }
    let step = max(1, good.count / count)
    return stride(from: 0, to: good.count, by: step).prefix(count).map { good[$0].submission }
  }
}

extension WorkbenchFindings.Row {
  /// Counts a verdict, whatever it should have been.
  fileprivate mutating func count(_ item: WorkbenchJudge.Judged) {
    tried += 1
    if item.verdict.isFailure { failed += 1 }
    if item.verdict.isSolved { passed += 1 }
    if item.objection != nil { invalid += 1 }
  }
}

extension WorkbenchFindings {
  /// Keeps a breach, whose kind is `kind` unless the verdict is a failure or no valid score.
  fileprivate mutating func note(
    _ item: WorkbenchJudge.Judged, in row: String, _ kind: Breach.Kind?
  ) {
    let found = item.verdict.isFailure ? .failed : item.objection == nil ? kind : .invalid
    guard let found, breaches.count(where: { $0.row == row }) < Self.breachesKept
    else { return }
    breaches.append(
      Breach(
        kind: found, row: row, submission: item.submission,
        verdict: [item.verdict.words, item.objection].compactMap(\.self).joined(separator: "; ")))
  }

  /// Notes that a completion took long, once for each attack.
  fileprivate mutating func note(slow seconds: Double, _ attack: String, limit: Double) {
    guard !notes.contains(where: { $0.hasPrefix(attack + " ") }) else { return }
    notes.append(
      "\(attack) took \(Quantity.fixed(seconds, digits: 1)) s for one completion, more than "
        + "\(Quantity.fixed(limit, digits: 1)) s, half of the time it may take")
  }
}

extension Verdict {
  /// The verdict on one line: `reward 1, correctness 1`, or why it is a failure.
  package var words: String {
    switch self {
    case .failure(let reason): return "failure: \(reason)"
    case .score(let score):
      let parts = score.parts.sorted { $0.key < $1.key }
      return
        (["reward \(Quantity.reward(score.reward))"]
        + parts.map { "\($0.key) \(Quantity.reward($0.value))" })
        .joined(separator: ", ")
    }
  }
}
