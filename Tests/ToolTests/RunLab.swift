import Experience
import Foundation
import Testing

/// A tiny suite and a model that half knows it, made once per test process: what runs start from.
struct RunLab {
  /// The lab, made at first use; every test that runs the trainer starts from it.
  static func shared() throws -> RunLab { try made.get() }

  private static let made = Result { try RunLab() }

  /// Where everything lies.
  let folder: URL
  /// Numbers to copy after spelling their digits, 51 to train on and 16 to test on.
  var suite: String { folder.appending(path: "numbers.json5").path }
  /// A checkpoint of 40 steps of supervised training: about a third of its samples are right.
  var base: String { folder.appending(path: "base.tar.zst").path }
  /// The run that made it.
  var baseRun: String { folder.appending(path: "base").path }

  private init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "hone-lab-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    atexit {
      if let lab = try? RunLab.shared() { try? FileManager.default.removeItem(at: lab.folder) }
    }
    try Data(Self.rows.utf8).write(to: folder.appending(path: "rows.jsonl"))
    try Data(
      """
      {
        verifier: { name: "numeric", weights: { correctness: 1, format: 0.2 } },
        tasks: [{ name: "numbers", file: "rows.jsonl" }],
      }
      """.utf8
    ).write(to: URL(fileURLWithPath: suite))
    let result = try ToolRunner.run(
      supervised(steps: 40) + ["--problems", "32", "--run", baseRun, "--quiet"])
    try #require(result.exitCode == 0, "\(result.errors)")
    try FileManager.default.copyItem(atPath: RunFiles(baseRun).checkpoint(40), toPath: base)
  }

  /// One row for each number: `-87=` is answered by `<think>8 7</think>-87`.
  static let rows: String = {
    let sizes =
      Array(0..<10) + stride(from: 10, to: 100, by: 7) + stride(from: 100, to: 1000, by: 83)
    var text = ""
    for (place, size) in sizes.enumerated() {
      for sign in size == 0 ? [""] : ["", "-"] {
        let digits = String(size).map(String.init).joined(separator: " ")
        let split = place % 4 == 3 ? "test" : "train"
        text += #"{"prompt": "\#(sign)\#(size)=", "answer": "\#(sign)\#(size)", "#
        text += #""demonstration": "<think>\#(digits)</think>\#(sign)\#(size)", "#
        text += #""split": "\#(split)"}"# + "\n"
      }
    }
    return text
  }()

  /// Arguments of a supervised run from random weights; the caller adds `--run`.
  func supervised(steps: Int) -> [String] {
    [
      "train", "--algorithm", "sft", "--suite", suite, "--model", "nano", "--context-length", "24",
      "--max-completion-tokens", "14", "--evaluation-problems", "20", "--schedule", "constant",
      "--warmup-steps", "3", "--steps", "\(steps)",
    ]
  }

  /// Arguments of a reinforcement learning run from the base; the caller adds `--run`.
  func reinforced(steps: Int, problems: Int = 4, groupSize: Int = 4) -> [String] {
    [
      "train", "--suite", suite, "--model", base, "--max-completion-tokens", "14",
      "--evaluation-problems", "20", "--log-completions", "0", "--steps", "\(steps)",
      "--problems", "\(problems)", "--group-size", "\(groupSize)",
    ]
  }

  /// What makes a run have all the state there is: several updates a step and a reference policy.
  static let manyUpdates = ["--epochs", "2", "--minibatches", "2", "--kl-weight", "0.05"]

  /// The same for a critic, with a step in which it alone learns.
  static let critic =
    ["--algorithm", "ppo", "--critic-warmup-steps", "1", "--critic-learning-rate", "1e-3"]
    + manyUpdates
}

/// What a run left on disk.
struct RunFiles {
  /// The run's folder.
  let path: String

  init(_ path: String) { self.path = path }
  init(_ url: URL) { path = url.path }

  /// The archive of a step.
  func checkpoint(_ step: Int) -> String {
    let digits = String(step)
    return path + "/checkpoints/step-" + String(repeating: "0", count: 6 - digits.count) + digits
      + ".tar.zst"
  }

  /// The names in the folder of checkpoints, sorted.
  var checkpointNames: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints")) ?? []).sorted()
  }

  /// Files of checkpoints being written just now, or when the run was killed.
  var partialFiles: [String] { checkpointNames.filter { $0.hasSuffix(".partial") } }

  /// The lines of a file of the run; none where it isn't there.
  func lines(_ name: String) -> [String] {
    let text = (try? String(contentsOfFile: path + "/" + name, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map(String.init)
  }

  /// The steps' metrics but for times, each as text; with `hashes` the hashes that saved steps have.
  func metrics(hashes: Bool = true) throws -> [[String: String]] {
    try lines("metrics.jsonl").map { line in
      try RunFiles.object(line).compactMapValues { "\($0)" }.filter {
        !Metrics.isTime($0.key) && (hashes || $0.key != "weights_hash")
      }
    }
  }

  /// The values of one metric by step.
  func values(_ name: String) throws -> [Double?] {
    try lines("metrics.jsonl").map { try RunFiles.object($0)[name] as? Double }
  }

  /// The completions as they were written.
  var completions: [String] { lines("completions.jsonl") }

  /// A line of JSON as an object.
  static func object(_ line: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }

  /// The hash of the weights in a checkpoint, as its manifest says.
  static func weightsHash(_ archive: String) throws -> String {
    let result = try ToolRunner.run(["checkpoint", "inspect", archive])
    try #require(result.exitCode == 0, "\(result.errors)")
    let line = try #require(
      result.output.split(separator: "\n").first { $0.contains("\"weights_hash\"") })
    return try #require(line.split(separator: "\"").last.map(String.init))
  }
}

extension ToolResult {
  /// The object on the last line of standard output.
  func json() throws -> [String: Any] { try RunFiles.object(lastLine) }

  /// The value of `weights_hash` on that line.
  func weightsHash() throws -> String { try #require(try json()["weights_hash"] as? String) }
}

/// Expects two runs to be the same in every bit but their times; what `hone diff` says of them
/// explains a failure.
func expectSameRun(
  _ run: RunFiles, as other: RunFiles, hashes: Bool = true, _ comment: Comment? = nil,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let (isSame, story) = try diff(run, other, comment)
  #expect(isSame, story, sourceLocation: sourceLocation)
  // Compared here too, without the tool, and more strictly: neither may have lines that the other
  // lacks.
  let metricsAreSame = try run.metrics(hashes: hashes) == other.metrics(hashes: hashes)
  #expect(metricsAreSame, story, sourceLocation: sourceLocation)
  let completionsAreSame = run.completions == other.completions
  #expect(completionsAreSame, story, sourceLocation: sourceLocation)
}

/// What `hone diff` says of two runs, after a comment.
func diff(
  _ run: RunFiles, _ other: RunFiles, _ comment: Comment?
) throws -> (isSame: Bool, story: Comment) {
  let result = try ToolRunner.run(["diff", other.path, run.path])
  let text = (comment.map { "\($0)\n" } ?? "") + result.output + result.errors
  return (result.exitCode == 0, Comment(rawValue: text))
}
