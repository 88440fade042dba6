package import Foundation

/// Where Hone's own suites and checkpoints lie.
package struct Installation: Sendable {
  /// The folder that holds `Tasks` and `Checkpoints`.
  package let root: URL

  /// Uses a folder.
  package init(root: URL) { self.root = root }

  /// The installation this program belongs to: the nearest folder above it with `Tasks` in it.
  package static let current: Installation = {
    let manager = FileManager.default
    let program =
      (try? manager.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      ?? CommandLine.arguments.first ?? "."
    var folder = URL(fileURLWithPath: program).deletingLastPathComponent()
    while folder.path != "/" {
      if manager.fileExists(atPath: folder.appendingPathComponent("Tasks").path) {
        return Installation(root: folder)
      }
      folder.deleteLastPathComponent()
    }
    return Installation(root: URL(fileURLWithPath: manager.currentDirectoryPath))
  }()

  /// Suite files.
  package var tasks: URL { root.appendingPathComponent("Tasks") }
  /// Shipped checkpoints.
  package var checkpoints: URL { root.appendingPathComponent("Checkpoints") }

  /// Names of the shipped checkpoints, sorted.
  package var checkpointNames: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: checkpoints.path)) ?? []
    return names.filter { $0.hasSuffix(Self.archiveSuffix) }
      .map { String($0.dropLast(Self.archiveSuffix.count)) }.sorted()
  }

  static let archiveSuffix = ".tar.zst"
}
