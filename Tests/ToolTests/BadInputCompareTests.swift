import Foundation
import Testing

@Suite("Bad input: comparisons")
struct BadInputCompareTests {
  @Test(
    "arms and settings that can't be: exit code 64",
    arguments: [
      (["gpro"], #"unknown arm "gpro"; did you mean grpo?"#),
      (["sft-onyl"], "did you mean sft-only?"),
      (["grpo", "dreamer"], #"unknown arm "dreamer"; the known ones are "#),
      (["grpo", "grpo"], "arm grpo is named twice"),
      (
        ["grpo:epochs"],
        #"arm grpo:epochs: settings read KEY=VALUE, separated by commas, not "epochs""#
      ),
      (["grpo:epoch=2"], #"arm grpo:epoch=2: unknown key "epoch"; did you mean epochs?"#),
      (["grpo:epochs=0"], "arm grpo:epochs=0: epochs takes a whole number from 1 to 100"),
      (["sft:epochs=2"], "arm sft:epochs=2: epochs is not used by sft"),
      (["sft-only:steps=2"], "sft-only is the base without training, and takes no settings"),
      (["grpo", "grpo:model=micro"], "model is the same for all arms"),
      (["grpo:seed=3"], "give it once, with --seeds"),
      (["grpo:algorithm=sft"], "its name says the algorithm already"),
      (["a/b=grpo"], "a label has letters, digits"), (["sft=grpo"], "is no arm's own name"),
      (["grpo:clip_high=1", "grpo-clip_high-1=grpo"], "would lie in one folder"),
      (["grpo", "--seeds", "0"], #"--seeds takes a whole number from 1 to 1000, not "0""#),
      (["grpo", "--steps", "5", "--tokens", "5"], "give --steps or --tokens, not both"),
      (["grpo", "--set", "seed=1"], "use --seeds"),
      (["grpo", "--set", "algorithm=sft"], "algorithm is said by the arms"),
      (["sft", "--set", "group_size=4"], "group_size is used by none of the arms, only by grpo"),
      (["sft-only", "--set", "group_size=4"], "group_size is used by none of the arms"),
      ([], "hone compare needs arms"),
      (["--run", "x", "--seeds", "2"], "--seeds without arms"),
    ])
  func arms(arguments: [String], expected: String) throws {
    try BadInputFolder.with { bad in
      let lab = bad.lab
      let common =
        arguments.contains("--run") || arguments.isEmpty
        ? [] : ["--suite", lab.suite, "--model", lab.base, "--set", "max_completion_tokens=14"]
      try expectError(["compare"] + arguments + common, exitCode: 64, [expected], in: bad.folder)
      #expect(try FileManager.default.contentsOfDirectory(atPath: bad.folder.path).isEmpty)
    }
  }

  @Test("arms that would start from different models")
  func models() throws {
    try BadInputFolder.with { bad in
      try expectError(
        [
          "compare", "grpo", "sft", "--suite", bad.lab.suite, "--model", "nano", "--set",
          "context_length=24", "--set", "max_completion_tokens=14",
        ], exitCode: 64,
        ["arm sft would start from another model than the others: a nano of another shape"],
        in: bad.folder)
    }
  }

  @Test("missing inputs: exit code 66")
  func missing() throws {
    try BadInputFolder.with { bad in
      try expectError(
        ["compare", "--run", "nowhere"], exitCode: 66,
        ["nowhere: no comparison there", "hone compare ALGORITHM… --run nowhere"], in: bad.folder)
      try expectError(
        ["compare", "grpo", "--suite", bad.lab.suite], exitCode: 66,
        ["suite numbers names no base to start from", "--model"], in: bad.folder)
      try expectError(
        ["compare", "grpo", "--suite", bad.lab.suite, "--model", "naon"], exitCode: 66,
        ["no model \"naon\""], in: bad.folder)
    }
  }

  @Test("a folder made with other settings: what differs is said, and nothing is touched")
  func otherSettings() throws {
    let whole = try CompareLab.shared()
    let arguments = try CompareLab.arguments(["grpo", "sft-only"], steps: 7, seeds: 3)
    try expectError(
      arguments + ["--run", whole.folder], exitCode: 73,
      [
        "\(whole.folder) holds another comparison: seeds 2 there, 3 now; steps 8 there, 7 now; "
          + "arm wide is missing now; arm hot is missing now",
        "hone compare --run \(whole.folder)",
      ])
    try expectError(
      ["resume", whole.folder, "--steps", "9"], exitCode: 64, ["leave --steps out"])
    let lab = try RunLab.shared()
    try expectError(
      arguments + ["--run", lab.baseRun], exitCode: 73, ["\(lab.baseRun) already holds a run"])
  }

  @Test("a plan that is damaged, a run whose settings were changed, another base")
  func changed() throws {
    try BadInputFolder.with { bad in
      let folder = bad.folder.appending(path: "c").path
      let base = bad.folder.appending(path: "base.tar.zst").path
      try FileManager.default.copyItem(atPath: bad.lab.base, toPath: base)
      var arguments = try CompareLab.arguments(["grpo"], steps: 1, seeds: 1)
      arguments[try #require(arguments.firstIndex(of: bad.lab.base))] = base
      #expect(try ToolRunner.run(arguments + ["--run", folder]).exitCode == 0)
      let config = folder + "/grpo-0/config.json"
      let text = try String(contentsOfFile: config, encoding: .utf8)
      try bad.write(
        text.replacing("\"group_size\": 4", with: "\"group_size\": 8"), to: "c/grpo-0/config.json")
      try expectError(
        ["compare", "--run", folder], exitCode: 65,
        ["\(config) was changed: group_size 8, and 4 in the plan"])
      try bad.write(text, to: "c/grpo-0/config.json")
      try FileManager.default.removeItem(atPath: base)
      try FileManager.default.copyItem(
        atPath: folder + "/grpo-0/checkpoints/step-000001.tar.zst", toPath: base)
      let other = try ToolRunner.run(["compare", "--run", folder])
      #expect(other.exitCode == 65)
      #expect(other.errors.contains("\(base) has other weights than when the comparison began"))
      try bad.write("{", to: "c/plan.json")
      try expectError(["compare", "--run", folder], exitCode: 65, ["not the plan of a comparison"])
    }
  }
}
