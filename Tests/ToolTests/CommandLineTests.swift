import Foundation
import Testing

@Suite("The built tool: command line")
struct CommandLineTests {
  @Test("help, whole")
  func help() throws {
    for (arguments, fixture) in [
      (["--help"], "help.txt"), (["train", "--help"], "train-help.txt"),
      (["help", "train"], "train-help.txt"), (["compare", "--help"], "compare-help.txt"),
    ] {
      let result = try ToolRunner.run(arguments)
      #expect(result.exitCode == 0 && result.errors.isEmpty)
      try Fixture.expect(result.output, equals: fixture)
      #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
    }
  }

  @Test("version")
  func version() throws {
    let result = try ToolRunner.run(["--version"])
    #expect(result.exitCode == 0 && result.output == "hone 0.1.0\n" && result.errors.isEmpty)
  }

  @Test(
    "a command line that can't be understood: exit code 64, what is wrong, the hint, usage",
    arguments: [
      ([], "no command given; `hone --help` lists them\nusage: hone COMMAND [ARGUMENT]…"),
      (
        ["trian"],
        #"unknown command "trian"; did you mean train?"# + "\nusage: hone COMMAND [ARGUMENT]…"
      ),
      (
        ["--steps", "3"],
        "flag --steps before any command; the command comes first\nusage: hone COMMAND [ARGUMENT]…"
      ),
      (
        ["train", "--lerning-rate", "1"],
        "unknown flag --lerning-rate; did you mean --learning-rate?\nusage: hone train [FLAG]…"
      ),
      (
        ["train", "--num-generations=8"],
        "unknown flag --num-generations; here it is called --group-size\nusage: hone train [FLAG]…"
      ),
      (
        ["train", "--steps"],
        "--steps takes a whole number from 1 to 1000000, and nothing follows it"
          + "\nusage: hone train [FLAG]…"
      ),
      (
        ["train", "--temperature=0"],
        #"--temperature takes a number of at least 0.001 and at most 100, not "0""#
          + "\nusage: hone train [FLAG]…"
      ),
      (
        ["evaluate", "m", "--temperature", "1e-39"],
        "--temperature takes 0, which is greedy, or a number from 0.001 on, not 1e-39"
          + "\nusage: hone evaluate MODEL [FLAG]…"
      ),
      (
        ["evaluate", "m", "--temperature", "0", "--samples", "2"],
        "--samples 2 with --temperature 0 would write the same 2 times; "
          + "raise the temperature or leave --samples out\nusage: hone evaluate MODEL [FLAG]…"
      ),
      (
        ["train", "arithmetic"],
        #"hone train doesn't know what to do with "arithmetic""# + "\nusage: hone train [FLAG]…"
      ),
      (
        ["train", "--set", "lerning_rate=1"],
        #"--set: unknown key "lerning_rate"; did you mean learning_rate?"#
      ),
      (
        ["train", "--set", "schedule=cosin"],
        "--set: schedule takes one of constant, linear, cosine, not \"cosin\"; did you mean cosine?"
      ),
      (
        ["train", "--algorithm", "sft", "--kl-weight", "0.1"],
        "--kl-weight is not used by sft; leave it out"
      ),
    ])
  func usage(arguments: [String], expected: String) throws {
    let result = try ToolRunner.run(arguments)
    #expect(result.exitCode == 64 && result.output.isEmpty)
    #expect(result.errors == "error: \(expected)\n")
  }

  @Test("set is stronger than flags, flags than the file, the file than defaults")
  func strength() throws {
    try ToolRunner.withTemporaryFolder { folder in
      try Data("{steps: 1, seed: 1, problems: 2} // mine".utf8).write(
        to: folder.appending(path: "my.json5"))
      let result = try ToolRunner.run(
        [
          "train", "--set", "steps=3", "--dry-run", "--model=nano", "--steps", "2", "--seed=2",
          "--config",
          "my.json5",
        ], in: folder)
      #expect(result.exitCode == 0)
      #expect(result.output.contains("\n* steps                         3\n"))
      #expect(result.output.contains("\n* seed                          2\n"))
      #expect(result.output.contains("\n* problems                      2\n"))
      #expect(result.output.contains("\n  group_size                    16\n"))
    }
  }

  @Test("errors in a configuration file name file, line and column")
  func badFiles() throws {
    try ToolRunner.withTemporaryFolder { folder in
      for (text, exitCode, expected) in [
        ("{\n  stebs: 5\n}", 64, #"c.json5:2:3: unknown key "stebs"; did you mean steps?"#),
        ("{\n  steps 5\n}", 65, "c.json5:2:9: ':' was expected after the key 'steps', not '5'"),
      ] as [(String, Int32, String)] {
        try Data(text.utf8).write(to: folder.appending(path: "c.json5"))
        let result = try ToolRunner.run(["train", "--dry-run", "--config", "c.json5"], in: folder)
        #expect(result.exitCode == exitCode && result.errors == "error: \(expected)\n")
      }
      let result = try ToolRunner.run(["train", "--dry-run", "--config", "d.json5"], in: folder)
      #expect(result.exitCode == 66)
      #expect(result.errors == "error: d.json5: no such configuration file\n")
    }
  }

  @Test("dry run, whole")
  func dryRun() throws {
    // A size and a number of threads, so that the text is the same on any machine.
    let common = ["train", "--dry-run", "--model=nano", "--threads=2"]
    let grpo = try ToolRunner.run(common)
    #expect(grpo.exitCode == 0 && grpo.errors.isEmpty)
    try Fixture.expect(grpo.output, equals: "dry-run-grpo.txt")
    let ppo = try ToolRunner.run(common + ["--algorithm=ppo"])
    #expect(ppo.exitCode == 0 && ppo.errors.isEmpty)
    try Fixture.expect(ppo.output, equals: "dry-run-ppo.txt")
    let sft = try ToolRunner.run(common + ["--algorithm=sft", "--no-tied-embeddings"])
    #expect(sft.exitCode == 0 && sft.errors.isEmpty)
    try Fixture.expect(sft.output, equals: "dry-run-sft.txt")
  }

  @Test("dry run with --json: one object on standard output, words on standard error")
  func dryRunJSON() throws {
    let result = try ToolRunner.run([
      "train", "--dry-run", "--model=nano", "--json", "--set", "seed=4",
    ])
    #expect(result.exitCode == 0 && result.errors.contains("64 problems × 16 samples"))
    #expect(result.output == result.lastLine + "\n")
    let object = try JSONSerialization.jsonObject(with: Data(result.lastLine.utf8))
    let plan = try #require(object as? [String: Any])
    #expect(plan["completions_per_step"] as? Int == 1024)
    #expect(plan["run"] as? String == "runs/grpo-arithmetic-4")
    #expect((plan["config"] as? [String: Any])?["seed"] as? Int == 4)
    let quiet = try ToolRunner.run(["train", "--dry-run", "--model=nano", "--json", "--quiet"])
    #expect(quiet.exitCode == 0 && quiet.errors.isEmpty && !quiet.output.isEmpty)
  }

  @Test("standard output that can't be written: exit code 74")
  func fullDisk() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c", "\"$0\" --help > /dev/full 2> /dev/null", ToolRunner.executable.path,
    ]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 74)
  }
}
