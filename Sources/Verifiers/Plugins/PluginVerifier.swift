/// A verifier that is a program of its own, in any language: a plugin (docs/plugins.md).
///
/// Its processes are started when the first completion comes, or by `start`, and run until this
/// value is let go.
public final class PluginVerifier: ConcurrentVerifier {
  /// What its `plugin.json5` says.
  package let manifest: PluginManifest
  private let host: PluginHost

  /// Makes the verifier of a manifest whose runner is a command.
  init(_ manifest: PluginManifest, command: [String]) {
    self.manifest = manifest
    host = PluginHost(manifest, command: command)
  }

  /// The name of its `plugin.json5`.
  public var name: String { manifest.name }
  /// The parts of its `plugin.json5`.
  public var partNames: [String] { manifest.parts }
  /// Itself.
  public var plugins: [PluginVerifier] { [self] }

  /// The verdict on one completion; a failure where its program crashed, hung or answered nonsense.
  public func verify(_ completion: Completion, of problem: Problem) -> Verdict {
    verify([Submission(completion, of: problem)], failuresAllowed: .max)[0]
  }

  /// The verdicts on several completions, which its processes judge side by side.
  public func verify(_ submissions: [Submission], failuresAllowed: Int) -> [Verdict] {
    begin(submissions, within: FailureBudget(allowed: failuresAllowed, of: submissions.count))
      .verdicts()
  }

  /// Hands completions to its processes and doesn't wait for them.
  package func begin(
    _ submissions: [Submission], within budget: FailureBudget
  ) -> PendingVerdicts {
    guard !submissions.isEmpty else { return PendingVerdicts { [] } }
    let batch = PluginBatch(
      submissions.map { PluginRequest.body($0, fields: manifest.fields) }, within: budget)
    host.post(.judge(batch))
    return PendingVerdicts { batch.wait() }
  }

  /// Starts a process, so that a plugin that can't work is told before a run begins.
  ///
  /// - Throws: `VerifierError.pluginFailed` with the program's last words.
  package func start() throws(VerifierError) {
    let question = PluginStart()
    host.post(.start(question))
    if let reason = question.wait() { throw .pluginFailed(reason) }
  }

  /// Keeps what its programs write to standard error in `NAME.log` in a folder, up to 1 MiB.
  package func keepLog(in folder: String) { host.post(.log(folder: folder)) }

  /// Processes that had to be ended so far while they had work.
  package var restarts: Int { host.restarts }
}
