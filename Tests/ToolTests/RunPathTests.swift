import Foundation
import Testing

@Suite("Runs: files given by relative paths")
struct RunPathTests {
  @Test("config.json works from any folder, and the manifest keeps what was typed")
  func anyFolder() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      for name in ["numbers.json5", "rows.jsonl", "base.tar.zst"] {
        try FileManager.default.copyItem(
          at: lab.folder.appending(path: name), to: folder.appending(path: name))
      }
      try Data(#"{"prompt": "3=", "answer": "3"}"#.utf8).write(
        to: folder.appending(path: "kept.jsonl"))
      let elsewhere = folder.appending(path: "elsewhere")
      try FileManager.default.createDirectory(at: elsewhere, withIntermediateDirectories: true)
      let plain = lab.reinforced(steps: 2) + ["--holdout", folder.path + "/kept.jsonl"]
      let whole = try ToolRunner.run(plain + ["--run", "whole", "--json"], in: folder)
      let relative = [
        "--suite", "./numbers.json5", "--model", "base.tar.zst", "--holdout", "kept.jsonl",
      ]
      let first = try ToolRunner.run(
        lab.reinforced(steps: 1) + relative + ["--run", "run", "--quiet"], in: folder)
      try #require(first.exitCode == 0, "\(first.errors)")

      let run = RunFiles(folder.appending(path: "run"))
      let config = try JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(fileURLWithPath: run.path + "/config.json")))
      let values = try #require(config as? [String: Any])
      // The system's own name of the folder, which may be reached through a link.
      let root = try #require(
        (values["model"] as? String)?.replacing("/base.tar.zst", with: ""))
      #expect(root.hasPrefix("/") && root.hasSuffix(folder.lastPathComponent))
      #expect(values["suite"] as? String == root + "/numbers.json5")
      #expect(values["holdout"] as? String == root + "/kept.jsonl")

      // From another folder: with its checkpoint, and from the start.
      let resumed = try ToolRunner.run(
        ["resume", "../run", "--steps", "2", "--json"], in: elsewhere)
      try #require(resumed.exitCode == 0, "\(resumed.errors)")
      #expect(try resumed.weightsHash() == whole.weightsHash())
      let inspected = try ToolRunner.run(["checkpoint", "inspect", run.checkpoint(2)]).output
      let manifest = try #require(inspected.components(separatedBy: "\nmade by\n").last)
      for (key, name) in [
        ("suite", "./numbers.json5"), ("model", "base.tar.zst"), ("holdout", "kept.jsonl"),
      ] {
        #expect(manifest.contains("\"\(key)\": \"\(name)\""), "\(manifest)")
      }
      let namesNoFolder = !manifest.contains(root)
      #expect(namesNoFolder)
      for name in run.checkpointNames {
        try FileManager.default.removeItem(atPath: run.path + "/checkpoints/" + name)
      }
      let again = try ToolRunner.run(["resume", "../run", "--json"], in: elsewhere)
      try #require(again.exitCode == 0, "\(again.errors)")
      #expect(try again.weightsHash() == whole.weightsHash())
      let copied = try ToolRunner.run(
        ["train", "--config", "../run/config.json", "--run", "copy", "--json"], in: elsewhere)
      try #require(copied.exitCode == 0, "\(copied.errors)")
      #expect(try copied.weightsHash() == whole.weightsHash())
    }
  }

  @Test("names of shipped suites and models, and sizes, stay names")
  func names() throws {
    try ToolRunner.withTemporaryFolder { folder in
      let result = try ToolRunner.run(
        [
          "train", "--steps", "1", "--problems", "2", "--group-size", "2",
          "--evaluation-problems", "2", "--run", "run", "--quiet",
        ], in: folder)
      try #require(result.exitCode == 0, "\(result.errors)")
      let config = try String(
        contentsOf: folder.appending(path: "run/config.json"), encoding: .utf8)
      #expect(config.contains("\"suite\": \"arithmetic\",\n"))
      #expect(config.contains("\"model\": \"arithmetic-base\",\n"))
      #expect(config.contains("\"holdout\": \"\",\n"))
      #expect(!config.contains(folder.lastPathComponent))
    }
  }
}
