internal import Checkpointing
internal import Foundation
internal import TaskSuites

extension Configuration {
  /// The same with files that were given by a relative path under their absolute ones, so that it
  /// can be read from any folder; names of shipped suites, models and verifiers, and sizes, stay names.
  func withAbsolutePaths() -> Configuration {
    var copy = self
    for (_, path) in Self.fileFields {
      let name = self[keyPath: path]
      let isFile =
        switch path {
        case \.model: FileManager.default.fileExists(atPath: name)
        case \.verifier, \.shadowVerifier: name.contains("/")
        default: SuiteCatalog.isPath(name)
        }
      if isFile { copy[keyPath: path] = absolutePath(name) }
    }
    return copy
  }

  /// The same with files called as a checkpoint's manifest calls them, where it does.
  ///
  /// A manifest says what a run was told, and an archive that is given away names no folder of the
  /// machine; so a resumed run goes on with the texts it began with.
  func withFileNames(of manifest: CheckpointManifest?) -> Configuration {
    var copy = self
    for (key, path) in Self.fileFields {
      if let name = manifest?.madeBy["config"]?[key]?.stringValue { copy[keyPath: path] = name }
    }
    return copy
  }

  /// Fields that may hold the path of a file, by their keys.
  private static var fileFields: [(key: String, path: WritableKeyPath<Configuration, String>)] {
    [
      ("suite", \.suite), ("holdout", \.holdout), ("model", \.model), ("verifier", \.verifier),
      ("shadow_verifier", \.shadowVerifier),
    ]
  }
}

/// A path from the root; `..` and links stay, since a folder may be a link.
private func absolutePath(_ path: String) -> String {
  if path.hasPrefix("/") { return path }
  let folder = FileManager.default.currentDirectoryPath
  let rest = path.hasPrefix("./") ? path.dropFirst(2) : path[...]
  return (folder.hasSuffix("/") ? folder : folder + "/") + rest
}
