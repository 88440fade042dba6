import Foundation
import PluginHost
import Testing
import Verifiers

/// A plugin in a folder of its own, which goes when the lab does.
final class PluginLab: Sendable {
  /// The plugin's folder.
  let folder = FileManager.default.temporaryDirectory.appending(
    path: "hone-plugin-\(UUID().uuidString)")

  /// The Python that the tests' plugins run, asked for its own place: a shim in PATH starts slowly.
  static let python: String? = {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", "import sys; print(sys.executable)"]
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let text = (try? output.fileHandleForReading.readToEnd()).flatMap { $0 } ?? Data()
    process.waitUntilExit()
    let path = String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    return process.terminationStatus == 0 && !path.isEmpty ? path : nil
  }()

  /// Whether the tests' plugins, most of which are Python, can run here.
  static var hasPython: Bool { python != nil }

  /// Why tests are left out where it can't.
  static let needsPython: Comment = "python3 is not in PATH, and the plugin of this test needs it"

  /// A program of `Tests/Fixtures/plugins`.
  static func fixture(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/plugins").appending(path: name).path
  }

  /// Writes a manifest that starts `faulty.py` in some mode.
  init(mode: String, workers: Int = 2, timeout: Double = 1, _ more: String = "") throws {
    try write(
      """
      {
        name: "faulty", protocol: 1,
        command: ["\(Self.python ?? "")", "\(Self.fixture("faulty.py"))", "\(mode)"],
        workers: \(workers), timeout_seconds: \(timeout), memory_mib: 100, \(more)
      }
      """, to: "plugin.json5")
  }

  /// Writes a manifest as it is.
  init(manifest: String) throws { try write(manifest, to: "plugin.json5") }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Writes a file of the plugin.
  func write(_ text: String, to name: String) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: folder.appending(path: name))
  }

  /// Opens the plugin as a verifier.
  func verifier() throws -> any Verifier {
    try VerifierCatalog(pluginFolder: nil).verifier(folder.path + "/")
  }

  /// Opens it as what it is.
  func plugin() throws -> PluginVerifier {
    try #require(try verifier() as? PluginVerifier)
  }

  /// Completions whose prompts are the numbers from 0 on.
  static func submissions(_ count: Int = 64, text: String = "<think>x</think>y") -> [Submission] {
    (0..<count).map {
      Submission(
        Completion(text: text), of: Problem(task: "numbers", prompt: "\($0)", answer: "\($0 % 2)"))
    }
  }

  /// The right verdict on the number's completion.
  static func right(_ number: Int) -> Verdict {
    let reward = Double(number % 2)
    return .score(Score(reward: reward, parts: ["correctness": reward]))
  }
}

extension Verdict {
  /// Why it is a failure; nil for a score.
  var reason: String? {
    if case .failure(let reason) = self { reason } else { nil }
  }
}
