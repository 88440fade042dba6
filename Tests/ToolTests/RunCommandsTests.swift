import Foundation
import Testing

@Suite("Commands on a trained model")
struct RunCommandsTests {
  @Test("ask: the thoughts, the answer and the verdict")
  func ask() throws {
    let lab = try RunLab.shared()
    for model in [lab.base, lab.baseRun] {
      let result = try ToolRunner.run(["ask", model, "7+1="])
      #expect(result.exitCode == 0 && result.errors.isEmpty)
      let lines = result.output.split(separator: "\n")
      #expect(lines.first == "prompt    7+1=")
      // The lab's model can only spell digits.
      #expect(lines.last?.hasPrefix("verdict   wrong: it is 8") ?? false)
    }
    let free = try ToolRunner.run(["ask", lab.base, "7=", "--samples", "3", "--seed", "2"])
    #expect(free.exitCode == 0)
    #expect(free.output.components(separatedBy: "prompt    7=").count == 4)
    for sample in 1...3 { #expect(free.output.contains("sample \(sample)\n")) }
    #expect(free.output.contains("verdict   none: the prompt is no problem of a known task"))
    #expect(try ToolRunner.run(["ask", lab.base, "7=", "--samples", "3", "--seed", "2"]) == free)
    #expect(try ToolRunner.run(["ask", lab.base, "7=", "--samples", "3"]).output != free.output)
  }

  @Test("suites: the shipped ones in words and as JSON")
  func suites() throws {
    let words = try ToolRunner.run(["suites"])
    #expect(words.exitCode == 0 && words.errors.isEmpty)
    #expect(words.output.contains("arithmetic") && words.output.contains("logic"))
    let result = try ToolRunner.run(["suites", "--json"])
    #expect(result.output == result.lastLine + "\n" && result.errors == words.output)
    let rows = try #require(try result.json()["suites"] as? [[String: Any]])
    let files = try FileManager.default.contentsOfDirectory(
      atPath: ToolRunner.repository.appending(path: "Tasks").path)
    let names = files.filter { $0.hasSuffix(".json5") }.map { String($0.dropLast(6)) }
    #expect(rows.compactMap { $0["name"] as? String } == names.sorted())
    for row in rows {
      #expect(try !#require(row["description"] as? String).isEmpty)
      #expect(try #require(row["tasks"] as? [String]).count > 1)
    }
  }

  @Test("suites show: problems with their demonstrations, by name and by path")
  func show() throws {
    let lab = try RunLab.shared()
    for (suite, count) in [("arithmetic", 20), ("logic", 20), (lab.suite, 16)] {
      let arguments = ["suites", "show", suite, "--count", "20", "--split", "test"]
      let result = try ToolRunner.run(arguments + ["--json"])
      #expect(result.exitCode == 0 && result.output == result.lastLine + "\n")
      let rows = try #require(try result.json()["problems"] as? [[String: String]])
      #expect(rows.count == count && Set(rows.compactMap { $0["prompt"] }).count == count)
      for row in rows {
        #expect(Set(row.keys) == ["task", "prompt", "answer", "demonstration"])
        let answer = try #require(row["answer"])
        let demonstration = try #require(row["demonstration"])
        #expect(demonstration.hasPrefix("<think>") && demonstration.hasSuffix("</think>" + answer))
      }
      let words = try ToolRunner.run(arguments)
      #expect(words.output == result.errors && words.errors.isEmpty)
    }
  }

  @Test("a run measured on the problems that settings are chosen on")
  func evaluationSplit() throws {
    try ToolRunner.withTemporaryFolder { folder in
      let size = ["--max-completion-tokens", "64"]
      let run = try ToolRunner.run(
        [
          "train", "--steps", "1", "--problems", "2", "--group-size", "2", "--evaluation-problems",
          "40", "--evaluation-split", "validation", "--run", "r", "--json",
        ] + size, in: folder)
      let before = try #require(try run.json()["before"] as? [String: Any])
      let base = try ToolRunner.run(
        ["evaluate", "arithmetic-base", "--split", "validation", "--limit", "40", "--json"],
        in: folder)
      #expect(before["split"] as? String == "validation")
      #expect(before["pass@1"] as? Double == (try base.json()["pass@1"] as? Double))
      #expect(
        before["mean_length"] as? Double == (try base.json()["mean_length"] as? Double))
    }
    try expectError(
      ["evaluate", "arithmetic-base", "--max-completion-tokens", "160"], exitCode: 65,
      ["max_completion_tokens 160 leaves no room for a prompt"])
    try expectError(
      ["train", "--evaluation-split", "train"], exitCode: 64, ["train", "test, validation"])
  }

  @Test("verifiers")
  func verifiers() throws {
    let result = try ToolRunner.run(["verifiers"])
    #expect(result.exitCode == 0 && result.errors.isEmpty)
    let lines = result.output.split(separator: "\n")
    for name in ["numeric", "truth", "text", "format"] {
      #expect(lines.contains { $0.hasPrefix(name + " ") && $0.contains("parts: ") })
    }
  }

  @Test("checkpoint inspect and verify")
  func inspect() throws {
    let lab = try RunLab.shared()
    let inspected = try ToolRunner.run(["checkpoint", "inspect", lab.base])
    #expect(inspected.exitCode == 0 && inspected.errors.isEmpty)
    for text in [
      "format version 1", "model.safetensors ", "trainer/optimizer.safetensors ",
      "\"algorithm\": \"sft\"", "\"suite\": \"numbers\"", "\"step\": 40", "\"program\": \"hone ",
      "38 tensors", "model.embed_tokens.weight", "[88, 128]",
    ] {
      #expect(inspected.output.contains(text), "\(inspected.output) lacks \(text)")
    }
    let verified = try ToolRunner.run(["checkpoint", "verify", lab.base])
    #expect(verified.exitCode == 0 && verified.errors.isEmpty)
    #expect(verified.output.hasSuffix("\(lab.base): every byte is as it was written\n"))
    #expect(!verified.output.contains("BAD"))
  }

  @Test("checkpoint unpack and pack: the same bytes again, and the folder is a model")
  func unpackAndPack() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let unpacked = try ToolRunner.run(["checkpoint", "unpack", lab.base, "model"], in: folder)
      #expect(unpacked.exitCode == 0 && unpacked.output == "unpacked into model\n")
      let names = try FileManager.default.subpathsOfDirectory(
        atPath: folder.appending(path: "model").path)
      #expect(
        Set(names)
          == [
            "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json",
            "model.safetensors", "manifest.json", "trainer", "trainer/optimizer.safetensors",
            "trainer/state.json",
          ])
      let packed = try ToolRunner.run(
        ["checkpoint", "pack", "model", "again.tar.zst"], in: folder)
      #expect(packed.exitCode == 0 && packed.errors.isEmpty)
      #expect(
        try Data(contentsOf: folder.appending(path: "again.tar.zst"))
          == Data(contentsOf: URL(fileURLWithPath: lab.base)))
      // What a folder was trained with isn't known.
      let arguments = ["--suite", lab.suite, "--json", "--max-completion-tokens", "14"]
      let reference = try ToolRunner.run(["evaluate", lab.base] + arguments).output
      #expect(
        try ToolRunner.run(["evaluate", lab.base] + arguments.dropLast(2)).output == reference)
      for model in ["model", "again.tar.zst"] {
        let result = try ToolRunner.run(["evaluate", model] + arguments, in: folder)
        #expect(result.output == reference)
      }
    }
  }

  @Test(
    "tar opens a checkpoint; names of one letter are names",
    .enabled(if: RunCommandsTests.hasZstd, "tar or zstd is missing"))
  func tar() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let result = try ToolRunner.bash(
        "mkdir a && tar --zstd -xf \"$1\" -C a && \"$HONE\" checkpoint unpack \"$1\" b && diff -r a b",
        [lab.base], in: folder)
      #expect(result.exitCode == 0, "\(result.output)\(result.errors)")
    }
  }

  private static let hasZstd: Bool = {
    let result = try? ToolRunner.bash("command -v tar && command -v zstd")
    return result?.exitCode == 0
  }()

  @Test("Tools/hone works from any folder, and paths are the caller's")
  func fromAnywhere() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      // A tree in which the tool is built already, so that the script only has to find that out.
      let made = try ToolRunner.bash(
        """
        set -e
        mkdir -p tree/Tools tree/Sources tree/.build/release elsewhere
        cp "$1"/Tools/hone "$1"/Tools/lib.sh tree/Tools
        touch tree/Package.swift
        ln -s "$HONE" tree/.build/release/hone
        source tree/Tools/lib.sh
        set_build_flags
        echo "${build_flags[*]}" > tree/.build/hone-flags
        ln -s ../tree/Tools/hone elsewhere/linked
        """, [ToolRunner.repository.path], in: folder)
      try #require(made.exitCode == 0, "\(made.errors)")
      let elsewhere = folder.appending(path: "elsewhere")
      try FileManager.default.copyItem(
        atPath: lab.base, toPath: elsewhere.path + "/mine.tar.zst")
      for tool in ["../tree/Tools/hone", "./linked"] {
        let asked = try ToolRunner.bash("\"$1\" ask mine.tar.zst 7=", [tool], in: elsewhere)
        #expect(asked.exitCode == 0 && asked.errors.isEmpty, "\(asked.errors)")
        let shown = try ToolRunner.bash("\"$1\" suites show logic --count 1", [tool], in: elsewhere)
        #expect(shown.exitCode == 0 && shown.output.hasSuffix("\n"), "\(shown.errors)")
      }
      let arguments = lab.reinforced(steps: 1) + ["--model", "mine.tar.zst", "--quiet"]
      let trained = try ToolRunner.bash(
        "../tree/Tools/hone \"$@\"", arguments, in: elsewhere)
      #expect(trained.exitCode == 0, "\(trained.errors)")
      #expect(RunFiles(elsewhere.appending(path: "runs/grpo-numbers-0")).checkpointNames.count == 1)
      #expect(!FileManager.default.fileExists(atPath: folder.path + "/tree/runs"))
    }
  }
}
