internal import Checkpointing
package import Experience
internal import Foundation
package import Runs
package import Settings

/// Writes the metrics of a run as an event file for TensorBoard, `RUN/tensorboard/events.out.tfevents.hone`.
///
/// It holds nothing that `metrics.jsonl` doesn't: at the start of every session it is rewritten from
/// there, so that steps which a resumed run takes again are not in it twice. An event's time is that of
/// the run's first moment and the seconds of its steps, whatever lay between two sessions.
package final class TensorBoardObserver: TrainingObserver {
  private let names: MetricNames
  private var handle: FileHandle?
  private var path = ""
  private var wallTime = 0.0

  /// Writes under these names.
  package init(names: MetricNames) { self.names = names }

  /// Makes the file with the steps that are there already.
  ///
  /// - Throws: `TrainingError.unwritable`; `unusable` for a damaged line of metrics.
  package func began(_ run: RunFolder) throws {
    let folder = "\(run.path)/tensorboard"
    path = "\(folder)/events.out.tfevents.hone"
    let start = FileManager.default.contents(atPath: path)
    wallTime = start.flatMap(EventRecord.wallTime(ofFirstIn:)) ?? Date().timeIntervalSince1970
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data(EventRecord.version(wallTime: wallTime)).write(to: URL(fileURLWithPath: path))
      handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      try handle?.seekToEnd()
    } catch {
      throw TrainingError.unwritable(
        "\(folder): TensorBoard's file can't be made there",
        hint: "Fix the folder, or set tensorboard to false in the run's config.json, then resume.")
    }
    let reader = try LineReader(run.metricsFile)
    while let line = try reader.next() {
      let object = try JSONLine.object(line, at: reader.place)
      // A number that isn't finite was written as null.
      try append(object.compactMapValues { $0 == .null ? .nan : $0.doubleValue })
    }
  }

  /// Adds a step.
  ///
  /// - Throws: `FileError`, for example with no space left.
  package func step(_ step: Int, of steps: Int, _ metrics: Metrics, seconds: Double) throws {
    try append(
      Dictionary(
        uniqueKeysWithValues: metrics.entries.map { ($0.name, $0.value.isFinite ? $0.value : .nan) }
      ))
  }

  private func append(_ values: [String: Double]) throws {
    guard let step = values["step"].flatMap({ Int(exactly: $0) }) else { return }
    if let seconds = values["step_time"], seconds.isFinite { wallTime += seconds }
    let tagged = values.filter { $0.key != "step" }.sorted { $0.key < $1.key }.map {
      (tag: names.tag(of: $0.key), value: $0.value)
    }
    do {
      try handle?.write(
        contentsOf: Data(EventRecord.scalars(wallTime: wallTime, step: step, tagged)))
    } catch {
      throw LineFile.stopped(path)
    }
  }
}
