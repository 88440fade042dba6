package import Verifiers

extension Verifier {
  /// The plugins with programs of their own among this verifier and those that it asks, each once,
  /// by name.
  package var programs: [PluginVerifier] {
    if let plugin = self as? PluginVerifier { return [plugin] }
    var found: [PluginVerifier] = []
    for plugin in components.flatMap(\.programs) where !found.contains(where: { $0 === plugin }) {
      found.append(plugin)
    }
    return found.sorted { $0.name < $1.name }
  }

  /// Starts a process of each program, so that one that can't work is reported before a run begins.
  ///
  /// - Throws: `VerifierError.failed` with the program's last words.
  package func startPrograms() throws(VerifierError) {
    for program in programs { try program.start() }
  }

  /// Keeps what the programs write to standard error in a folder, a file for each.
  package func keepLogs(in folder: String) {
    for program in programs { program.keepLog(in: folder) }
  }
}
