import Analysis
internal import Experience
import Foundation
internal import JSON
internal import Runs

/// A run of a comparison that trains in a process of its own: this program's `hone resume`.
///
/// Results don't depend on threads, and a process that dies takes no other run with it.
final class ComparisonProcess {
  /// The run's place in the plan.
  let index: Int
  /// The run.
  let run: ComparisonRun
  private let folder: RunFolder
  private let process = Process()

  /// How a process ended.
  enum Ending {
    /// The run is finished.
    case finished(RunResult)
    /// It stopped and saved, since it was asked to.
    case stopped
    /// It ended in an error.
    case failed(String)
  }

  /// Starts the process.
  ///
  /// - Parameters:
  ///   - threads: threads it trains on.
  ///   - input: a pipe that nothing is written to; the process stops when its other end is closed.
  /// - Throws: `TrainingError.unwritable` where it or its log can't be made.
  init(
    _ run: ComparisonRun, index: Int, in folder: RunFolder, threads: Int, input: Pipe
  ) throws {
    self.run = run
    self.index = index
    self.folder = folder
    process.executableURL = Self.program
    process.arguments = [
      "resume", folder.path, "--threads", "\(threads)", "--until-input-ends", "--json",
    ]
    process.standardInput = input.fileHandleForReading
    do {
      try Data().write(to: URL(fileURLWithPath: Self.log(of: folder)))
      let log = try FileHandle(forWritingTo: URL(fileURLWithPath: Self.log(of: folder)))
      // One open file for both, so that neither writes over the other.
      process.standardOutput = log
      process.standardError = log
      try process.run()
    } catch {
      throw TrainingError.unwritable(
        "\(folder.path): no process can be started there: \(error.localizedDescription)", hint: "")
    }
  }

  /// This very program, found again even if another was built in its place since.
  private static let program: URL = {
    let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let isThere = FileManager.default.isExecutableFile(atPath: path)
    return URL(fileURLWithPath: isThere ? path : "/proc/self/exe")
  }()

  /// What the process of a run says: its progress and its last error.
  static func log(of folder: RunFolder) -> String { folder.path + "/log.txt" }

  /// How the process ended; nil while it runs.
  ///
  /// - Throws: `TrainingError.unusable` for a result that can't be read.
  func ending() throws -> Ending? {
    guard !process.isRunning else { return nil }
    let status = process.terminationStatus
    if process.terminationReason == .uncaughtSignal {
      return .failed("its process was killed by signal \(status)")
    }
    if status == ExitCode.interrupted.rawValue { return .stopped }
    if status == 0, let result = try folder.result() { return .finished(result) }
    return .failed(lastError ?? "its process ended with exit code \(status)")
  }

  /// The newest step's metrics.
  var metrics: [String: Double] {
    guard let handle = FileHandle(forReadingAtPath: folder.metricsFile),
      let end = try? handle.seekToEnd()
    else { return [:] }
    // A line is about a thousand bytes; the last whole one is among these.
    try? handle.seek(toOffset: end - min(end, 8192))
    let data = (try? handle.readToEnd()) ?? Data()
    let lines = String(decoding: data, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false
    ).dropLast()
    guard let line = lines.last,
      let metrics = try? JSONValue(parsing: Array(line.utf8)).objectValue
    else { return [:] }
    return metrics.compactMapValues(\.doubleValue)
  }

  /// The text of the error that the log ends with.
  private var lastError: String? {
    guard let data = FileManager.default.contents(atPath: Self.log(of: folder)) else { return nil }
    let text = String(decoding: data, as: UTF8.self)
    guard let start = text.range(of: "error: ", options: .backwards) else { return nil }
    return text[start.upperBound...].trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
