import Algorithms
import Experience
import Foundation
import Learning
import Runs
import Settings
import Testing

/// DPO as a run: from a file of pairs to a checkpoint and back.
@Suite("DPO")
struct DPOTests {
  private let folder = FileManager.default.temporaryDirectory.appending(
    path: "hone-dpo-\(UUID().uuidString)")

  /// The answers of additions, right ones preferred to wrong ones.
  private func writePairs(_ lines: [String]? = nil) throws -> String {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appending(path: "pairs.jsonl")
    let made = (0..<60).map { i in
      let (a, b) = (i % 10, i / 10)
      return #"{"prompt": "\#(a)+\#(b)=", "chosen": "<think></think>\#(a + b)", "#
        + #""rejected": "<think></think>\#(a + b + 1)"}"#
    }
    try (lines ?? made).joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
    return file.path
  }

  private func configuration(_ pairs: String, run: String, steps: Int) throws -> Configuration {
    let given = [
      ("algorithm", "dpo"), ("pairs", pairs), ("model", "nano"), ("problems", "8"),
      ("learning_rate", "1e-3"), ("steps", "\(steps)"), ("evaluation_problems", "4"),
      ("checkpoint_every", "2"), ("run", folder.appending(path: run).path),
    ]
    return try AlgorithmRegistry.shared.catalog.resolve(
      given.map { GivenSetting(key: $0.0, given: .typed($0.1), origin: .set) })
  }

  private struct Silent: TrainingObserver {
    func step(_ step: Int, of steps: Int, _ metrics: Metrics, seconds: Double) throws {}
  }

  @Test func learnsResumesAndRepeats() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let pairs = try writePairs()
    let whole = try TrainingRun(
      starting: configuration(pairs, run: "whole", steps: 4), algorithms: .shared)
    #expect(whole.notes.contains { $0.contains("held-out prompts") })
    let summary = try whole.train(observer: Silent()) { false }
    // In a scope of its own: a run keeps its folder as long as it lives.
    do {
      let half = try TrainingRun(
        starting: configuration(pairs, run: "half", steps: 2), algorithms: .shared)
      _ = try half.train(observer: Silent()) { false }
    }
    do {
      let rest = try TrainingRun(
        resuming: folder.appending(path: "half").path, algorithms: .shared, steps: 4, threads: 1)
      #expect(rest.warnings.isEmpty)
      let resumed = try rest.train(observer: Silent()) { false }
      #expect(resumed.weightsHash == summary.weightsHash)
    }
    let other = try writePairs(
      [#"{"prompt": "2+2=", "chosen": "<think></think>4", "rejected": "<think></think>5"}"#])
    #expect(other == pairs)
    let changed = try TrainingRun(
      resuming: folder.appending(path: "half").path, algorithms: .shared, steps: 5, threads: 1)
    #expect(changed.warnings.contains { $0.contains("is not what it was at the checkpoint") })
    func metrics(_ run: String) throws -> [[String: Double]] {
      let text = try String(
        contentsOf: folder.appending(path: "\(run)/metrics.jsonl"), encoding: .utf8)
      return try text.split(separator: "\n").map { line in
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        return (object ?? [:]).compactMapValues { $0 as? Double }
      }
    }
    let steps = try metrics("whole")
    #expect(abs((steps[0]["loss"] ?? 0) - log(2)) < 1e-5, "policy and reference are equal at first")
    #expect((steps[3]["rewards/margins"] ?? 0) > 0)
    #expect(try metrics("half").map { $0["loss"] } == steps.map { $0["loss"] })
  }

  @Test(arguments: [
    (#"{"prompt": "1+1=", "chosen": "<think></think>2"}"#, ":1:1: the pair has no text for"),
    (#"{"prompt": "1+1=", "chosen": "a", "rejected": "a"}"#, "are the same text"),
    (#"{"prompt": "1+1=", "chosen": "2</s>", "rejected": "3"}"#, "holds the mark </s>"),
    (#"{"prompt": "1+1=", "chosen": "é", "rejected": "a"}"#, ":1:1: the completion of"),
    (#"{"prompt": "1+1=", "#, "pairs.jsonl:1:"),
    ("", "the file has no pair"),
  ])
  func badPairsAreNamed(line: String, message: String) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let pairs = try writePairs([line])
    let error = #expect(throws: (any Error).self) {
      try TrainingRun(starting: configuration(pairs, run: "bad", steps: 1), algorithms: .shared)
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains(message), "\(String(describing: error))")
    #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "bad").path))
  }

  @Test func needsPairs() {
    let error = #expect(throws: SettingsError.self) {
      try AlgorithmRegistry.shared.catalog.resolve([
        GivenSetting(key: "algorithm", given: .typed("dpo"), origin: .set)
      ])
    }
    #expect(error?.description.contains("--pairs FILE") == true)
  }
}
