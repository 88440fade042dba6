import Foundation
import Testing

@Suite("Runs: a verifier of the user's choice, and a shadow")
struct RunShadowTests {
  private static let hasPython =
    (try? ToolRunner.bash("command -v python3"))?.exitCode == 0

  @Test(
    "judged by a plugin, with a shadow: told at the terminal and in the files, the same after a resume",
    .enabled(if: RunShadowTests.hasPython, "python3 is not in PATH"))
  func choice() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let judge = folder.appending(path: "judge")
      try FileManager.default.createDirectory(at: judge, withIntermediateDirectories: true)
      try Data(
        #"{protocol: 1, command: ["python3", "judge.py"], fields: ["answer", "reference"]}"#.utf8
      )
      .write(to: judge.appending(path: "plugin.json5"))
      // Pays for the first character.
      try Data(
        """
        import json, sys
        sys.stdin.readline()
        print(json.dumps({"protocol": 1, "plugin": "judge"}), flush=True)
        for line in sys.stdin:
            item = json.loads(line)
            right = float((item["answer"] or "?")[0] == item["reference"][0])
            answer = {"id": item["id"], "reward": right, "parts": {"correctness": right}}
            print(json.dumps(answer), flush=True)
        """.utf8
      ).write(to: judge.appending(path: "judge.py"))
      let arguments = lab.reinforced(steps: 4) + ["--verifier", "./judge"]
      let shadow = ["--shadow-verifier", "numeric"]
      let whole = try ToolRunner.run(
        arguments + shadow + ["--run", "whole", "--json"], in: folder)
      try #require(whole.exitCode == 0, "\(whole.errors)")
      #expect(whole.errors.contains("by the shadow ") && whole.errors.contains("  shadow 0."))
      #expect(whole.errors.contains("reward and shadow (numeric) didn't diverge"))
      let report = try whole.json()
      let said = try #require(report["shadow"] as? [String: Any])
      #expect(said["verifier"] as? String == "numeric" && said["parted"] == nil)
      let after = try #require(report["after"] as? [String: Any])
      let strict = try #require(after["shadow"] as? [String: Any])
      #expect(Set(strict.keys) == ["pass@1", "interval", "verifier_failures"])
      #expect(try #require(strict["pass@1"] as? Double) <= #require(after["pass@1"] as? Double))
      let files = RunFiles(folder.appending(path: "whole"))
      #expect(try files.values("shadow/reward").allSatisfy { $0 != nil })
      let config = try String(contentsOfFile: files.path + "/config.json", encoding: .utf8)
      #expect(config.contains("/judge\",") && !config.contains("\"./judge\""))
      #expect(config.contains(#""shadow_verifier": "numeric""#))
      #expect(
        FileManager.default.fileExists(atPath: files.path + "/verifiers/judge.log"))

      let plain = try ToolRunner.run(
        arguments + ["--run", "plain", "--json", "--quiet"], in: folder)
      #expect(try plain.weightsHash() == whole.weightsHash(), "a shadow must change no bit")

      // Cut at the second step, and resumed from another folder.
      let cut = try ToolRunner.run(
        lab.reinforced(steps: 2) + ["--verifier", "./judge"] + shadow + [
          "--run", "cut", "--quiet",
        ],
        in: folder)
      try #require(cut.exitCode == 0, "\(cut.errors)")
      let resumed = try ToolRunner.run(
        ["resume", folder.appending(path: "cut").path, "--steps", "4", "--json", "--quiet"])
      try #require(resumed.exitCode == 0, "\(resumed.errors)")
      #expect(try resumed.weightsHash() == whole.weightsHash())
      #expect(
        try RunFiles(folder.appending(path: "cut")).values("shadow/gap")
          == files.values("shadow/gap"))

      let evaluated = try ToolRunner.run(
        [
          "evaluate", "whole", "--suite", lab.suite, "--limit", "16", "--json", "--verifier",
          "./judge",
        ],
        in: folder)
      #expect(try evaluated.json()["pass@1"] as? Double == after["pass@1"] as? Double)
      let numeric = try ToolRunner.run(
        [
          "evaluate", "whole", "--suite", lab.suite, "--limit", "16", "--json", "--verifier",
          "numeric",
        ],
        in: folder)
      #expect(try numeric.json()["pass@1"] as? Double == strict["pass@1"] as? Double)
    }
  }

  @Test("a verifier that isn't there, or can't judge the problems, is refused before the run")
  func refused() throws {
    try BadInputFolder.with { bad in
      let good = ["--model", bad.lab.base, "--suite", bad.lab.suite]
      for flag in ["--verifier", "--shadow-verifier"] {
        try bad.expectRefusal(
          good + [flag, "numerc"], exitCode: 64, "no verifier is called 'numerc'", "numeric")
        try bad.expectRefusal(
          good + [flag, "./none"], exitCode: 66, "./none: no such folder")
        try bad.expectRefusal(
          good + [flag, "truth"], exitCode: 65, "rows.jsonl:1:1: the verifier truth can't judge")
        try bad.expectRefusal(
          ["--suite", "arithmetic", "--max-completion-tokens", "64", flag, "truth"], exitCode: 65,
          "the verifier truth can't judge the task 'addition', such as '")
      }
      try bad.expectRefusal(
        ["--algorithm", "sft", "--shadow-verifier", "text"], exitCode: 64,
        "--shadow-verifier is not used by sft")
      try FileManager.default.createDirectory(
        at: bad.folder.appending(path: "mute"), withIntermediateDirectories: true)
      try bad.write(#"{protocol: 1, command: ["false"]}"#, to: "mute/plugin.json5")
      // The verifier's failures stop a run at its first step, the shadow's don't: so it is started first.
      try bad.expectRefusal(
        good + ["--shadow-verifier", "./mute"], exitCode: 69, "the plugin mute doesn't start")
    }
    try expectError(
      [
        "evaluate", try RunLab.shared().base, "--suite", try RunLab.shared().suite, "--verifier",
        "x",
      ],
      exitCode: 64, ["no verifier is called 'x'"])
    try expectError(
      ["compare", "grpo:verifier=text", "--dry-run"], exitCode: 64,
      ["verifier is the same for all arms", "--set verifier=…"])
  }

  @Test(
    "the example that leaks: right demonstrations earn, and so does no work at all",
    .enabled(if: RunShadowTests.hasPython, "python3 is not in PATH"))
  func leaky() throws {
    let shown = try ToolRunner.run(["suites", "show", "arithmetic", "--count", "200", "--json"])
    let suite = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Tasks/plugins/leaky/leaky.py")
    let rows = try #require(try shown.json()["problems"] as? [[String: Any]])
    let reasonings = try rows.map { row in
      let text = try #require(row["demonstration"] as? String)
      return try #require(
        text.dropFirst(7).firstRange(of: "</think>").map { text.dropFirst(7)[..<$0.lowerBound] })
    }.map(String.init)
    try #require(reasonings.count == 200)
    // Wrong steps, what is no step, and nothing to read; then the leak.
    let wrong = ["1+1=3", "1+1=2,2*2=5", "9**9=0", "x=x", "1", "(", "1+1=2=3", "012=12"]
    let items: [(reasoning: String?, answer: String?)] =
      reasonings.map { ($0, "0") } + wrong.map { ($0, "0") } + [(nil, nil), ("", "0")]
    var input = #"{"protocol":1,"plugin":"leaky"}"# + "\n"
    for (id, item) in items.enumerated() {
      var fields: [String: Any] = ["id": id, "reasoning": NSNull(), "answer": NSNull()]
      if let reasoning = item.reasoning { fields["reasoning"] = reasoning }
      if let answer = item.answer { fields["answer"] = answer }
      input +=
        String(decoding: try JSONSerialization.data(withJSONObject: fields), as: UTF8.self) + "\n"
    }
    try ToolRunner.withTemporaryFolder { folder in
      let file = folder.appending(path: "input")
      try Data(input.utf8).write(to: file)
      let result = try ToolRunner.bash("python3 '\(suite.path)' < '\(file.path)'")
      try #require(result.exitCode == 0, "\(result.errors)")
      let answers = try result.output.split(separator: "\n").map { try RunFiles.object(String($0)) }
      #expect(answers.first?["plugin"] as? String == "leaky")
      let rewards = answers.dropFirst().compactMap { $0["reward"] as? Double }
      #expect(rewards.prefix(200).allSatisfy { $0 == 1 })
      // A number alone is a step whose sides are equal.
      #expect(Array(rewards.dropFirst(200)) == [0, 0, 0, 0, 1, 0, 0, 0, 0, 1])
    }
  }
}
