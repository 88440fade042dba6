import Foundation
import Testing

@Suite("Bad input: models, runs and settings")
struct BadInputRunTests {
  @Test("no such model, with the nearest")
  func missingModel() throws {
    try BadInputFolder.with { bad in
      try bad.expectRefusal(
        ["--model", "naon", "--suite", bad.lab.suite], exitCode: 66,
        "no model \"naon\": no such file, folder or shipped checkpoint", "Did you mean nano?")
      try bad.expectRefusal(
        ["--model", "./nano", "--suite", bad.lab.suite], exitCode: 66, "no model \"./nano\"")
      try bad.expectRefusal(
        ["--suite", bad.lab.suite], exitCode: 66, "suite numbers names no base to start from",
        "--model")
      for command in [["ask", "nowhere", "1="], ["evaluate", "nowhere"]] {
        try expectError(command, exitCode: 66, ["no model \"nowhere\": no such file"])
      }
      try FileManager.default.createDirectory(
        at: bad.folder.appending(path: "empty"), withIntermediateDirectories: true)
      try expectError(
        ["ask", "empty", "1="], exitCode: 66,
        ["empty, entry config.json: it isn't in the folder; give a folder that holds a model"],
        in: bad.folder)
    }
  }

  @Test("no such run, with the nearest")
  func missingRun() throws {
    let lab = try RunLab.shared()
    try expectError(
      ["resume", "bas"], exitCode: 66,
      ["bas: no run there", "Did you mean base? Or start one with: hone train --run bas"],
      in: lab.folder)
    try expectError(
      ["resume", lab.folder.path + "/bas"], exitCode: 66, ["Did you mean \(lab.baseRun)?"])
    try expectError(
      ["resume", "entirely-else"], exitCode: 66,
      ["entirely-else: no run there", "\nStart one with: hone train --run entirely-else"],
      in: lab.folder)
    // A model's folder is no run, though it has a config.json.
    try ToolRunner.withTemporaryFolder { folder in
      let unpacked = folder.appending(path: "model").path
      #expect(try ToolRunner.run(["checkpoint", "unpack", lab.base, unpacked]).exitCode == 0)
      try expectError(["resume", unpacked], exitCode: 66, ["no run there"])
    }
  }

  @Test("a folder that already holds a run")
  func occupied() throws {
    let lab = try RunLab.shared()
    let files = try FileManager.default.subpathsOfDirectory(atPath: lab.baseRun).sorted()
    try expectError(
      lab.supervised(steps: 2) + ["--run", lab.baseRun], exitCode: 73,
      ["\(lab.baseRun) already holds a run", "Resume it: hone resume \(lab.baseRun)", "--run"])
    #expect(try FileManager.default.subpathsOfDirectory(atPath: lab.baseRun).sorted() == files)
  }

  @Test("a run that another process is training")
  func inUse() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let run = RunFiles(folder.appending(path: "run"))
      let tool = try ToolRunner.start(lab.reinforced(steps: 100_000) + ["--run", run.path])
      #expect(tool.wait { _ in run.lines("metrics.jsonl").count > 0 })
      try expectError(
        ["resume", run.path], exitCode: 73,
        ["\(run.path) is in use by another process that trains", "Wait for it to end"])
      // Looking is allowed, once there is something to see.
      try expectError(["evaluate", run.path], exitCode: 66, ["the run has no checkpoint yet"])
      tool.send(SIGKILL)
      _ = try tool.wait()
      let freed = try ToolRunner.run(["resume", run.path, "--steps", "1", "--quiet"])
      #expect(freed.exitCode == 0, "\(freed.errors)")
    }
  }

  @Test(
    "a run's config.json that was changed by hand")
  func damagedConfig() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let run = folder.appending(path: "run")
      try FileManager.default.copyItem(atPath: lab.baseRun, toPath: run.path)
      let config = run.appending(path: "config.json")
      for (text, exitCode, expected) in [
        ("{", 65, "config.json:1:1: the object that begins here is never closed with '}'"),
        ("{\n \"steps\" 3\n}", 65, "config.json:2:10: ':' was expected after the key 'steps'"),
        ("", 65, "config.json:1:1: the text is empty; a value was expected"),
        ("{\"stps\": 3}", 64, "config.json:1:2: unknown key \"stps\"; did you mean steps?"),
        ("{\"steps\": 0}", 64, "config.json:1:2: steps takes a whole number from 1 to 1000000"),
        (
          "{\"algorithm\": \"sft\", \"group_size\": 4}", 64,
          "config.json:1:22: group_size is not used by sft; leave it out"
        ),
      ] as [(String, Int32, String)] {
        try Data(text.utf8).write(to: config)
        try expectError(["resume", "run"], exitCode: exitCode, ["run/" + expected], in: folder)
      }
      try FileManager.default.removeItem(at: config)
      try expectError(["resume", "run"], exitCode: 66, ["run: no run there"], in: folder)
    }
  }

  @Test("fewer steps than were done")
  func fewerSteps() throws {
    let lab = try RunLab.shared()
    try expectError(
      ["resume", lab.baseRun, "--steps", "39"], exitCode: 65,
      ["\(lab.baseRun) has already done 40 steps, more than 39", "Give --steps 40 or more."])
    let config = try String(contentsOfFile: lab.baseRun + "/config.json", encoding: .utf8)
    #expect(config.contains("\"steps\": 40"))
  }

  @Test(
    "settings out of range, unknown or unused, wherever they are given")
  func settings() throws {
    try BadInputFolder.with { bad in
      let good = ["--model", bad.lab.base, "--suite", bad.lab.suite]
      try bad.expectRefusal(
        good + ["--learning-rate", "1e30"], exitCode: 64,
        "--learning-rate takes a number of at least 0 and at most 1, not \"1e30\"")
      try bad.expectRefusal(
        good + ["--threads", "-1"], exitCode: 64, "--threads takes a whole number from 0 to 1024")
      try bad.expectRefusal(
        good + ["--threads", "1025"], exitCode: 64, "not \"1025\"")
      for device in ["/dev/zero", "/"] {
        try bad.expectRefusal(
          ["--model", bad.lab.base, "--suite", device], exitCode: 66,
          "\(device): is not a regular file")
      }
      try bad.expectRefusal(
        good + ["--holdout", "none.jsonl"], exitCode: 66, "none.jsonl")
      try bad.expectRefusal(
        good + ["--holdout", "arithmetic"], exitCode: 65, "name a .jsonl file")
      try bad.expectRefusal(
        good + ["--minibatches", "3"], exitCode: 64, "minibatches (3) doesn't divide problems")
      try bad.expectRefusal(
        good + ["--set", "algorithm=sft", "--set", "clip_low=0.1"], exitCode: 64,
        "--set: clip_low is not used by sft")
      try bad.write("{\n  group_size: 1,\n}", to: "c.json5")
      try bad.expectRefusal(
        good + ["--config", "c.json5"], exitCode: 64,
        "group_size (1) leaves nothing to compare a completion with; grpo takes 2 or more")
      try bad.write("{\n  group_size: 0,\n}", to: "c.json5")
      try bad.expectRefusal(
        good + ["--config", "c.json5"], exitCode: 64,
        "c.json5:2:3: group_size takes a whole number from 1 to 1024, not \"0\"")
      try bad.write("{\n  grup_size: 4,\n}", to: "c.json5")
      try bad.expectRefusal(
        good + ["--config", "c.json5"], exitCode: 64,
        "c.json5:2:3: unknown key \"grup_size\"; did you mean group_size?")
      try bad.expectRefusal(
        [
          "--suite", bad.lab.suite, "--algorithm", "sft", "--model", bad.lab.base,
          "--key-value-heads", "2",
        ], exitCode: 64, "key_value_heads is only for a model made from a size")
      try bad.expectRefusal(
        ["--suite", bad.lab.suite, "--algorithm", "sft", "--key-value-heads", "3"], exitCode: 64,
        "key_value_heads")
    }
  }

  @Test("any number of threads that is in range does", arguments: [0, 33, 1024])
  func manyThreads(threads: Int) throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let run = folder.appending(path: "run").path
      let result = try ToolRunner.run(
        lab.reinforced(steps: 1) + ["--run", run, "--threads", "\(threads)", "--quiet"])
      #expect(result.exitCode == 0, "\(result.errors)")
      let one = folder.appending(path: "one").path
      _ = try ToolRunner.run(
        lab.reinforced(steps: 1) + ["--run", one, "--threads", "1", "--quiet"])
      try expectSameRun(RunFiles(run), as: RunFiles(one))
    }
  }

  @Test("prompts that a model can't read")
  func prompts() throws {
    let lab = try RunLab.shared()
    try expectError(
      ["ask", lab.base, "1é="], exitCode: 65,
      ["character 2, \"é\" (U+E9), is not in the model's vocabulary", "\nWrite it with"])
    try expectError(["ask", lab.base, ""], exitCode: 65, ["the prompt is empty", "37+85="])
    try expectError(
      ["ask", lab.base, "1+1+1+1+1+1+1="], exitCode: 65,
      ["the prompt has 14 tokens; at most 12 leave room for an answer", "Shorten it"])
  }

  @Test("a run's folder that can't be made")
  func unwritable() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      try Data().write(to: folder.appending(path: "file"))
      for run in ["file", "file/run", "/proc/run"] {
        try expectError(
          lab.reinforced(steps: 1) + ["--run", run], exitCode: 73,
          ["\(run): the run's folder can't be made", "Name another folder with --run."], in: folder)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
    }
  }
}
