internal import JSON
internal import Messages
package import Verifiers

/// What a plugin's `plugin.json5` says of it; docs/plugins.md describes the keys.
package struct PluginManifest: Sendable, Equatable {
  /// The name of the file in a plugin's folder.
  package static let fileName = "plugin.json5"
  /// The version of the protocol between host and program that this is.
  package static let protocolVersion = 1

  /// How the plugin runs.
  package enum Runner: Sendable, Equatable {
    /// A program and its arguments, in processes of its own.
    case command([String])
    /// A shared library, inside this process.
    case library(String)
  }

  /// A field of a completion that a plugin may ask for.
  package enum Field: String, Sendable, CaseIterable {
    case task, prompt, completion, reasoning, answer, finished, reference, columns
  }

  /// The name that suites use: that of the folder unless the file gives another.
  package var name: String
  /// One line about it; may be empty.
  package var summary = ""
  /// Its folder, from the root.
  package var folder: String
  /// How it runs.
  package var runner: Runner
  /// Processes that judge side by side.
  package var workers = 2
  /// Completions that a process is handed before it has answered the first one.
  package var inFlight = 64
  /// Seconds a process may take for its next answer.
  package var timeout = 5.0
  /// Seconds it may take from its start to its first line.
  package var startTimeout = 30.0
  /// Private memory a process may have, in MiB.
  package var memory = 512
  /// Processor seconds it may use between two answers.
  package var processorSeconds = 60
  /// The names of the parts of its scores.
  package var parts = ["correctness"]
  /// The rewards it may give.
  package var rewards: ClosedRange<Double> = 0...1
  /// What it gets to see of a completion.
  package var fields = Field.allCases
  /// Whether it makes problems too, for suites that name it as a source.
  package var makesProblems = false
  /// Variables of its environment beside the fixed ones.
  package var environment: [String: String] = [:]

  /// Reads the manifest of a plugin's folder.
  ///
  /// - Parameter shown: The folder as messages name it.
  /// - Throws: `VerifierError.missing` where there is none, `badPlugin` for what it says, with
  ///   line and column.
  package init(folder: String, shown: String) throws(VerifierError) {
    let file = shown + "/" + PluginManifest.fileName
    guard let path = PluginFiles.absolute(folder), PluginFiles.isFolder(path) else {
      throw .missing("\(shown): no such folder; a plugin is a folder with a plugin.json5")
    }
    guard PluginFiles.isPresent(path + "/" + PluginManifest.fileName) else {
      throw .missing(
        "\(file): no such file; docs/plugins.md says what it holds")
    }
    guard let text = PluginFiles.text(of: path + "/" + PluginManifest.fileName) else {
      throw .invalid("\(file): can't be read as UTF-8 text of at most 1 MiB")
    }
    do throws(JSONError) {
      try self.init(JSONNode(parsing: text, as: .json5, file: file), file: file, folder: path)
    } catch {
      throw .invalid(error.description)
    }
  }

  /// Reads a manifest that was parsed.
  init(_ root: JSONNode, file: String, folder: String) throws(JSONError) {
    var keys = try KeyReader<JSONError>(root, file: file, what: "a plugin's manifest")
    self.folder = folder
    let folderName = folder.split(separator: "/").last.map(String.init) ?? "plugin"
    name = try keys.string("name") ?? folderName
    guard PluginManifest.isName(name) else {
      throw keys.error(
        "the name \(quoted(name)) must be made of letters, digits, '-' and '_'", of: "name")
    }
    summary = try keys.string("description") ?? ""
    // A version is required, so that a plugin from the future is refused and not misread.
    let version = try keys.integer("protocol", within: 1...1_000_000)
    guard let version else {
      throw keys.error(
        "the key 'protocol' is missing; this Hone speaks protocol: "
          + "\(PluginManifest.protocolVersion)")
    }
    guard version == PluginManifest.protocolVersion else {
      throw keys.error(
        "the plugin speaks protocol \(version), this Hone \(PluginManifest.protocolVersion); "
          + "take the plugin's version for it", of: "protocol")
    }
    let command = try keys.strings("command")
    let library = try keys.string("library")
    switch (command, library) {
    case (let command?, nil):
      guard let program = command.first, !program.isEmpty,
        !command.contains(where: { $0.utf8.contains(0) })
      else {
        throw keys.error(
          #"'command' must be a program and its arguments, such as ["python3", "verifier.py"]"#,
          of: "command")
      }
      runner = .command(command)
    case (nil, let library?): runner = .library(library)
    default:
      throw keys.error(
        #"a plugin needs either "command", such as ["python3", "verifier.py"], or "library""#)
    }
    if let list = try keys.strings("parts") { parts = list }
    guard Set(parts).count == parts.count, parts.allSatisfy(PluginManifest.isName) else {
      throw keys.error(
        "parts must be different names of letters, digits, '-' and '_'", of: "parts")
    }
    if let ends = try keys.numbers("reward") {
      guard ends.count == 2, ends[0] < ends[1] else {
        throw keys.error("reward must be [least, most], such as [0, 1]", of: "reward")
      }
      rewards = ends[0]...ends[1]
    }
    if case .command = runner {
      try readLimits(&keys)
    }
    try keys.finish(what: "a plugin of this kind")
  }

  /// The keys that only a program of its own has.
  private mutating func readLimits(_ keys: inout KeyReader<JSONError>) throws(JSONError) {
    workers = try keys.integer("workers", default: workers, within: 1...64)
    inFlight = try keys.integer("in_flight", default: inFlight, within: 1...4096)
    timeout = try keys.number("timeout_seconds", default: timeout, within: 0.01...86_400)
    startTimeout = try keys.number("start_seconds", default: startTimeout, within: 0.01...86_400)
    memory = try keys.integer("memory_mib", default: memory, within: 1...1_048_576)
    processorSeconds = try keys.integer(
      "cpu_seconds", default: processorSeconds, within: 1...1_000_000)
    fields = try keys.choices("fields") ?? fields
    makesProblems = try keys.flag("problems", default: makesProblems)
    environment = try keys.texts("environment") ?? [:]
    let bad = environment.sorted { $0.key < $1.key }.first { key, value in
      key.isEmpty || key.contains("=") || key.utf8.contains(0) || value.utf8.contains(0)
    }
    if let bad {
      throw keys.error(
        "\(quoted(bad.key)) can't be a variable of the environment", of: "environment")
    }
  }

  /// Whether a text can name a plugin or a part: messages, files and metrics hold it as it is.
  package static func isName(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }
}
