internal import Experience
import Foundation
internal import Runs
import Verifiers

/// Writes the folder of a new plugin from a template of the installation (`Tasks/plugin-templates`).
struct PluginScaffold {
  /// The languages there are templates for.
  static let languages = ["python", "c", "swift"]

  /// The plugin's name, which is that of its folder.
  let name: String
  /// Its language.
  let language: String
  /// The folder that gets the plugin's.
  let parent: String
  /// Where the templates are.
  let installation: Installation

  /// The new folder's path, as it was asked for.
  var folder: String { parent == "." ? name : URL(filePath: parent).relativePath + "/" + name }

  /// Copies the template's files with the name put in, all of them or none.
  ///
  /// - Returns: The files' paths in the new folder, sorted.
  /// - Throws: `TrainingError` where the folder is there already or can't be written.
  func write() throws -> [String] {
    let manager = FileManager.default
    let template = installation.tasks.appending(path: "plugin-templates/\(language)")
    let parentFolder = URL(fileURLWithPath: parent)
    let target = parentFolder.appending(path: name)
    guard Self.isFolder(parentFolder) else {
      throw TrainingError.missing(
        "\(parent): no such folder", hint: "Make it, or name another one with --folder.")
    }
    // What a broken link occupies is taken too.
    guard (try? manager.attributesOfItem(atPath: target.path)) == nil else {
      throw TrainingError.occupied(
        "\(folder) exists already, and nothing is written over",
        hint: "Choose another name, or another place with --folder.")
    }
    let files = (try? manager.subpathsOfDirectory(atPath: template.path).sorted()) ?? []
    guard !files.isEmpty else {
      throw TrainingError.missing(
        "\(template.path): no templates", hint: "They belong to Hone's folder: fetch it anew.")
    }
    // Under another name until all of it is there.
    let unique = String(UInt32.random(in: 0...UInt32.max), radix: 16)
    let draft = parentFolder.appending(path: ".\(name).\(unique).partial")
    do {
      let written = try copy(files, from: template, to: draft)
      try manager.moveItem(at: draft, to: target)
      return written
    } catch {
      try? manager.removeItem(at: draft)
      throw TrainingError.unwritable(
        "\(folder) can't be written: \(error.localizedDescription)",
        hint: "Choose another place with --folder.")
    }
  }

  /// Copies the text files among some paths; links become the files they lead to.
  private func copy(_ files: [String], from template: URL, to draft: URL) throws -> [String] {
    let manager = FileManager.default
    try manager.createDirectory(at: draft, withIntermediateDirectories: false)
    var written: [String] = []
    for file in files {
      let source = template.appending(path: file).resolvingSymlinksInPath()
      if Self.isFolder(source) { continue }
      // Anything else was built where the template lies, and does not belong to it.
      guard let text = String(bytes: try Data(contentsOf: source), encoding: .utf8),
        !file.hasPrefix(".build/")
      else { continue }
      let copy = draft.appending(path: file)
      try manager.createDirectory(
        at: copy.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(filled(text).utf8).write(to: copy)
      written.append(file)
    }
    return written
  }

  private static func isFolder(_ url: URL) -> Bool {
    (try? url.resolvingSymlinksInPath().resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory
      ?? false
  }

  /// The text with what only this plugin knows: its name, and where Hone is as a Swift literal has it.
  private func filled(_ text: String) -> String {
    let home = installation.root.path.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return text.replacing("PLUGIN_NAME", with: name).replacing("HONE_FOLDER", with: home)
  }

  /// Whether the plugin lies where suites find it by its name.
  var isKnownByName: Bool {
    URL(fileURLWithPath: parent).resolvingSymlinksInPath().path
      == installation.tasks.appending(path: "plugins").resolvingSymlinksInPath().path
  }

  /// What builds the plugin and runs its test, in its folder.
  var testCommand: String {
    switch language {
    case "python": "python3 test_judge.py"
    case "c": "make && make test"
    default: "swift test -c release"
    }
  }
}
