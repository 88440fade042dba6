internal import Checkpointing
internal import Foundation
internal import Settings
internal import TaskSuites

extension Configuration {
  /// The same with files that were given by a relative path under their absolute ones, so that it
  /// can be read from any folder; names of shipped suites, models and verifiers, and sizes, stay names.
  func withAbsolutePaths() -> Configuration {
    mapFiles { field, name in
      let isFile =
        switch field.file {
        case .suite: SuiteCatalog.isPath(name)
        case .model: FileManager.default.fileExists(atPath: name)
        case .verifier: name.contains("/")
        case .always: true
        case nil: false
        }
      return isFile ? absolutePath(name) : name
    }
  }

  /// The same with files called as a checkpoint's manifest calls them, where it does.
  ///
  /// A manifest says what a run was given, and an archive that is given away names no folder of the
  /// machine; so a resumed run keeps the texts it began with.
  func withFileNames(of manifest: CheckpointManifest?) -> Configuration {
    mapFiles { field, name in
      manifest?.madeBy["config"]?[field.key]?.stringValue ?? name
    }
  }
}

/// A path from the root; `..` and links stay, since a folder may be a link.
private func absolutePath(_ path: String) -> String {
  if path.hasPrefix("/") { return path }
  let folder = FileManager.default.currentDirectoryPath
  let rest = path.hasPrefix("./") ? path.dropFirst(2) : path[...]
  return (folder.hasSuffix("/") ? folder : folder + "/") + rest
}
