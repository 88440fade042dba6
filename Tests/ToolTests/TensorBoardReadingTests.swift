import Foundation
import Testing

@Suite(
  "TensorBoard reads a run's events", .serialized,
  .enabled(if: TransformersPeer.isInstalled, TransformersPeer.reason))
struct TensorBoardReadingTests {
  private typealias Scalars = [String: [[Double?]]]

  /// The scalars of a folder as the tensorboard package reads them: step, value, wall time.
  private func scalars(in folder: String) throws -> Scalars {
    let script = ToolRunner.repository.appending(path: "Tests/TensorBoard/events.py").path
    let result = try ToolRunner.run(
      [script, folder], program: ToolRunner.repository.appending(path: ".venv/bin/python"),
      environment: ["PYTHONPATH": nil], timeout: 300)
    try #require(result.exitCode == 0, "\(result.errors.suffix(2000))")
    let text = result.output.replacing("NaN", with: "null")
    return try JSONDecoder().decode(Scalars.self, from: Data(text.utf8))
  }

  /// Expects each step of a run once, with the numbers of `metrics.jsonl` as float32.
  private func expect(
    _ scalars: Scalars, areThoseOf run: RunFiles, named name: (String) -> String = { $0 }
  ) throws {
    let lines = try run.lines("metrics.jsonl").map { try RunFiles.object($0) }
    var expected: Scalars = [:]
    for line in lines {
      for (key, value) in line where key != "step" && key != "weights_hash" {
        let number = (value as? Double).map { Double(Float($0)) }
        expected[name(key), default: []].append([line["step"] as? Double, number])
      }
    }
    #expect(scalars.mapValues { $0.map { Array($0.prefix(2)) } } == expected)
    for events in scalars.values {
      let times = events.compactMap { $0[2] }
      #expect(times == times.sorted() && times.allSatisfy { $0 > 1.7e9 })
    }
  }

  @Test("all numbers under our names, and under verl's where asked")
  func names() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let arguments = lab.reinforced(steps: 3) + ["--evaluation-every", "2", "--quiet"]
      for (name, more) in [("ours", []), ("verl", ["--set", "tensorboard_names=verl"])] {
        let run = RunFiles(folder.appending(path: name))
        let result = try ToolRunner.run(
          arguments + ["--set", "tensorboard=true", "--run", run.path] + more)
        try #require(result.exitCode == 0, "\(result.errors)")
        let found = try scalars(in: run.path + "/tensorboard")
        if more.isEmpty {
          try expect(found, areThoseOf: run)
          #expect(found["eval/pass@1"]?.count == 1 && found["ledger/used"]?.count == 3)
        } else {
          let reward = try run.values("reward").map { $0.map { Double(Float($0)) } }
          #expect(found["critic/score/mean"]?.map { $0[1] } == reward)
          #expect(found["actor/pg_clipfrac"]?.count == 3 && found["ledger/used"]?.count == 3)
          #expect(found["reward"] == nil && found["clip_ratio/region_mean"] == nil)
        }
      }
    }
  }

  @Test("a killed and resumed run has every step once; one turned on later has them all")
  func resumed() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let run = RunFiles(folder.appending(path: "run"))
      let tool = try ToolRunner.start(
        lab.reinforced(steps: 12, problems: 8, groupSize: 8)
          + ["--run", run.path, "--tensorboard", "--checkpoint-every", "2", "--quiet"])
      #expect(tool.wait { _ in run.lines("metrics.jsonl").count >= 3 })
      tool.send(SIGKILL)
      #expect(try tool.wait().signal == SIGKILL)
      // What a checkpoint doesn't count is in the file, and perhaps half a record.
      let events = URL(fileURLWithPath: run.path + "/tensorboard/events.out.tfevents.hone")
      let handle = try FileHandle(forUpdating: events)
      try handle.seekToEnd()
      try handle.write(contentsOf: Data([1, 2, 3]))
      try handle.close()
      let first = try Data(contentsOf: events).prefix(40)
      let result = try ToolRunner.run(["resume", run.path, "--quiet"])
      try #require(result.exitCode == 0, "\(result.errors)")
      try expect(try scalars(in: run.path + "/tensorboard"), areThoseOf: run)
      #expect(try Data(contentsOf: events).prefix(40) == first, "the first moment stays")

      let other = RunFiles(folder.appending(path: "other"))
      let without = try ToolRunner.run(
        lab.reinforced(steps: 2) + ["--run", other.path, "--quiet"])
      #expect(without.exitCode == 0)
      #expect(!FileManager.default.fileExists(atPath: other.path + "/tensorboard"))
      let config = URL(fileURLWithPath: other.path + "/config.json")
      let text = try String(contentsOf: config, encoding: .utf8)
      try Data(text.replacing("\"tensorboard\": false", with: "\"tensorboard\": true").utf8)
        .write(to: config)
      let again = try ToolRunner.run(["resume", other.path, "--quiet"])
      #expect(again.exitCode == 0)
      try expect(try scalars(in: other.path + "/tensorboard"), areThoseOf: other)
    }
  }
}
