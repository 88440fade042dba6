package import Foundation
internal import JSON
internal import Messages
internal import PluginHost
internal import Verifiers

/// The suites of a folder, opened by name, and any other suite, opened by its path.
package struct SuiteCatalog: Sendable {
  /// Where the named suites are.
  package let folder: URL

  /// What `hone suites` lists of a suite.
  package struct Entry: Sendable {
    /// The name that opens it.
    package var name: String
    /// Its file.
    package var file: URL
    /// The suite, or why it can't be opened.
    package var suite: Result<TaskSuite, SuiteError>
  }

  /// Makes the catalog of a folder, which isn't read before it's asked for.
  package init(folder: URL) {
    self.folder = folder
  }

  /// Where the verifier plugins are that suites name.
  package var pluginFolder: URL { folder.appending(path: "plugins") }

  /// The names of the folder's suites in alphabetical order; empty where there is no folder.
  package func names() -> [String] {
    files().map(\.name)
  }

  /// All suites of the folder; one that is broken doesn't hide the others.
  package func entries(rules: TextRules? = nil) -> [Entry] {
    files().map { name, url in
      let result: Result<TaskSuite, SuiteError>
      do throws(SuiteError) {
        result = .success(try load(url, shown: shown(url), rules: rules))
      } catch {
        result = .failure(error)
      }
      return Entry(name: name, file: url, suite: result)
    }
  }

  /// Opens a suite.
  ///
  /// - Parameter nameOrPath: A name of the folder, or the path of a suite file (`.json5`) or problem
  ///   file (`.jsonl`); a path contains a slash or such an ending.
  /// - Parameter rules: What the model can read and write; without it nothing is checked against it.
  /// - Throws: `SuiteError`.
  package func open(
    _ nameOrPath: String, rules: TextRules? = nil
  ) throws(SuiteError) -> TaskSuite {
    if Self.isPath(nameOrPath) {
      return try load(URL(filePath: nameOrPath), shown: nameOrPath, rules: rules)
    }
    let files = files()
    guard let file = files.first(where: { $0.name == nameOrPath }) else {
      let known = files.map(\.name)
      throw SuiteError(
        .missing, file: nameOrPath,
        "no suite of this name in \(folder.path); " + suggestion(for: nameOrPath, among: known)
          + (known.isEmpty ? "" : " (a file is given by its path, such as ./mine.json5)"))
    }
    return try load(file.url, shown: shown(file.url), rules: rules)
  }

  /// The rows of a problem file (`.jsonl`) in their order, checked for their form alone: whether a
  /// verifier can read the answers and accepts the demonstrations is still to be found out.
  ///
  /// - Throws: `SuiteError`.
  package static func rows(of path: String) throws(SuiteError) -> [WorkedProblem] {
    let url = URL(filePath: path)
    let name = url.deletingPathExtension().lastPathComponent
    return try RowFile(TextFile(url, name: path)).rowSet(task: name, verifier: nil, rules: nil)
      .rows.map(\.worked)
  }

  /// The model that the file of a suite with sources says training starts from, read without opening
  /// the suite, which takes a while where plugins make its problems.
  ///
  /// Nil where it names none, for other suites, which may as well be opened, and for broken files.
  package func statedBase(of nameOrPath: String) -> String? {
    let url =
      Self.isPath(nameOrPath)
      ? URL(filePath: nameOrPath) : files().first { $0.name == nameOrPath }?.url
    guard let url, url.pathExtension != "jsonl",
      let text = try? String(contentsOf: url, encoding: .utf8),
      let root = try? JSONNode(parsing: text, as: .json5, file: nameOrPath),
      case .string(let base)? = root["base"]?.value,
      case .array(let tasks)? = root["tasks"]?.value, tasks.contains(where: { $0["source"] != nil })
    else { return nil }
    return base
  }

  /// Whether a text is a path, not the name of a suite in the folder.
  package static func isPath(_ nameOrPath: String) -> Bool {
    nameOrPath.contains("/") || endings.contains { nameOrPath.hasSuffix("." + $0) }
  }

  private static let endings = ["json5", "json", "jsonl"]

  private func load(
    _ url: URL, shown: String, rules: TextRules?
  ) throws(SuiteError) -> TaskSuite {
    let loader = SuiteLoader(
      rules: rules, verifiers: VerifierCatalog(pluginFolder: pluginFolder.path),
      folder: url.deletingLastPathComponent().path)
    return url.pathExtension == "jsonl"
      ? try loader.problemFile(url, shown: shown) : try loader.suiteFile(url, shown: shown)
  }

  private func shown(_ url: URL) -> String {
    folder.lastPathComponent + "/" + url.lastPathComponent
  }

  private func files() -> [(name: String, url: URL)] {
    let urls = try? FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    return (urls ?? []).filter { SuiteCatalog.endings.contains($0.pathExtension) }
      .map { ($0.deletingPathExtension().lastPathComponent, $0) }
      .sorted { $0.0 < $1.0 }
  }
}
