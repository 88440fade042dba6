internal import Checkpointing
internal import Experience
internal import Foundation
internal import LanguageModel
internal import Learning
internal import Messages
package import Settings
internal import Statistics
import Verifiers

/// Finds the model that `--model` or a command's MODEL names.
package enum ModelLocator {
  /// Opens a shipped name, an archive, a Hugging Face folder, a run (its newest checkpoint), or,
  /// where `sizes` is given, a size that starts from random weights.
  ///
  /// - Throws: `TrainingError.missing` with the nearest known name, or why the files can't be used.
  package static func open(
    _ name: String, installation: Installation, sizes: Sizes? = nil
  ) throws -> ModelBundle {
    let manager = FileManager.default
    var isFolder: ObjCBool = false
    if unsafe manager.fileExists(atPath: name, isDirectory: &isFolder) {
      if isFolder.boolValue && RunFolder.isRun(name) {
        guard let newest = RunFolder(name).checkpoints().last else {
          throw TrainingError.missing(
            "\(name): the run has no checkpoint yet", hint: "Resume it with: hone resume \(name)")
        }
        return try ModelBundle(name: name, files: ModelFiles.load(newest.path))
      }
      return try ModelBundle(name: name, files: ModelFiles.load(name))
    }
    if installation.checkpointNames.contains(name) {
      let path = installation.checkpoints.appendingPathComponent(name + Installation.archiveSuffix)
      return try ModelBundle(name: name, files: ModelFiles.load(path.path))
    }
    if let sizes, let made = try sizes.make(name) { return made }
    var known = installation.checkpointNames
    if sizes != nil { known += ModelConfiguration.presets.map(\.name) }
    let near = nearestName(to: name, among: known).map { "Did you mean \($0)? " } ?? ""
    throw TrainingError.missing(
      "no model \"\(name)\": no such file, folder or shipped checkpoint",
      hint: known.isEmpty
        ? "Give an archive or folder by its path."
        : near + "Known: \(known.joined(separator: ", "))")
  }

  /// How a model that starts from random weights is made.
  package struct Sizes: Sendable {
    private let settings: NewModelSettings
    private let seed: Int

    package init(_ settings: NewModelSettings, seed: Int) {
      self.settings = settings
      self.seed = seed
    }

    func make(_ name: String) throws -> ModelBundle? {
      guard let shape = try settings.shape(ofSize: name) else { return nil }
      return ModelBundle(
        name: name,
        parameters: Parameters(ParameterLayout(shape), seed: UInt64(bitPattern: Int64(seed))),
        vocabulary: .standard, suite: nil)
    }
  }
}
