internal import Learning
import Testing

@Suite("Configuration: resolving what was given")
struct ConfigurationResolveTests {
  /// The configuration of some `--set` assignments.
  private func resolved(_ assignments: String...) throws -> Configuration {
    try Configuration(resolving: assignments.map { try ConfigurationSetting(assignment: $0) })
  }

  /// The text of the error that some settings end in.
  private func refusal(_ settings: ConfigurationSetting...) -> String {
    do throws(ConfigurationError) {
      _ = try Configuration(resolving: settings)
      return "taken"
    } catch {
      return error.description
    }
  }

  private func set(_ key: String, _ text: String) -> ConfigurationSetting {
    ConfigurationSetting(key: key, given: .typed(text), origin: .set)
  }

  @Test("the last setting of a key wins, in either case")
  func strength() throws {
    #expect(try resolved("steps=5", "steps=7").steps == 7)
    #expect(try resolved("learning_rate=1", "learning-rate=1e-3").learningRate == 1e-3)
    #expect(try resolved(" suite = logic ").suite == "logic")
    #expect(try resolved("suite=a=b").suite == "a=b")
    #expect(try resolved("run=").run.isEmpty)
  }

  @Test("the algorithm given anywhere decides the defaults")
  func defaultsFollowAlgorithm() throws {
    let configuration = try resolved("seed=1", "algorithm=sft")
    #expect(configuration.steps == 1500 && configuration.seed == 1)
    #expect(try resolved("algorithm=sft", "algorithm=grpo", "group_size=4").groupSize == 4)
  }

  @Test("an unknown key is answered with the nearest, or with its name here")
  func unknownKeys() {
    #expect(
      refusal(set("lerning-rate", "1"))
        == #"--set: unknown key "lerning-rate"; did you mean learning_rate?"#)
    #expect(refusal(set("beta", "1")) == #"--set: unknown key "beta"; here it is called kl_weight"#)
    #expect(
      refusal(set("xyzzy", "1"))
        == #"--set: unknown key "xyzzy"; `hone train --help` lists them all"#)
  }

  @Test("a value out of range is refused where it was given")
  func badValues() {
    #expect(
      refusal(set("group_size", "0"))
        == #"--set: group_size takes a whole number from 1 to 1024, not "0""#)
    #expect(
      refusal(
        ConfigurationSetting(
          key: "clip-low", given: .value(.number(1)),
          origin: .file(path: "a.json5", line: 2, column: 3)))
        == #"a.json5:2:3: clip_low takes a number of at least 0 and below 1, not "1""#)
    #expect(
      refusal(ConfigurationSetting(key: "clip-low", given: .value(.number(1)), origin: .flag))
        == #"--clip-low takes a number of at least 0 and below 1, not "1""#)
  }

  @Test("a key that the algorithm doesn't use is refused")
  func unusedKeys() {
    #expect(
      refusal(set("algorithm", "sft"), set("group_size", "4"))
        == "--set: group_size is not used by sft; leave it out")
    #expect(
      refusal(set("algorithm", "reinforce"), set("variant", "dapo"))
        == "--set: variant is not used by reinforce, only by grpo; leave it out")
    #expect(
      refusal(ConfigurationSetting(key: "context-length", given: .typed("99"), origin: .flag))
        == "--context-length is not used by grpo, only by sft; leave it out")
  }

  @Test("values that don't go together")
  func combinations() throws {
    #expect(
      refusal(set("problems", "3"), set("group_size", "4"), set("minibatches", "4"))
        == "minibatches (4) doesn't divide problems (3), and a minibatch has whole groups; "
        + "choose a divisor")
    #expect(try resolved("problems=3", "group_size=2", "minibatches=3").minibatches == 3)
    #expect(refusal(set("suite", "")).hasPrefix("suite is empty"))
    #expect(
      refusal(set("tensorboard_names", "verl"))
        == "tensorboard_names is only for tensorboard, which is off; turn it on or leave the names "
        + "out")
    #expect(
      try resolved("tensorboard=true", "tensorboard_names=verl").tensorboardNames == .verl)
    let sft = set("algorithm", "sft")
    #expect(
      refusal(sft, set("context_length", "64"))
        == "max_completion_tokens (64) leaves no room for a prompt in context_length (64); "
        + "lower the one or raise the other")
    #expect(
      refusal(sft, set("model", "arithmetic-base"), set("context_length", "256"))
        == "context_length is only for a model made from a size (nano, micro, mini), and model is "
        + #""arithmetic-base", which has its own; leave it out"#)
    #expect(try resolved("algorithm=sft", "model=mini", "context_length=256").contextLength == 256)
  }

  @Test("options that don't go together")
  func optionCombinations() throws {
    for algorithm in ["grpo", "rloo"] {
      #expect(
        refusal(set("algorithm", algorithm), set("group_size", "1"))
          == "group_size (1) leaves nothing to compare a completion with; \(algorithm) takes 2 or more"
      )
    }
    #expect(try resolved("algorithm=reinforce", "group_size=1").groupSize == 1)
    #expect(try resolved("algorithm=raft", "group_size=1").groupSize == 1)
    #expect(
      refusal(set("ratio_cap", "1.2"))
        == "ratio_cap (1.2) lies inside the clip range; take more than 1 + clip_high = 1.2, or 0 for "
        + "no bound")
    #expect(try resolved("ratio_cap=1.2", "surrogate=cispo").ratioCap == 1.2)
    #expect(
      refusal(set("surrogate", "cispo"), set("ratio_level", "completion"))
        .hasPrefix(
          "surrogate cispo weighs tokens, and ratio_level completion makes them one action"))
    #expect(
      refusal(set("sampling_rounds", "3"), set("kl_weight", "0.1"), set("kl_in_reward", "true"))
        == "sampling_rounds (3) replaces groups whose rewards are equal, and with kl_in_reward none "
        + "are; leave one of them out")
    #expect(
      refusal(set("algorithm", "raft"), set("problems", "3"), set("minibatches", "2"))
        .hasPrefix("minibatches (2) doesn't divide problems (3)"))
  }

  @Test("a variant stands for its fields, and whatever is given besides wins, in any order")
  func variants() throws {
    let dapo = try resolved("variant=dapo")
    #expect(dapo.clipLow == 0.2 && dapo.clipHigh == 0.28 && dapo.samplingRounds == 10)
    #expect(dapo.overlongPenalty == 0.5 && dapo.lossNormalization == .tokenMean)
    #expect(try resolved("clip_high=0.5", "variant=dapo").clipHigh == 0.5)
    #expect(try resolved("variant=dapo", "clip_high=0.5").samplingRounds == 10)
    let doctor = try resolved("variant=dr_grpo")
    #expect(doctor.advantageScale == .none && doctor.lossNormalization == .constantLength)
    let paper = try resolved("variant=grpo")
    #expect(paper.klWeight == 0.04 && paper.lossNormalization == .sequenceMean)
    let gspo = try resolved("variant=gspo")
    #expect(gspo.ratioLevel == .sequence && gspo.clipLow == 3e-4 && gspo.clipHigh == 4e-4)
    let cispo = try resolved("variant=cispo")
    #expect(cispo.surrogate == .cispo && cispo.weightCap == 5)
    var bnpo = try resolved("variant=bnpo")
    bnpo.variant = .none
    #expect(bnpo == Configuration())
    // A file, then a flag: the last variant is the one that counts, and none of the first is left.
    let last = try resolved("variant=gspo", "variant=dr_grpo")
    #expect(last.ratioLevel == .token && last.clipLow == 0.2)
  }

  @Test("every setting of a variant is one that grpo reads and takes")
  func variantsAreValid() throws {
    for variant in Configuration.Variant.allCases {
      let configuration = try resolved("variant=\(variant.rawValue)")
      #expect(configuration.variant == variant)
      for (key, value) in variant.settings {
        let field = try #require(Configuration.fields.first { $0.key == key })
        #expect(field.algorithms.contains(.grpo))
        #expect(try field.kind.checked(value) == value && field.get(configuration) == value)
      }
    }
  }

  @Test("--set without a key or a value", arguments: ["steps", "=5", ""])
  func badAssignments(text: String) {
    #expect(throws: ConfigurationError.self) { try ConfigurationSetting(assignment: text) }
  }
}
