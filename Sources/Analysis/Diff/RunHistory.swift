internal import Checkpointing
internal import Foundation
internal import JSON
internal import LanguageModel
internal import Runs

/// What a run logged, read step by step from `metrics.jsonl` and `completions.jsonl`.
///
/// Lines that aren't whole yet, and completions of a step that has no metrics yet, are left out: a
/// run that was killed leaves such, and cuts them off when it is resumed.
final class RunHistory {
  /// One step.
  struct Step {
    /// From 1.
    let number: Int
    /// The line of metrics by name, times among them.
    let metrics: [String: JSONValue]
    /// The lines of completions in the order of the file.
    let completions: [LoggedCompletion]
    /// Whether the file of completions ends with this step or before it.
    let isLastOfCompletions: Bool
  }

  /// One line of completions.
  struct LoggedCompletion {
    /// Where a completion stands in its step.
    struct Place: Hashable {
      /// The problem's place in the batch, from 0.
      let problem: Int
      /// The sample's place in its group, from 0.
      let sample: Int
    }

    let place: Place
    /// The other keys.
    let fields: [String: JSONValue]
  }

  /// The steps read so far.
  private(set) var steps = 0
  /// What the reader of a diff should know.
  private(set) var notes: [String] = []
  private let metrics: LineReader?
  private let completions: LineReader?
  /// A completion with its step and its line, as `file:line`.
  private typealias Entry = (step: Int, line: String, completion: LoggedCompletion)
  /// The completion of a later step.
  private var pending: Entry?

  /// Opens a run's files; one that isn't there has no lines.
  ///
  /// - Throws: `FileError` for a file that can't be opened.
  init(_ folder: RunFolder) throws {
    metrics = try Self.open(folder.metricsFile)
    completions = try Self.open(folder.completionsFile)
  }

  private static func open(_ path: String) throws -> LineReader? {
    FileManager.default.fileExists(atPath: path) ? try LineReader(path) : nil
  }

  /// The next step, or nil after the last.
  ///
  /// - Throws: `TrainingError.unusable` for a damaged line, which it names; `FileError`.
  func next() throws -> Step? {
    guard let line = try nextMetrics() else { return nil }
    var found: [LoggedCompletion] = []
    var seen: Set<LoggedCompletion.Place> = []
    while let next = try nextCompletion() {
      guard next.step <= steps else {
        pending = next
        break
      }
      guard next.step == steps else {
        throw JSONLine.damaged(next.line, "step \(next.step) after step \(steps)")
      }
      guard seen.insert(next.completion.place).inserted else {
        let place = next.completion.place
        throw JSONLine.damaged(
          next.line,
          "problem \(place.problem), sample \(place.sample) of step \(steps) is there twice")
      }
      found.append(next.completion)
    }
    return Step(
      number: steps, metrics: line, completions: found, isLastOfCompletions: pending == nil)
  }

  /// Counts the steps that are left.
  ///
  /// - Throws: as `next()` does.
  func skipRest() throws {
    while try nextMetrics() != nil {}
  }

  private func nextMetrics() throws -> [String: JSONValue]? {
    guard let metrics, let object = try nextObject(metrics) else { return nil }
    guard let step = object["step"]?.intValue else {
      throw JSONLine.damaged(metrics.place, "it has no step")
    }
    guard step == steps + 1 else {
      throw JSONLine.damaged(metrics.place, "step \(step), where step \(steps + 1) should be")
    }
    steps = step
    return object
  }

  private func nextCompletion() throws -> Entry? {
    if let waiting = pending {
      pending = nil
      return waiting
    }
    guard let completions, var fields = try nextObject(completions) else { return nil }
    let keys = ["step", "problem", "sample"]
    let places = keys.compactMap { fields.removeValue(forKey: $0)?.intValue }
    guard places.count == keys.count else {
      throw JSONLine.damaged(completions.place, "it needs step, problem and sample")
    }
    return (
      places[0], completions.place,
      LoggedCompletion(place: .init(problem: places[1], sample: places[2]), fields: fields)
    )
  }

  /// The next line of a file, or nil after its last whole one.
  private func nextObject(_ file: LineReader) throws -> [String: JSONValue]? {
    guard let line = try file.next() else {
      let note = "\(file.path): its last line isn't whole and is left out"
      if file.endsMidLine && !notes.contains(note) { notes.append(note) }
      return nil
    }
    return try JSONLine.object(line, at: file.place)
  }
}
