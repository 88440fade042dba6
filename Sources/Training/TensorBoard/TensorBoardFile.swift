internal import Checkpointing
internal import Foundation

/// The metrics of a run as an event file for TensorBoard, `RUN/tensorboard/events.out.tfevents.hone`.
///
/// It holds nothing that `metrics.jsonl` doesn't: at the start of every sitting it is written anew from
/// there, so that steps which a resumed run takes again are not in it twice. An event's time is that of
/// the run's first moment and the seconds of its steps, whatever lay between two sittings.
final class TensorBoardFile {
  private let handle: FileHandle
  private let path: String
  private let names: Configuration.MetricNames
  private var wallTime: Double

  /// Makes the file with the steps that are there already.
  ///
  /// - Throws: `TrainingError.unwritable`; `unusable` for a damaged line of metrics.
  init(_ folder: RunFolder, names: Configuration.MetricNames) throws {
    self.names = names
    path = folder.tensorBoardFile
    let start = FileManager.default.contents(atPath: path)
    wallTime = start.flatMap(EventRecord.wallTime(ofFirstIn:)) ?? Date().timeIntervalSince1970
    do {
      try FileManager.default.createDirectory(
        atPath: folder.tensorBoardFolder, withIntermediateDirectories: true)
      try Data(EventRecord.version(wallTime: wallTime)).write(to: URL(fileURLWithPath: path))
      handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      try handle.seekToEnd()
    } catch {
      throw TrainingError.unwritable(
        "\(folder.tensorBoardFolder): TensorBoard's file can't be made there",
        mend: "Mend the folder, or set tensorboard to false in the run's config.json, then resume.")
    }
    guard FileManager.default.fileExists(atPath: folder.metricsFile) else { return }
    let reader = try LineReader(folder.metricsFile)
    while let line = try reader.next() {
      let object = try JSONLine.object(line, at: reader.place)
      // A number that isn't finite was written as null.
      let values = object.compactMapValues { $0 == .null ? .nan : $0.doubleValue }
      try append(values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
  }

  /// Adds a step.
  ///
  /// - Throws: `FileError`, for example with no space left.
  func append(_ metrics: Metrics) throws {
    try append(
      metrics.entries.sorted { $0.name < $1.name }.map {
        ($0.name, $0.value.isFinite ? $0.value : .nan)
      })
  }

  private func append(_ values: [(name: String, value: Double)]) throws {
    let numbers = Dictionary(uniqueKeysWithValues: values)
    guard let step = numbers["step"].flatMap({ Int(exactly: $0) }) else { return }
    if let seconds = numbers["step_time"], seconds.isFinite { wallTime += seconds }
    let tagged = values.filter { $0.name != "step" }.map { (tag: names.tag(of: $0.name), $0.value) }
    do {
      try handle.write(
        contentsOf: Data(EventRecord.scalars(wallTime: wallTime, step: step, tagged)))
    } catch {
      throw LineFile.stopped(path)
    }
  }
}

extension RunFolder {
  /// What `tensorboard --logdir` is given.
  var tensorBoardFolder: String { "\(path)/tensorboard" }
  /// The events of all steps.
  var tensorBoardFile: String { "\(tensorBoardFolder)/events.out.tfevents.hone" }
}
