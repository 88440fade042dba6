import Foundation
import Testing

@Suite("verifiers new")
struct VerifiersNewTests {
  /// Whether all these programs are in PATH.
  private static func has(_ programs: String...) -> Bool {
    let script = programs.map { "command -v \($0)" }.joined(separator: " && ")
    return (try? ToolRunner.bash(script))?.exitCode == 0
  }

  /// A suite of the lab's rows that a verifier judges, by name or path.
  private func suite(_ verifier: String, in folder: URL) throws -> String {
    let lab = try RunLab.shared()
    let rows = folder.appending(path: "rows.jsonl")
    if !FileManager.default.fileExists(atPath: rows.path) {
      try FileManager.default.copyItem(at: lab.folder.appending(path: "rows.jsonl"), to: rows)
    }
    let file = folder.appending(
      path: "\(URL(filePath: verifier).lastPathComponent)-suite.json5")
    try Data(
      #"{ name: "s", verifier: "\#(verifier)", tasks: [{ name: "numbers", file: "rows.jsonl" }] }"#
        .utf8
    ).write(to: file)
    return file.path
  }

  /// Two steps on a suite judged by a verifier: the weights' hash, and all that was shown.
  private func train(_ verifier: String, in folder: URL) throws -> (hash: String, shown: String) {
    let lab = try RunLab.shared()
    let name = URL(filePath: verifier).lastPathComponent
    let result = try ToolRunner.run(
      lab.reinforced(steps: 2, problems: 8)
        + ["--suite", suite(verifier, in: folder), "--run", folder.path + "/run-\(name)", "--json"])
    try #require(result.exitCode == 0, "\(result.errors)")
    return (try result.weightsHash(), result.errors)
  }

  /// Writes a plugin, runs its own test, and compares a run that it judges with the built-in one.
  private func check(_ language: String, isNative: Bool, timeout: Double = 120) throws {
    try ToolRunner.withTemporaryFolder { folder in
      let made = try ToolRunner.run(
        ["verifiers", "new", "my-judge", "--language", language], in: folder)
      try #require(made.exitCode == 0 && made.errors.isEmpty, "\(made.errors)")
      // The command that it names is the one that is run.
      let line = try #require(made.output.split(separator: "\n").first { $0.hasPrefix("its test") })
      let test = try ToolRunner.bash(
        String(line.dropFirst("its test".count)), in: folder, timeout: timeout)
      try #require(test.exitCode == 0, "\(test.output)\(test.errors)")
      let judged = try train("./my-judge", in: folder)
      let reference = try train("text", in: folder)
      #expect(judged.hash == reference.hash)
      #expect(judged.shown.contains("my-judge is a shared library inside the trainer") == isNative)
      #expect(!reference.shown.contains("shared library"))
    }
  }

  @Test(
    "python: its test passes, and a run that it judges is the built-in verifier's",
    .enabled(if: VerifiersNewTests.has("python3"), "python3 is not in PATH"))
  func python() throws { try check("python", isNative: false) }

  @Test(
    "c: the same, and the run says that it is inside the trainer",
    .enabled(if: VerifiersNewTests.has("make", "cc"), "make or cc is not in PATH"))
  func c() throws { try check("c", isNative: true) }

  @Test(
    "swift: the same",
    .enabled(if: VerifiersNewTests.has("swift"), "swift is not in PATH: nothing can build it"))
  func swift() throws { try check("swift", isNative: true, timeout: 1200) }

  @Test("what is written: the name put in, nothing left over, and the same as JSON")
  func files() throws {
    try ToolRunner.withTemporaryFolder { folder in
      let expected = [
        "python": ["README.md", "judge.py", "plugin.json5", "test_judge.py"],
        "c": [
          ".gitignore", "Makefile", "README.md", "hone_verifier.h", "judge.c", "plugin.json5",
          "test.c",
        ],
        "swift": [
          ".gitignore", "Package.swift", "README.md", "Sources/CVerifier/hone_verifier.h",
          "Sources/CVerifier/module.modulemap", "Sources/Judge/Exports.swift",
          "Sources/Judge/Judge.swift", "Tests/JudgeTests/JudgeTests.swift", "plugin.json5",
        ],
      ]
      for (language, files) in expected {
        let result = try ToolRunner.run(
          ["verifiers", "new", "x-\(language)", "--language", language, "--folder", ".", "--json"],
          in: folder)
        try #require(result.exitCode == 0, "\(result.errors)")
        let report = try result.json()
        #expect(
          report["files"] as? [String] == files && report["name"] as? String == "x-\(language)")
        #expect(report["folder"] as? String == "x-\(language)")
        #expect(result.errors.contains("Tools/hone verifiers check ./x-\(language)\n"))
        for file in files {
          let url = folder.appending(path: "x-\(language)/\(file)")
          let text = try String(contentsOf: url, encoding: .utf8)
          #expect(!text.contains("PLUGIN_NAME") && !text.contains("HONE_FOLDER"), "\(file)")
          // No link into Hone's folder, which may go.
          let type = try FileManager.default.attributesOfItem(atPath: url.path)[.type]
          #expect(type as? FileAttributeType == .typeRegular)
        }
      }
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
          == ["x-c", "x-python", "x-swift"])
    }
  }

  @Test(
    "names, languages and places that can't be: one error, its exit code, and nothing is made",
    arguments: [
      (["a b", "--language", "c"], 64, "the name 'a b' must be made of letters, digits, - and _"),
      (["../x", "--language", "c"], 64, "must be made of letters"),
      (["7up", "--language", "c"], 64, "a letter first"),
      (["numeric", "--language", "c"], 64, "numeric is a built-in verifier"),
      (["mine", "--language", "pyton"], 64, "did you mean python?"),
      (["mine"], 64, "--language is missing: python, c, swift"),
      ([], 64, "usage: hone verifiers new NAME [FLAG]…"),
      (["taken", "--language", "c"], 73, "taken exists already, and nothing is written over"),
      (["link", "--language", "c"], 73, "link exists already"),
      (["mine", "--language", "c", "--folder", "no/such"], 66, "no/such: no such folder"),
      (["mine", "--language", "c", "--folder", "/proc"], 73, "/proc/mine can't be written"),
    ] as [([String], Int32, String)])
  func refusals(_ arguments: [String], _ code: Int32, _ message: String) throws {
    try ToolRunner.withTemporaryFolder { folder in
      try Data("mine".utf8).write(to: folder.appending(path: "taken"))
      try FileManager.default.createSymbolicLink(
        atPath: folder.appending(path: "link").path, withDestinationPath: "nowhere")
      let result = try ToolRunner.run(["verifiers", "new"] + arguments, in: folder)
      #expect(result.exitCode == code && result.output.isEmpty)
      #expect(result.errors.contains(message), "\(result.errors)")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
          == ["link", "taken"])
      #expect(
        try String(contentsOf: folder.appending(path: "taken"), encoding: .utf8) == "mine")
    }
  }

  @Test("verifiers: where each comes from, in words and as JSON, also the broken ones")
  func listing() throws {
    try ToolRunner.withTemporaryFolder { folder in
      // An installation of its own, whose plugins are ours.
      let tool = folder.appending(path: "hone")
      try FileManager.default.copyItem(at: ToolRunner.executable, to: tool)
      let plugins = folder.appending(path: "Tasks/plugins")
      let templates = ToolRunner.repository.appending(path: "Tasks/plugin-templates")
      try FileManager.default.createDirectory(at: plugins, withIntermediateDirectories: true)
      let missing = try ToolRunner.run(
        ["verifiers", "new", "early", "--language", "c"], program: tool, in: folder)
      #expect(missing.exitCode == 66 && missing.errors.contains("no templates"))
      try FileManager.default.createSymbolicLink(
        at: folder.appending(path: "Tasks/plugin-templates"), withDestinationURL: templates)
      for (name, language) in [("snake", "python"), ("sea", "c")] {
        let made = try ToolRunner.run(
          ["verifiers", "new", name, "--language", language, "--folder", "Tasks/plugins"],
          program: tool, in: folder)
        #expect(made.exitCode == 0 && made.output.contains("Tools/hone verifiers check \(name)\n"))
        #expect(made.output.contains("verifier: \"\(name)\"\n"))
      }
      let broken = plugins.appending(path: "broken")
      try FileManager.default.createDirectory(at: broken, withIntermediateDirectories: true)
      try Data("{ protocol: 2 }".utf8).write(to: broken.appending(path: "plugin.json5"))

      let words = try ToolRunner.run(["verifiers"], program: tool, in: folder)
      #expect(words.exitCode == 0 && words.errors.isEmpty)
      let listed = words.output
      #expect(listed.contains("text     built in  the exact text, byte for byte"), "\(listed)")
      #expect(listed.contains("/Tasks/plugins/snake: the program python3 judge.py\n"))
      #expect(listed.contains("/Tasks/plugins/sea: the library judge.so, inside the trainer\n"))
      #expect(
        listed.contains("broken   broken    Tasks/plugins/broken/plugin.json5:1:"), "\(listed)")

      let result = try ToolRunner.run(["verifiers", "--json"], program: tool, in: folder)
      #expect(result.output == result.lastLine + "\n" && result.errors == words.output)
      let rows = try #require(try result.json()["verifiers"] as? [[String: Any]])
      func row(_ name: String) -> [String: Any] {
        rows.first { $0["name"] as? String == name } ?? [:]
      }
      #expect(row("text")["origin"] as? String == "built in" && row("text")["folder"] == nil)
      #expect(row("text")["parts"] as? [String] == ["correctness"])
      #expect(row("snake")["command"] as? [String] == ["python3", "judge.py"])
      #expect(row("snake")["origin"] as? String == "plugin")
      #expect(row("sea")["library"] as? String == "judge.so")
      #expect((row("broken")["error"] as? String)?.contains("protocol") == true)
    }
  }
}
