package import Checkpointing
package import Experience
internal import Foundation
internal import JSON
internal import Learning
internal import Messages
package import Settings
internal import Statistics
import Verifiers

/// A run on disk: `config.json`, `metrics.jsonl`, `completions.jsonl`, `checkpoints/`, once it is
/// finished `result.json`, and what is made out of these: `report.html`, `tensorboard/`.
package struct RunFolder: Sendable {
  /// The folder.
  package let path: String

  /// Names a folder; nothing is made.
  package init(_ path: String) { self.path = path }

  /// Every value of the configuration, resolved.
  package var configurationFile: String { "\(path)/config.json" }
  /// The program that the run was begun with, and the version of its numbers.
  var originFile: String { "\(path)/run.json" }
  /// One line of metrics a step.
  package var metricsFile: String { "\(path)/metrics.jsonl" }
  /// Sampled completions with verdicts and advantages.
  package var completionsFile: String { "\(path)/completions.jsonl" }
  /// What a finished run came to.
  package var resultFile: String { "\(path)/result.json" }
  /// Saved states of the run.
  package var checkpointFolder: String { "\(path)/checkpoints" }

  /// Whether a folder is a run: a Hugging Face folder has a `config.json` too, but no checkpoints.
  package static func isRun(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: RunFolder(path).checkpointFolder)
  }

  /// A saved state by its step.
  package struct Checkpoint: Sendable, Equatable {
    /// The step after which it was saved.
    package let step: Int
    /// The archive.
    package let path: String
  }

  /// The archive of a step.
  package func checkpoint(step: Int) -> Checkpoint {
    let digits = String(step)
    let padded = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    return Checkpoint(step: step, path: "\(checkpointFolder)/step-\(padded).tar.zst")
  }

  /// The saved states, oldest first.
  package func checkpoints() -> [Checkpoint] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: checkpointFolder)) ?? []
    return names.compactMap { name in
      guard name.hasPrefix("step-"), name.hasSuffix(Installation.archiveSuffix),
        let step = Int(name.dropFirst(5).dropLast(Installation.archiveSuffix.count))
      else { return nil }
      return Checkpoint(step: step, path: "\(checkpointFolder)/\(name)")
    }.sorted { $0.step < $1.step }
  }

  /// Makes the folder for a new run and writes its configuration, with files by absolute paths.
  ///
  /// - Throws: `TrainingError.occupied` where a run is already there, `unwritable` where the folder
  ///   can't be made.
  package func create(_ configuration: Configuration) throws {
    let manager = FileManager.default
    if manager.fileExists(atPath: configurationFile) {
      throw TrainingError.occupied(
        "\(path) already holds a run",
        hint: "Resume it: hone resume \(path). Or name another folder with --run.")
    }
    do {
      try manager.createDirectory(atPath: checkpointFolder, withIntermediateDirectories: true)
    } catch {
      throw TrainingError.unwritable(
        "\(path): the run's folder can't be made", hint: "Name another folder with --run.")
    }
    let origin: [String: JSONValue] = [
      "program": .string("hone \(Hone.version)"), "numbers": .integer(Hone.numbers),
    ]
    try AtomicFile.write(JSONValue.object(origin).bytes(indented: true), to: originFile)
    try AtomicFile.write(configuration.withAbsolutePaths().jsonText, to: configurationFile)
  }

  /// The version of the numbers that the run was begun with; nil for runs of hone 0.1, which didn't say.
  package var numbers: Int? {
    guard let data = FileManager.default.contents(atPath: originFile) else { return nil }
    return (try? JSONValue(parsing: [UInt8](data)))?["numbers"]?.intValue
  }

  /// The run's configuration.
  ///
  /// - Throws: `TrainingError.missing` where the folder isn't a run, `SettingsError` for a
  ///   damaged file.
  package func configuration(_ catalog: SettingsCatalog) throws -> Configuration {
    try requireRun()
    return try catalog.configuration(ofFile: configurationFile)
  }

  /// Makes sure that there is a run.
  ///
  /// - Throws: `TrainingError.missing` with the nearest run.
  package func requireRun() throws(TrainingError) {
    guard Self.isRun(path), FileManager.default.fileExists(atPath: configurationFile) else {
      let near = nearestRun.map { "Did you mean \($0)? Or start" } ?? "Start"
      throw TrainingError.missing(
        "\(path): no run there", hint: "\(near) one with: hone train --run \(path)")
    }
  }

  /// A run beside this folder, or in `runs`, with nearly its name.
  private var nearestRun: String? {
    let run = URL(fileURLWithPath: path)
    let parent = run.deletingLastPathComponent()
    for folder in [parent, parent.appending(path: "runs")] {
      let names = try? FileManager.default.contentsOfDirectory(atPath: folder.relativePath)
      let runs = (names ?? []).sorted().filter { Self.isRun(folder.appending(path: $0).path) }
      if let near = nearestName(to: run.lastPathComponent, among: runs) {
        let found = folder.appending(path: near).relativePath
        return found.hasPrefix("./") ? String(found.dropFirst(2)) : found
      }
    }
    return nil
  }

  /// Deletes all but the newest `count` checkpoints.
  package func prune(keeping count: Int) {
    for old in checkpoints().dropLast(max(1, count)) {
      try? FileManager.default.removeItem(atPath: old.path)
    }
  }
}

/// A file of lines that a run appends to, each line whole.
package struct LineFile {
  private let handle: FileHandle
  private let path: String

  /// Opens a file whose first `lines` lines are kept; what follows them is cut off.
  ///
  /// - Throws: `TrainingError.unwritable`.
  init(_ path: String, keeping lines: Int) throws {
    self.path = path
    let manager = FileManager.default
    if !manager.fileExists(atPath: path) {
      _ = manager.createFile(atPath: path, contents: nil)
    }
    guard let handle = FileHandle(forUpdatingAtPath: path) else { throw Self.unwritable(path) }
    self.handle = handle
    do {
      let content = try handle.readToEnd() ?? Data()
      var (end, seen) = (0, 0)
      while seen < lines, let next = content[end...].firstIndex(of: UInt8(ascii: "\n")) {
        end = next + 1
        seen += 1
      }
      try handle.truncate(atOffset: UInt64(end))
      try handle.seek(toOffset: UInt64(end))
    } catch {
      throw Self.unwritable(path)
    }
  }

  /// Appends lines; each already ends without a line end.
  ///
  /// - Throws: `FileError`, for example with no space left.
  func append(_ lines: [String]) throws {
    guard !lines.isEmpty else { return }
    do {
      try handle.write(contentsOf: Data((lines.joined(separator: "\n") + "\n").utf8))
    } catch {
      throw stopped
    }
  }

  /// Flushes to disk.
  ///
  /// - Throws: `FileError`.
  func synchronize() throws {
    do {
      try handle.synchronize()
    } catch {
      throw stopped
    }
  }

  private var stopped: FileError { Self.stopped(path) }

  /// The error of a file of a run that took lines before and takes no more.
  package static func stopped(_ path: String) -> FileError {
    FileError(
      kind: .inputOutput, path: path, code: 0,
      message: "can't be written to any more; is the disk full, or the folder read-only?",
      hint: "the last checkpoint stays: make room, then resume")
  }

  private static func unwritable(_ path: String) -> TrainingError {
    TrainingError.unwritable(
      "\(path): it can't be opened to write; is the folder read-only?",
      hint: "The last checkpoint stays: make it writable, then resume.")
  }
}
