internal import Messages
internal import Synchronization
package import Verifiers

/// Every verifier by its name: the built-in ones, the plugins of a folder, and any other plugin by
/// the path of its folder.
///
/// A catalog makes each plugin once, so that all tasks of a suite share its processes.
package final class VerifierCatalog: Sendable {
  /// The folder whose folders are the plugins with a name; nil for none.
  package let pluginFolder: String?
  private let made = Mutex<[String: any Verifier]>([:])

  /// Makes the catalog; nothing is read before it is asked for.
  package init(pluginFolder: String?) { self.pluginFolder = pluginFolder }

  /// A verifier as listings show it.
  package struct Entry: Sendable {
    /// The name that opens it.
    package var name: String
    /// The folder of a plugin; nil for a built-in verifier.
    package var folder: String?
    /// What a plugin runs; nil for a built-in verifier and for one that can't be read.
    package var manifest: PluginManifest?
    /// One line about it.
    package var summary: String
    /// The parts of its scores.
    package var partNames: [String]
    /// Why it can't be opened.
    package var error: VerifierError?
  }

  /// The built-in verifiers and the folder's plugins, also those that are broken.
  package func entries() -> [Entry] {
    var entries = BuiltInVerifiers.table.map { name, summary, make in
      Entry(name: name, summary: summary, partNames: make().partNames)
    }
    for folderName in pluginNames {
      guard let folder = pluginFolder.map({ "\($0)/\(folderName)" }) else { continue }
      do throws(VerifierError) {
        let manifest = try manifest(ofPlugin: folderName, in: folder)
        entries.append(
          Entry(
            name: folderName, folder: folder, manifest: manifest, summary: manifest.summary,
            partNames: manifest.parts))
      } catch {
        entries.append(
          Entry(name: folderName, folder: folder, summary: "", partNames: [], error: error))
      }
    }
    return entries
  }

  /// The verifier of a name, or the plugin of a path: what holds a slash is a path.
  ///
  /// - Parameter base: The folder that a path is seen from; empty for the working folder.
  /// - Throws: `VerifierError` where there is none or its manifest is wrong.
  package func verifier(
    _ nameOrPath: String, from base: String = ""
  ) throws(VerifierError) -> any Verifier {
    if nameOrPath.contains("/") {
      let path = base.isEmpty ? nameOrPath : PluginFiles.joined(base, nameOrPath)
      return try plugin(path, shown: nameOrPath)
    }
    if BuiltInVerifiers.names.contains(nameOrPath) { return try BuiltInVerifiers.make(nameOrPath) }
    guard let pluginFolder, pluginNames.contains(nameOrPath) else {
      throw .unknownName(nameOrPath, known: BuiltInVerifiers.names + pluginNames)
    }
    _ = try manifest(ofPlugin: nameOrPath, in: "\(pluginFolder)/\(nameOrPath)")
    return try plugin("\(pluginFolder)/\(nameOrPath)", shown: shown(nameOrPath))
  }

  /// The same with the part `format` logged beside its own, unless it has one of that name.
  ///
  /// - Parameter weights: What each part weighs. Without them the parts of a built-in verifier weigh
  ///   1, and a plugin's reward is what it says.
  package func verifier(
    _ nameOrPath: String, from base: String = "", weights: [String: Double]?
  ) throws(VerifierError) -> any Verifier {
    if BuiltInVerifiers.names.contains(nameOrPath) {
      return try BuiltInVerifiers.make(nameOrPath, weights: weights)
    }
    let plugin = try verifier(nameOrPath, from: base)
    let format = FormatVerifier()
    let hasFormat = plugin.partNames.contains { format.partNames.contains($0) }
    if let weights {
      return try WeightedVerifier(
        name: plugin.name, hasFormat ? [plugin] : [plugin, format], weights: weights)
    }
    return hasFormat ? plugin : AnnotatedVerifier(plugin, notes: format)
  }

  private var pluginNames: [String] {
    (pluginFolder.map(PluginFiles.folderNames) ?? []).filter {
      !BuiltInVerifiers.names.contains($0)
    }
  }

  private func shown(_ name: String) -> String { "Tasks/plugins/\(name)" }

  /// Reads a named plugin, whose manifest must not call it something else.
  private func manifest(
    ofPlugin name: String, in folder: String
  ) throws(VerifierError) -> PluginManifest {
    let manifest = try PluginManifest(folder: folder, shown: shown(name))
    guard manifest.name == name else {
      throw .invalid(
        "\(shown(name))/\(PluginManifest.fileName): the name \(quoted(manifest.name)) must be "
          + "that of its folder, \(quoted(name))")
    }
    return manifest
  }

  private func plugin(_ path: String, shown: String) throws(VerifierError) -> any Verifier {
    let key = PluginFiles.absolute(path) ?? path
    if let known = made.withLock({ $0[key] }) { return known }
    let manifest = try PluginManifest(folder: path, shown: shown)
    guard !made.withLock({ $0.values.contains { $0.name == manifest.name } }) else {
      throw .invalid(
        "\(shown): another plugin is called \(quoted(manifest.name)) too; rename one of them")
    }
    let verifier: any Verifier =
      switch manifest.runner {
      case .command(let command): PluginVerifier(manifest, command: command)
      case .library(let file): try NativeVerifier(manifest, file: file)
      }
    return made.withLock { made in
      if let known = made[key] { return known }
      made[key] = verifier
      return verifier
    }
  }
}
