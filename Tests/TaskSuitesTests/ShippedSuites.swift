import Foundation
import TaskSuites

/// The repository's `Tasks` folder.
let shippedSuites = SuiteCatalog(
  folder: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Tasks"))

/// What a model with Hone's own vocabulary can read.
let standardRules = TextRules(
  allowedScalars: TextRules.standardScalars, longestPrompt: 64, longestCompletion: 64)

/// A folder that is removed when the test lets go of it.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appending(path: "hone-suites-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
  }

  /// Writes a file and returns its path.
  func write(_ text: String, to name: String) throws -> String {
    let file = url.appending(path: name)
    try Data(text.utf8).write(to: file)
    return file.path
  }

  var catalog: SuiteCatalog { SuiteCatalog(folder: url) }
}
