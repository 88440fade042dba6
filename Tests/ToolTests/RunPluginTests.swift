import Foundation
import Testing

@Suite("Runs: judged by a plugin")
struct RunPluginTests {
  private static let hasPython =
    (try? ToolRunner.bash("command -v python3"))?.exitCode == 0

  /// Judges by the answer alone, fails as `fault` says, and talks on standard error.
  private func plugin(_ fault: String) -> String {
    """
    import json, sys
    sys.stderr.write("at your service\\n")
    sys.stderr.flush()
    sys.stdin.readline()
    print(json.dumps({"protocol": 1, "plugin": "judge"}), flush=True)
    for line in sys.stdin:
        item = json.loads(line)
        \(fault)
        right = 1.0 if item["answer"] == item["reference"] else 0.0
        answer = {"id": item["id"], "reward": right, "parts": {"correctness": right}}
        print(json.dumps(answer), flush=True)
    """
  }

  /// A suite like the lab's whose verifier is a plugin beside it.
  private func write(_ program: String, in folder: URL) throws -> String {
    let judge = folder.appending(path: "judge")
    try FileManager.default.createDirectory(at: judge, withIntermediateDirectories: true)
    try Data(program.utf8).write(to: judge.appending(path: "judge.py"))
    try Data(#"{protocol: 1, command: ["python3", "judge.py"]}"#.utf8)
      .write(to: judge.appending(path: "plugin.json5"))
    let lab = try RunLab.shared()
    let suite = try String(contentsOfFile: lab.suite, encoding: .utf8)
    let judged = suite.replacing("\"numeric\"", with: "\"./judge\"")
    try #require(judged != suite)
    try FileManager.default.copyItem(
      at: lab.folder.appending(path: "rows.jsonl"), to: folder.appending(path: "rows.jsonl"))
    let file = folder.appending(path: "judged.json5")
    try Data(judged.utf8).write(to: file)
    return file.path
  }

  @Test(
    "a run that a program judges is the run that the built-in verifier judges",
    .enabled(if: RunPluginTests.hasPython, "python3 is not in PATH"))
  func judges() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let suite = try write(plugin("pass"), in: folder)
      var hashes: [String] = []
      for (name, suite) in [("built-in", lab.suite), ("plugin", suite)] {
        let run = folder.appending(path: name).path
        let result = try ToolRunner.run(
          lab.reinforced(steps: 3) + ["--suite", suite, "--run", run, "--json"])
        try #require(result.exitCode == 0, "\(result.errors)")
        hashes.append(try result.weightsHash())
      }
      #expect(hashes[0] == hashes[1])
      let log = try String(
        contentsOf: folder.appending(path: "plugin/verifiers/judge.log"), encoding: .utf8)
      #expect(log.contains("at your service"))
    }
  }

  @Test(
    "a program that dies of every completion: the run stops, saved, with its last words",
    .enabled(if: RunPluginTests.hasPython, "python3 is not in PATH"))
  func dies() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let suite = try write(plugin("raise SystemExit('no more')"), in: folder)
      let run = folder.appending(path: "run").path
      let result = try ToolRunner.run(
        lab.reinforced(steps: 3) + ["--suite", suite, "--run", run, "--quiet"])
      #expect(result.exitCode == 69 && result.errors.contains("no more"), "\(result.errors)")
    }
  }

  @Test(
    "the shipped plugin echo judges as the built-in verifier text does",
    .enabled(if: RunPluginTests.hasPython, "python3 is not in PATH"))
  func echoes() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      try FileManager.default.copyItem(
        at: lab.folder.appending(path: "rows.jsonl"), to: folder.appending(path: "rows.jsonl"))
      var hashes: [String] = []
      for name in ["text", "echo"] {
        let suite = folder.appending(path: "\(name).json5")
        try Data(
          #"{ verifier: "\#(name)", tasks: [{ name: "numbers", file: "rows.jsonl" }] }"#.utf8
        ).write(to: suite)
        let result = try ToolRunner.run(
          lab.reinforced(steps: 2)
            + ["--suite", suite.path, "--run", folder.path + "/" + name, "--json"])
        try #require(result.exitCode == 0, "\(result.errors)")
        hashes.append(try result.weightsHash())
      }
      #expect(hashes[0] == hashes[1])
    }
  }
}
