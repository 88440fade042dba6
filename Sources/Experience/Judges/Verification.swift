package import Parallel
internal import Synchronization
package import Verifiers

/// Runs a verifier over completions.
package enum Verification {
  /// The verdicts, in the order of the completions.
  ///
  /// A verifier that is called concurrently is called by the team; others get all completions
  /// at once.
  ///
  /// - Parameter failureLimit: Past this share of failures the run is lost, and a verifier that
  ///   takes long to fail needn't continue.
  package static func run(
    _ verifier: any Verifier, _ completions: [Completion], team: Team, failureLimit: Double = 1,
    problem: @Sendable (Int) -> Problem
  ) -> [Verdict] {
    guard verifier.calling == .concurrently else {
      return verifier.verify(
        completions.indices.map { Submission(completions[$0], of: problem($0)) },
        failuresAllowed: Int(failureLimit * Double(completions.count))
      ).map(checked)
    }
    let results = Mutex([Verdict](repeating: .failure("not judged"), count: completions.count))
    team.forEachChunk(of: completions.count, chunk: 64) { range in
      let verdicts = range.map { checked(verifier.verify(completions[$0], of: problem($0))) }
      results.withLock { $0.replaceSubrange(range, with: verdicts) }
    }
    return results.withLock { $0 }
  }

  /// The verdict, or a failure where its numbers can't be trained on or written down.
  static func checked(_ verdict: Verdict) -> Verdict {
    guard case .score(let score) = verdict,
      !score.reward.isFinite || score.parts.values.contains(where: { !$0.isFinite })
    else { return verdict }
    return .failure("a score that is not finite")
  }
}
