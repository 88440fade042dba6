internal import PluginHost
internal import Runs
import Verifiers

/// The options of `hone verifiers`.
package struct VerifiersOptions: Command {
  package static let specification = CommandSpecification(
    "verifiers", "List the verifiers, where they come from and the parts of their scores.",
    options: [jsonOption])

  /// Whether standard output ends with a line of JSON.
  package let isJSON: Bool

  package init(_ arguments: ParsedArguments) { isJSON = arguments.isOn("json") }

  package func run() throws -> ExitCode {
    let plugins = Installation.current.tasks.appending(path: "plugins").path
    let rows = VerifierCatalog(pluginFolder: plugins).entries().map(Row.init)
    let width = (rows.map(\.name.count).max() ?? 0) + 2
    for row in rows {
      try Console.progress(Self.lines(of: row, width: width), isJSON: isJSON)
    }
    if isJSON { try Console.json(["verifiers": rows]) }
    return .success
  }

  /// A line on what it checks and its parts; for a plugin another one on what it is.
  private static func lines(of row: Row, width: Int) -> String {
    let name = row.name.padding(to: width)
    if let error = row.error { return "\(name)\("broken".padding(to: 10))\(error)\n" }
    let parts = "parts: \(row.parts.joined(separator: ", "))"
    let first =
      name + row.origin.padding(to: 10) + row.description.padding(to: 52) + "  " + parts + "\n"
    guard let folder = row.folder else { return first }
    let runner =
      row.command.map { "the program " + $0.joined(separator: " ") }
      ?? "the library \(row.library ?? ""), inside the trainer"
    return first + "".padding(to: width + 10) + "\(folder): \(runner)\n"
  }

  /// The shape of a verifier in `verifiers --json`.
  private struct Row: Encodable {
    let name: String
    let origin: String
    let description: String
    let parts: [String]
    let folder: String?
    let command: [String]?
    let library: String?
    let error: String?

    init(_ entry: VerifierCatalog.Entry) {
      name = entry.name
      origin = entry.folder == nil ? "built in" : "plugin"
      description = entry.summary
      parts = entry.partNames
      folder = entry.folder
      error = entry.error?.description
      switch entry.manifest?.runner {
      case .command(let words): (command, library) = (words, nil)
      case .library(let file): (command, library) = (nil, file)
      case nil: (command, library) = (nil, nil)
      }
    }
  }
}
