package import Verifiers

/// A verifier that is a program of its own, in any language: a plugin (docs/plugins.md).
///
/// Its processes are started when the first completion comes, or by `start`, and run until this
/// value is let go.
package final class PluginVerifier: BatchVerifier {
  /// What its `plugin.json5` says.
  package let manifest: PluginManifest
  private let host: ProcessHost

  /// Makes the verifier of a manifest whose runner is a command.
  init(_ manifest: PluginManifest, command: [String]) {
    self.manifest = manifest
    host = ProcessHost(manifest, command: command)
  }

  /// The name of its `plugin.json5`.
  package var name: String { manifest.name }
  /// The parts of its `plugin.json5`.
  package var partNames: [String] { manifest.parts }
  /// In batches, which its processes share.
  package var calling: VerifierCalling { .inBatches }

  /// The verdict on one completion; a failure where its program crashed, hung or answered nonsense.
  package func verify(_ completion: Completion, of problem: Problem) -> Verdict {
    verify([Submission(completion, of: problem)], failuresAllowed: .max)[0]
  }

  /// Hands completions to its processes and doesn't wait for them.
  package func begin(
    _ submissions: [Submission], within budget: FailureBudget
  ) -> PendingVerdicts {
    guard !submissions.isEmpty else { return PendingVerdicts { [] } }
    let batch = PluginBatch(
      submissions.map { PluginRequest.body($0, fields: manifest.fields) }, within: budget)
    host.post(.judge(batch))
    return PendingVerdicts {
      batch.wait().map { result in
        guard case .verdict(let verdict) = result else {
          preconditionFailure("no problem was asked for")
        }
        return verdict
      }
    }
  }

  /// The problems at some places, from a plugin whose manifest says that it makes problems; nil at
  /// the places that a data set leaves out.
  ///
  /// Its processes make them side by side; the order is that of the places.
  ///
  /// - Throws: `SourceError` for the first place that is refused or fails.
  package func problems(at places: [ProblemPlace]) throws(SourceError) -> [SourcedProblem?] {
    precondition(manifest.makesProblems, "\(name) makes no problems")
    guard !places.isEmpty else { return [] }
    do throws(VerifierError) { try start() } catch { throw .unavailable(error.description) }
    let batch = PluginBatch(
      places.map(PluginRequest.body(_:)), within: FailureBudget(allowed: 0, of: places.count),
      asksForProblems: true)
    host.post(.judge(batch))
    var problems: [SourcedProblem?] = []
    problems.reserveCapacity(places.count)
    var failure: SourceError?
    for (index, result) in batch.wait().enumerated() {
      switch result {
      case .problem(let problem): problems.append(problem)
      case .refusal(let words): throw .refused(words)
      case .verdict(.failure(let reason)):
        // Where one fails the rest is given up; the one to blame may stand behind some of that.
        if !reason.hasPrefix(PluginBatch.lost) { throw .failed(at: index, reason) }
        failure = failure ?? .failed(at: index, reason)
      case .verdict(.score): preconditionFailure("no score was asked for")
      }
    }
    if let failure { throw failure }
    return problems
  }

  /// Starts a process, so that a plugin that can't work is reported before a run begins.
  ///
  /// - Throws: `VerifierError.failed` with the program's last words.
  package func start() throws(VerifierError) {
    let question = PluginStart()
    host.post(.start(question))
    if let reason = question.wait() { throw .failed(reason) }
  }

  /// Keeps what its programs write to standard error in `NAME.log` in a folder, up to 1 MiB.
  package func keepLog(in folder: String) { host.post(.log(folder: folder)) }

  /// Processes that had to be ended so far while they had work.
  package var restarts: Int { host.restarts }
}
