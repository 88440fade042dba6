package import Training
import Verifiers

/// `hone verifiers` takes no options.
package struct VerifiersOptions: Command {
  package static let specification = CommandSpecification(
    "verifiers", "List the verifiers and the parts of their scores.")

  package init(_ arguments: ParsedArguments) {}

  package func run() throws -> ExitCode {
    let plugins = Installation.current.tasks.appending(path: "plugins").path
    for entry in VerifierCatalog(pluginFolder: plugins).entries() {
      let origin = entry.folder == nil ? "built in  " : "plugin    "
      let what = entry.error?.description ?? entry.summary.padding(to: 52)
      let parts = entry.error == nil ? "parts: \(entry.partNames.joined(separator: ", "))" : ""
      try Console.result(entry.name.padding(to: 10) + origin + what + parts + "\n")
    }
    return .success
  }
}
