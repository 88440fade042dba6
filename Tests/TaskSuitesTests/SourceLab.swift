import Foundation
import TaskSuites
import Testing
import Verifiers

/// A folder with a source plugin that needs nothing but Python, and suites that name it.
final class SourceLab {
  let folder: TemporaryFolder

  /// Whether plugins in Python can run here.
  static let hasPython: Bool = {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", ""]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  /// Why tests are left out where they can't.
  static let needsPython: Comment = "python3 is not in PATH, and the plugin of this test needs it"

  /// Item i of seed s is the number (s + i) modulo `count`; other data sets go wrong in some way.
  private static let program = """
    import json, os, sys
    greeting = json.loads(sys.stdin.readline())
    print(json.dumps({"protocol": 1, "plugin": greeting["plugin"]}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        place = request["problem"]
        kind, settings, index = place["dataset"], place["settings"], place["index"]
        number = (place["seed"] + index) % settings.get("count", 1000000000)
        answer = {
            "id": request["id"], "prompt": f"Add one to {number}: {number} + 1 =", "answer": str(number + 1),
            "columns": {"seed": str(place["seed"]), "index": str(index), "version": os.environ["VERSION"]},
        }
        if kind == "dies" and index == 7: raise SystemExit("out of problems")
        if kind == "mute": del answer["prompt"]
        if kind == "blank": answer["prompt"] = ""
        if kind == "columns": answer["columns"] = {"index": index}
        if kind == "gaps" and index % 3: answer = {"id": request["id"], "prompt": None}
        if kind == "score": answer = {"id": request["id"], "reward": 1, "parts": {"correctness": 1}}
        if kind == "accent" and index == 3: answer["prompt"] += "é"
        if kind == "unsure": answer["answer"] = None
        if kind == "uneven" and number % 2: answer["prompt"] += " in many more words"
        if kind == "refuses": answer = {"id": request["id"], "error": "no such data set here"}
        print(json.dumps(answer), flush=True)
    """

  init(manifest: String = "", version: String = "1") throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      at: folder.url.appending(path: "source"), withIntermediateDirectories: true)
    _ = try folder.write(Self.program, to: "source/source.py")
    _ = try folder.write(
      """
      {
        protocol: 1, command: ["python3", "source.py"], environment: { VERSION: "\(version)" },
        workers: 2, timeout_seconds: 5, \(manifest.isEmpty ? "problems: true" : manifest)
      }
      """, to: "source/plugin.json5")
  }

  /// Opens a suite of one task.
  func open(
    _ task: String, suite: String = "", rules: TextRules? = nil
  ) throws(SuiteError) -> TaskSuite {
    let text = "{\(suite)\n tasks: [{source: './source', \(task)}]}"
    do {
      _ = try folder.write(text, to: "mine.json5")
    } catch {
      preconditionFailure("\(error)")
    }
    return try folder.catalog.open("mine", rules: rules)
  }

  /// Why a suite of one task can't be opened.
  func error(_ task: String, suite: String = "", rules: TextRules? = nil) -> SuiteError? {
    do throws(SuiteError) {
      _ = try open(task, suite: suite, rules: rules)
      return nil
    } catch {
      return error
    }
  }
}

extension TaskSuite {
  /// All different problems of a split, sorted by their prompts.
  func all(_ split: Split) -> [Problem] {
    guard (tasks.compactMap { $0.problemCount(in: split) }.max() ?? 0) > 0 else { return [] }
    return distinctProblems(split: split, count: 100_000).map(\.problem)
      .sorted { $0.prompt < $1.prompt }
  }
}
