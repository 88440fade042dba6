import Foundation
import Testing

@Suite("verifiers check")
struct RunWorkbenchTests {
  private static let hasPython =
    (try? ToolRunner.bash("command -v python3"))?.exitCode == 0

  /// Writes a plugin whose reward is an expression of Python over `item`.
  private func write(_ reward: String, in folder: URL, rows: String? = nil) throws {
    let program = """
      import json, sys
      sys.stdin.readline()
      print(json.dumps({"protocol": 1, "plugin": "judge"}), flush=True)
      for line in sys.stdin:
          item = json.loads(line)
          right = 1.0 if \(reward) else 0.0
          answer = {"id": item["id"], "reward": right, "parts": {"correctness": right}}
          print(json.dumps(answer), flush=True)
      """
    let judge = folder.appending(path: "judge")
    try FileManager.default.createDirectory(at: judge, withIntermediateDirectories: true)
    try Data(program.utf8).write(to: judge.appending(path: "judge.py"))
    try Data(#"{protocol: 1, command: ["python3", "judge.py"]}"#.utf8)
      .write(to: judge.appending(path: "plugin.json5"))
    if let rows { try Data(rows.utf8).write(to: judge.appending(path: "check.jsonl")) }
  }

  private static let few = ["--problems", "30", "--attack-problems", "3"]

  @Test("a built-in verifier: a table, exit code 0")
  func builtIn() throws {
    let result = try ToolRunner.run(["verifiers", "check", "numeric"] + Self.few)
    #expect(result.exitCode == 0 && result.errors.isEmpty, "\(result.errors)")
    #expect(result.output.hasPrefix("numeric · built in · parts correctness\n"))
    #expect(result.output.contains("false negatives 0.0 % [0.0, 11.4]"), "\(result.output)")
    #expect(result.output.contains("  inside-longer "))
    #expect(result.output.hasSuffix("no breach\n"))
  }

  @Test(
    "a leaky program: exit code 1, with what gets through and how to see it again",
    .enabled(if: RunWorkbenchTests.hasPython, "python3 is not in PATH"))
  func leaky() throws {
    try ToolRunner.withTemporaryFolder { folder in
      try write(#"item["reference"] in (item["answer"] or "")"#, in: folder)
      let words = ["verifiers", "check", "./judge", "--suite", "arithmetic"] + Self.few
      let shown = try ToolRunner.run(words, in: folder)
      #expect(shown.exitCode == 1 && shown.errors.isEmpty, "\(shown.errors)")
      #expect(shown.output.contains("BREACH"))
      #expect(
        shown.output.contains(
          "hone verifiers check ./judge --suite arithmetic --problems 30 --attack-problems 3 "
            + "--seed 0 --only several-answers\n"), "\(shown.output)")
      let object = try ToolRunner.run(words + ["--only", "or", "--json"], in: folder)
      #expect(object.exitCode == 1 && object.errors.contains("BREACH"))
      let json = try #require(
        JSONSerialization.jsonObject(with: Data(object.lastLine.utf8)) as? [String: Any])
      #expect(json["clean"] as? Bool == false && json["failures"] as? Int == 0)
      let attacks = try #require(json["attacks"] as? [[String: Any]])
      #expect(attacks.map { $0["name"] as? String } == ["or"])
      let breaches = try #require(json["breaches"] as? [[String: Any]])
      let ofOr = breaches.filter { $0["row"] as? String == "or" }
      #expect(!ofOr.isEmpty && ofOr.allSatisfy { $0["kind"] as? String == "passed" })
      #expect(breaches.allSatisfy { $0["completion"] is String && $0["answer"] is String })
    }
  }

  @Test(
    "a sound program with problems of its own passes; one that fails on all is no finding",
    .enabled(if: RunWorkbenchTests.hasPython, "python3 is not in PATH"))
  func sound() throws {
    try ToolRunner.withTemporaryFolder { folder in
      let rows = ["red": "rouge", "green": "vert", "blue": "bleu", "two": "deux", "ten": "dix"]
        .map { #"{"prompt": "\#($0.key) in French?", "answer": "\#($0.value)"}"# }
      let text = rows.joined(separator: "\n")
      try write(#"item["answer"] == item["reference"]"#, in: folder, rows: text)
      let words = ["verifiers", "check", "./judge"]
      let result = try ToolRunner.run(words, in: folder)
      #expect(result.exitCode == 0, "\(result.output)\(result.errors)")
      #expect(result.output.contains("5 problems of check.jsonl; 5 of them attacked"))
      #expect(result.output.contains("letter-changed"))

      try write("1 / 0", in: folder, rows: text)
      try expectError(
        words, exitCode: 69, ["failed on each of", "ZeroDivisionError"], in: folder)
      // Without problems that it gets right, nothing can be said of it.
      try FileManager.default.removeItem(at: folder.appending(path: "judge/check.jsonl"))
      try write("False", in: folder)
      try expectError(
        words, exitCode: 64, ["accepts none of 4 right answers", "--suite", "check.jsonl"],
        in: folder)
    }
  }

  @Test("what can't be checked, and why")
  func errors() throws {
    try ToolRunner.withTemporaryFolder { folder in
      func expect(_ words: [String], _ exitCode: Int32, _ expected: [String]) throws {
        try expectError(["verifiers", "check"] + words, exitCode: exitCode, expected, in: folder)
      }
      try expect([], 64, ["needs NAME"])
      try expect(["numerik"], 64, ["did you mean 'numeric'?"])
      try expect(["numeric", "--only", "several"], 64, ["no attack is called 'several'"])
      try expect(["numeric", "--allow", "digit-chanced"], 64, ["did you mean 'digit-changed'?"])
      try expect(["numeric", "--suite", "arithmetics"], 66, ["did you mean 'arithmetic'?"])
      try expect(
        ["truth", "--suite", "arithmetic"], 65, ["is not a truth value", "another suite"])
      try expect(["./none"], 66, ["no such folder"])
      let plugin = folder.appending(path: "broken")
      try FileManager.default.createDirectory(at: plugin, withIntermediateDirectories: true)
      func manifest(_ text: String) throws {
        try Data(text.utf8).write(to: plugin.appending(path: "plugin.json5"))
      }
      try manifest("{protocol: 1, comand: []}")
      try expect(["./broken"], 65, ["plugin.json5"])
      try manifest(#"{protocol: 1, command: ["false"]}"#)
      try expect(["./broken", "--suite", "arithmetic"], 69, ["exited with code 1"])
    }
  }
}
