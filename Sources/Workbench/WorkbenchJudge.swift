internal import Kernels
internal import Messages
internal import Parallel
internal import PluginHost
internal import Synchronization
internal import Verifiers

/// Asks a verifier, and gives up a group of completions on which it keeps failing.
struct WorkbenchJudge: Sendable {
  /// The verifier under test.
  let verifier: any Verifier
  /// Threads that call a verifier that has no processes of its own.
  let threads: Int

  /// A completion's verdict.
  struct Judged: Sendable {
    var submission: Submission
    var verdict: Verdict
    /// Why the verdict isn't one that the verifier may give, though it is a score.
    var objection: String?
  }

  /// The verdicts in the order of the completions, fewer where too many of them were failures: one
  /// failure can take a plugin's whole time limit, twice.
  func judge(_ submissions: [Submission], failuresAllowed: Int) -> [Judged] {
    var judged: [Judged] = []
    var failures = 0
    while judged.count < submissions.count, failures <= failuresAllowed {
      // Few at first, and few again after a failure: little time is to go with a hopeless group.
      let size = judged.isEmpty || failures > 0 ? 4 : 256
      let part = Array(submissions[judged.count...].prefix(size))
      judged += zip(part, verdicts(part)).map { self.judged($0, $1) }
      failures = judged.count { $0.verdict.isFailure }
    }
    return judged
  }

  /// One completion's verdict, judged alone, with the seconds it took.
  func timed(_ submission: Submission) -> (judged: Judged, seconds: Double) {
    let start = ContinuousClock.now
    let verdict = verifier.verify(submission.completion, of: submission.problem)
    return (judged(submission, verdict), seconds(since: start))
  }

  /// The verdicts of one call.
  private func verdicts(_ submissions: [Submission]) -> [Verdict] {
    guard verifier.calling == .concurrently else {
      return verifier.verify(submissions, failuresAllowed: submissions.count)
    }
    return concurrentVerdicts(submissions.count, chunk: 64, threads: threads) { range in
      range.map { verifier.verify(submissions[$0].completion, of: submissions[$0].problem) }
    }
  }

  private func judged(_ submission: Submission, _ verdict: Verdict) -> Judged {
    Judged(submission: submission, verdict: verdict, objection: objection(to: verdict))
  }

  /// What is wrong with a score: undeclared parts, numbers that aren't finite or in range.
  private func objection(to verdict: Verdict) -> String? {
    guard case .score(let score) = verdict else { return nil }
    if !score.reward.isFinite { return "the reward is \(score.reward)" }
    let declared = Set(verifier.partNames)
    let given = Set(score.parts.keys)
    if let part = declared.subtracting(given).min() {
      return "the part \(quoted(part)) is missing"
    }
    if let part = given.subtracting(declared).min() {
      return "the part \(quoted(part)) isn't one that the verifier declares"
    }
    if let part = score.parts.filter({ !$0.value.isFinite }).keys.min() {
      return "the part \(quoted(part)) is not a finite number"
    }
    if let range = rewards, !range.contains(score.reward) {
      return "the reward \(score.reward) is outside \(range.lowerBound) to \(range.upperBound)"
    }
    return nil
  }

  /// The rewards that a plugin declares.
  var rewards: ClosedRange<Double>? { verifier.programs.first?.manifest.rewards }
}

/// The verdicts of ranges of completions, asked for by several threads.
func concurrentVerdicts(
  _ count: Int, chunk: Int, threads: Int, _ verdicts: @Sendable (Range<Int>) -> [Verdict]
) -> [Verdict] {
  let results = Mutex([Verdict](repeating: .failure("not judged"), count: count))
  Team(threads: threads).forEachChunk(of: count, chunk: chunk) { range in
    let found = verdicts(range)
    results.withLock { $0.replaceSubrange(range, with: found) }
  }
  return results.withLock { $0 }
}

/// Seconds of wall time since a moment.
func seconds(since start: ContinuousClock.Instant) -> Double {
  (ContinuousClock.now - start) / .seconds(1)
}
