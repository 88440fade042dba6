import Foundation
import Testing

@Suite("Runs: on problems that a plugin makes and scores")
struct RunSourceTests {
  private static let hasPython =
    (try? ToolRunner.bash("command -v python3"))?.exitCode == 0

  /// Copies numbers, as the lab's rows do; a score is for the answer at the place in the columns.
  private static let program = """
    import json, sys
    greeting = json.loads(sys.stdin.readline())
    print(json.dumps({"protocol": 1, "plugin": greeting["plugin"]}), flush=True)
    def number(seed, index): return (int(seed) + int(index)) * 7919 % 1000
    for line in sys.stdin:
        item = json.loads(line)
        if "problem" in item:
            place = item["problem"]
            seed, index = place["seed"], place["index"]
            answer = {"id": item["id"], "prompt": f"Copy: {number(seed, index)}=", "answer": "?",
                      "columns": {"seed": str(seed), "index": str(index)}}
        else:
            columns = item["columns"]
            right = 1.0 if item["answer"] == str(number(columns["seed"], columns["index"])) else 0.0
            answer = {"id": item["id"], "reward": right, "parts": {"correctness": right}}
        print(json.dumps(answer), flush=True)
    """

  /// A suite beside its source.
  private func write(_ program: String, in folder: URL) throws -> String {
    let source = folder.appending(path: "source")
    try FileManager.default.createDirectory(at: source, withIntermediateDirectories: true)
    try Data(program.utf8).write(to: source.appending(path: "source.py"))
    try Data(#"{protocol: 1, command: ["python3", "source.py"], problems: true}"#.utf8)
      .write(to: source.appending(path: "plugin.json5"))
    let file = folder.appending(path: "made.json5")
    try Data(
      """
      {tasks: [{
        source: "./source", dataset: "numbers", train: 40, validation: 0, test: 20,
        prompt: { after: ": " },
      }]}
      """.utf8
    ).write(to: file)
    return file.path
  }

  @Test(
    "a run that was cut short ends with the same weights as one that wasn't",
    .enabled(if: RunSourceTests.hasPython, "python3 is not in PATH"))
  func resumes() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let suite = try write(Self.program, in: folder)
      let whole = try ToolRunner.run(
        lab.reinforced(steps: 4) + [
          "--suite", suite, "--run", folder.appending(path: "whole").path, "--json",
        ])
      try #require(whole.exitCode == 0, "\(whole.errors)")
      let run = folder.appending(path: "cut").path
      let half = try ToolRunner.run(
        lab.reinforced(steps: 2) + ["--suite", suite, "--run", run, "--quiet"])
      try #require(half.exitCode == 0, "\(half.errors)")
      let rest = try ToolRunner.run(["resume", run, "--steps", "4", "--json"])
      try #require(rest.exitCode == 0, "\(rest.errors)")
      #expect(try rest.weightsHash() == whole.weightsHash())
      #expect(!rest.errors.contains("warning"), "\(rest.errors)")
      #expect(try RunFiles(run).values("verifier/failures") == [0, 0, 0, 0])
      // The same program that makes other problems is another run, and is said to be.
      _ = try write(Self.program.replacing("7919", with: "7907"), in: folder)
      let other = try ToolRunner.run(["resume", run, "--steps", "5", "--quiet"])
      #expect(other.exitCode == 0 && other.errors.contains("is not what it was"), "\(other.errors)")
    }
  }

  @Test(
    "a source that dies while a suite is opened: its last words, and the exit code of a service",
    .enabled(if: RunSourceTests.hasPython, "python3 is not in PATH"))
  func dies() throws {
    try ToolRunner.withTemporaryFolder { folder in
      let program = Self.program.replacing(
        "seed, index = place", with: "sys.exit('no more'); seed, index = place")
      let suite = try write(program, in: folder)
      let result = try ToolRunner.run(["suites", "show", suite])
      #expect(result.exitCode == 69, "\(result.errors)")
      #expect(result.errors.contains("did not make test problem"), "\(result.errors)")
      #expect(result.errors.contains("its last words: no more"), "\(result.errors)")
    }
  }

  @Test(
    "the shipped plugins say what to install where their packages are missing",
    .enabled(if: RunSourceTests.hasPython, "python3 is not in PATH"),
    arguments: ["reasoning-gym", "math-verify"])
  func namesWhatIsMissing(plugin: String) throws {
    let shipped = ToolRunner.repository.appending(path: "Tasks/plugins/\(plugin)")
    try ToolRunner.withTemporaryFolder { folder in
      // A Python without packages, whatever is installed here; the copy has no .venv of its own.
      let copy = folder.appending(path: plugin)
      try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
      for name in try FileManager.default.contentsOfDirectory(atPath: shipped.path)
      where name.hasSuffix(".py") || name == "plugin.json5" {
        try FileManager.default.copyItem(
          at: shipped.appending(path: name), to: copy.appending(path: name))
      }
      let manifest = copy.appending(path: "plugin.json5")
      let text = try String(contentsOf: manifest, encoding: .utf8)
      try Data(text.replacing(#"["python3", "#, with: #"["python3", "-S", "#).utf8)
        .write(to: manifest)
      let suite = folder.appending(path: "suite.json5")
      let row = #"{"prompt": "1+1=", "answer": "2", "demonstration": "<think>2</think>2"}"#
      try Data(row.utf8).write(to: folder.appending(path: "row.jsonl"))
      let task =
        plugin == "reasoning-gym"
        ? "source: './\(plugin)', dataset: 'chain_sum'"
        : "file: 'row.jsonl', verifier: './\(plugin)'"
      try Data("{tasks: [{\(task)}]}".utf8).write(to: suite)
      let result = try ToolRunner.run(["suites", "show", suite.path])
      #expect(result.exitCode == 69, "\(result.errors)")
      #expect(
        result.errors.contains("pip install -r Tasks/plugins/\(plugin)/requirements.txt"),
        "\(result.errors)")
      #expect(result.errors.split(separator: "\n").count <= 2, "\(result.errors)")
    }
  }
}
