import Foundation
import Testing

/// What a finished tool left behind.
struct ToolResult: Equatable {
  /// All of standard output.
  var output: String
  /// All of standard error.
  var errors: String
  /// The exit code; nil where a signal ended the tool.
  var exitCode: Int32?
  /// The signal that ended the tool, if one did.
  var signal: Int32?

  /// The last line of standard output, where `--json` puts its object.
  var lastLine: String {
    output.split(separator: "\n").last.map(String.init) ?? ""
  }
}

/// Runs the built tool, which stands beside the test bundle.
enum ToolRunner {
  /// The tool that was built together with the tests.
  static let executable = URL(fileURLWithPath: CommandLine.arguments[0])
    .resolvingSymlinksInPath().deletingLastPathComponent().appending(path: "hone")

  /// The root of the repository.
  static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Runs the tool, or another program, to its end.
  ///
  /// - Parameters:
  ///   - environment: variables set over those of the tests; nil takes one away.
  ///   - folder: where it runs; the repository's root if nothing else is said.
  ///   - timeout: seconds after which it is killed and the test fails.
  static func run(
    _ arguments: [String], program: URL = executable, environment: [String: String?] = [:],
    in folder: URL? = nil, timeout: Double = 120
  ) throws -> ToolResult {
    try start(arguments, program: program, environment: environment, in: folder)
      .wait(timeout: timeout)
  }

  /// Starts the tool, or another program, and returns at once.
  static func start(
    _ arguments: [String], program: URL = executable, environment: [String: String?] = [:],
    in folder: URL? = nil
  ) throws -> RunningTool {
    try RunningTool(arguments, program: program, environment: environment, in: folder ?? repository)
  }

  /// Runs a script of bash, in which `"$HONE"` is the tool and `$1`, `$2`, … are the arguments.
  static func bash(
    _ script: String, _ arguments: [String] = [], in folder: URL? = nil, timeout: Double = 120
  ) throws -> ToolResult {
    try run(
      ["-c", script, "bash"] + arguments, program: URL(fileURLWithPath: "/bin/bash"),
      environment: ["HONE": executable.path], in: folder, timeout: timeout)
  }

  /// Gives a body a new empty folder, and takes it away afterwards.
  static func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "hone-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }
}

/// A tool that may still be running; it is killed when nothing refers to it any more.
final class RunningTool {
  private let process = Process()
  private let ended = DispatchSemaphore(value: 0)
  // Files and no pipes: a pipe that is never emptied would stop the tool.
  private let captured: URL

  fileprivate init(
    _ arguments: [String], program: URL, environment: [String: String?], in folder: URL
  ) throws {
    captured = FileManager.default.temporaryDirectory.appending(
      path: "hone-output-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: captured, withIntermediateDirectories: true)
    for name in ["output", "errors"] { try Data().write(to: captured.appending(path: name)) }
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    var variables = ProcessInfo.processInfo.environment
    for (name, value) in environment { variables[name] = value }
    process.environment = variables
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: captured.appending(path: "output"))
    process.standardError = try FileHandle(forWritingTo: captured.appending(path: "errors"))
    process.terminationHandler = { [ended] _ in ended.signal() }
    try process.run()
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    try? FileManager.default.removeItem(at: captured)
  }

  /// Sends a signal, for example `SIGINT`.
  func send(_ signal: Int32) {
    kill(process.processIdentifier, signal)
  }

  /// What it has written to standard output and standard error so far.
  var written: (output: String, errors: String) { (read("output"), read("errors")) }

  /// Waits until a condition holds, looking every few milliseconds; false where the time ran out or
  /// the tool ended without it.
  func wait(timeout: Double = 120, until condition: (RunningTool) -> Bool) -> Bool {
    let deadline = Date(timeIntervalSinceNow: timeout)
    while Date() < deadline {
      let hasEnded = !process.isRunning
      if condition(self) { return true }
      if hasEnded { return false }
      Thread.sleep(forTimeInterval: 0.005)
    }
    return false
  }

  /// Waits for its end.
  func wait(timeout: Double = 120) throws -> ToolResult {
    let isInTime = ended.wait(timeout: .now() + timeout) == .success
    if !isInTime {
      kill(process.processIdentifier, SIGKILL)
      ended.wait()
    }
    ended.signal()
    let (output, errors) = written
    try #require(isInTime, "hone took more than \(timeout) s; it wrote: \(output)\(errors)")
    let status = process.terminationStatus
    let wasKilled = process.terminationReason == .uncaughtSignal
    return ToolResult(
      output: output, errors: errors, exitCode: wasKilled ? nil : status,
      signal: wasKilled ? status : nil)
  }

  private func read(_ name: String) -> String {
    let data = try? Data(contentsOf: captured.appending(path: name))
    return String(decoding: data ?? Data(), as: UTF8.self)
  }
}
