import Experience
import Foundation
import Settings

/// A run folder made by hand, for reports.
struct HandmadeRun {
  /// The folder; it is removed by whoever made it.
  let folder: URL
  var path: String { folder.path }

  /// Writes a run's files.
  ///
  /// - Parameters:
  ///   - metrics: a dictionary for each step; `step` is put in.
  ///   - completions: lines of `completions.jsonl`.
  init(
    in parent: URL, _ name: String, _ configuration: Configuration, metrics: [[String: Double]],
    completions: [String] = []
  ) throws {
    folder = parent.appending(path: name)
    try FileManager.default.createDirectory(
      at: folder.appending(path: "checkpoints"), withIntermediateDirectories: true)
    try write(configuration.jsonText, "config.json")
    let lines = metrics.enumerated().map { index, values in
      var line = Metrics()
      line["step"] = Double(index + 1)
      for (name, value) in values.sorted(by: { $0.key < $1.key }) { line[name] = value }
      return line.line
    }
    try write(lines.map { $0 + "\n" }.joined(), "metrics.jsonl")
    try write(completions.map { $0 + "\n" }.joined(), "completions.jsonl")
  }

  /// Writes a file of the run.
  func write(_ text: String, _ name: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }

  /// Calls `body` with a folder that is there while it runs.
  static func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "hone-report-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }

  /// What a GRPO run logs, with `reward` as given: of each kind of chart one metric at least.
  static func metrics(reward: Double, step: Int) -> [String: Double] {
    [
      "reward": reward, "loss": -0.5, "rewards/correctness/mean": reward,
      "rewards/format/mean": 1, "completions/mean_length": 20,
      "completions/solved_mean_length": 22, "completions/unsolved_mean_length": 12,
      "entropy": 0.25, "clip_ratio/low_mean": 0.125, "clip_ratio/high_mean": 0.0625,
      "clip_ratio/region_mean": 0.1875, "ledger/used": 0.5, "ledger/flat_group": 0.5,
      "ledger/clipped_low": 0, "grad_norm": 1.5, "num_tokens": Double(1000 * step),
      "step_time": 2, "reward_std": 0.125,
    ]
  }

  /// A line of `completions.jsonl`.
  static func completion(
    step: Int, _ text: String, prompt: String = "1+1=", correct: Bool, advantage: Double,
    advantages: [Double]? = nil
  ) throws -> String {
    var fields: [String: Any] = [
      "step": step, "problem": 0, "sample": 0, "task": "addition", "prompt": prompt,
      "answer": "2", "completion": text, "finished": true, "reward": correct ? 1 : 0,
      "parts": ["correctness": correct ? 1 : 0, "format": 1], "advantage": advantage,
    ]
    fields["advantages"] = advantages
    return String(
      decoding: try JSONSerialization.data(withJSONObject: fields, options: [.sortedKeys]),
      as: UTF8.self)
  }
}
