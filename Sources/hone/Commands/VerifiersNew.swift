internal import Messages
internal import PluginHost
import Verifiers

/// `hone verifiers new`: writes a plugin to start from, with its test.
package struct VerifiersNewOptions: Command {
  package static let specification = CommandSpecification(
    "verifiers new", "Write a working verifier plugin, with its test, to start from.",
    operands: [.init("NAME", "its name, and that of its folder: letters, digits, - and _")],
    options: [
      OptionSpecification(
        "language", .choice(PluginScaffold.languages),
        "python: a program of its own; c, swift: a library inside the trainer, faster and unguarded",
        remarks: ["needed"]),
      OptionSpecification(
        "folder", .text(placeholder: "DIR"),
        "where the folder NAME is made; in Tasks/plugins a plugin is known by its name alone",
        remarks: ["default the working folder"]),
      jsonOption,
    ])

  /// The plugin's name.
  package let name: String
  /// Its language.
  package let language: String
  /// The folder that its folder is made in.
  package let folder: String
  /// Whether standard output ends with a line of JSON.
  package let isJSON: Bool

  package init(_ arguments: ParsedArguments) throws {
    let usage = Self.specification.usage
    name = arguments.operands[0]
    guard PluginManifest.isName(name), name.first?.isLetter == true else {
      throw UsageError(
        "the name \(quoted(name)) must be made of letters, digits, - and _, a letter first, at most "
          + "64 of them", usage: usage)
    }
    guard !BuiltInVerifiers.names.contains(name) else {
      throw UsageError(
        "\(name) is a built-in verifier; give the plugin a name of its own", usage: usage)
    }
    guard let language = arguments.text("language") else {
      throw UsageError(
        "--language is missing: \(PluginScaffold.languages.joined(separator: ", "))", usage: usage)
    }
    self.language = language
    folder = arguments.text("folder") ?? "."
    isJSON = arguments.isOn("json")
  }

  package func run() throws -> ExitCode {
    let scaffold = PluginScaffold(
      name: name, language: language, parent: folder, installation: .current)
    let files = try scaffold.write()
    let path = scaffold.folder.hasPrefix("/") ? scaffold.folder : "./" + scaffold.folder
    let word = scaffold.isKnownByName ? name : quotedForShell(path)
    let steps = [
      ("its test", "(cd \(quotedForShell(path)) && \(scaffold.testCommand))"),
      ("attacks on it", "Tools/hone verifiers check \(word)"),
      ("a run judged by it", "Tools/hone train --verifier \(word)"),
      (
        "a suite judged by it",
        scaffold.isKnownByName
          ? "verifier: \"\(name)\"" : "verifier: \"\(path)\", the path seen from the suite file"
      ),
    ]
    try Console.progress(
      "\(scaffold.folder): \(files.joined(separator: ", "))\n\n"
        + steps.map { $0.0.padding(to: 22) + $0.1 + "\n" }.joined(), isJSON: isJSON)
    if isJSON {
      try Console.json(
        Scaffolded(name: name, language: language, folder: scaffold.folder, files: files))
    }
    return .success
  }

  private struct Scaffolded: Encodable {
    let name: String
    let language: String
    let folder: String
    let files: [String]
  }
}
