import Algorithms
import Learning
import Settings
import Testing

@Suite("Settings: resolving what was given")
struct ResolveTests {
  private func set(_ key: String, _ text: String) -> GivenSetting {
    GivenSetting(key: key, given: .typed(text), origin: .set)
  }

  @Test("the last setting of a key wins, in either case")
  func strength() throws {
    #expect(try resolved("steps=5", "steps=7").run.steps == 7)
    #expect(
      try settings(GRPOSettings.self, "learning_rate=1", "learning-rate=1e-3").optimizer
        .learningRate == 1e-3)
    #expect(try resolved(" suite = logic ").run.suite == "logic")
    #expect(try resolved("suite=a=b").run.suite == "a=b")
    #expect(try resolved("run=").run.run.isEmpty)
  }

  @Test("the algorithm given anywhere decides the defaults")
  func defaultsFollowAlgorithm() throws {
    let configuration = try resolved("seed=1", "algorithm=sft")
    #expect(configuration.run.steps == 1500 && configuration.run.seed == 1)
    #expect(
      try settings(GRPOSettings.self, "algorithm=sft", "algorithm=grpo", "group_size=4").sampling
        .groupSize == 4)
  }

  @Test("an unknown key is answered with the nearest, or with its name here")
  func unknownKeys() {
    #expect(
      refusal(set("lerning-rate", "1"))
        == #"--set: unknown key "lerning-rate"; did you mean learning_rate?"#)
    #expect(
      refusal(set("kl_coef", "1"))
        == #"--set: unknown key "kl_coef"; here it is called kl_weight"#)
    #expect(
      refusal(set("xyzzy", "1"))
        == #"--set: unknown key "xyzzy"; `hone train --help` lists them all"#)
  }

  @Test("the name of another trainer means a field of the algorithm first")
  func aliases() {
    let catalog = SettingsCatalog([GRPOSettings.self, OtherBeta.self, KeyedBeta.self])
    func refusal(_ algorithm: String) -> String {
      do {
        _ = try catalog.resolve([set("beta", "1"), set("algorithm", algorithm)])
        return "taken"
      } catch {
        return "\(error)"
      }
    }
    #expect(
      refusal("grpo")
        == "--set: beta is not used by grpo, only by keyed; here it is called kl_weight")
    #expect(
      refusal("other")
        == "--set: beta is not used by other, only by keyed; here it is called steepness")
    #expect(refusal("keyed") == "taken")
  }

  @Test("a value out of range is refused where it was given")
  func badValues() {
    #expect(
      refusal(set("group_size", "0"))
        == #"--set: group_size takes a whole number from 1 to 1024, not "0""#)
    #expect(
      refusal(
        GivenSetting(
          key: "clip-low", given: .value(.number(1)),
          origin: .file(path: "a.json5", line: 2, column: 3)))
        == #"a.json5:2:3: clip_low takes a number of at least 0 and below 1, not "1""#)
    #expect(
      refusal(GivenSetting(key: "clip-low", given: .value(.number(1)), origin: .flag))
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
      refusal(GivenSetting(key: "context-length", given: .typed("99"), origin: .flag))
        == "--context-length is not used by grpo, only by sft; leave it out")
  }

  @Test("values that don't go together")
  func combinations() throws {
    #expect(
      refusal(set("problems", "3"), set("group_size", "4"), set("minibatches", "4"))
        == "minibatches (4) doesn't divide problems (3), and a minibatch has whole groups; "
        + "choose a divisor")
    #expect(
      try settings(GRPOSettings.self, "problems=3", "group_size=2", "minibatches=3").updates
        .minibatches == 3)
    #expect(refusal(set("suite", "")).hasPrefix("suite is empty"))
    #expect(
      refusal(set("tensorboard_names", "verl"))
        == "tensorboard_names is only for tensorboard, which is off; turn it on or leave the names "
        + "out")
    #expect(
      try resolved("tensorboard=true", "tensorboard_names=verl").run.tensorboardNames == .verl)
    let sft = set("algorithm", "sft")
    #expect(
      refusal(sft, set("context_length", "64"))
        == "max_completion_tokens (64) leaves no room for a prompt in context_length (64); "
        + "lower the one or raise the other")
    #expect(
      refusal(sft, set("model", "arithmetic-base"), set("context_length", "256"))
        == "context_length is only for a model made from a size (nano, micro, mini), and model is "
        + #""arithmetic-base", which has its own; leave it out"#)
    #expect(
      try settings(SFTSettings.self, "model=mini", "context_length=256").newModel.contextLength
        == 256)
  }

  @Test("options that don't go together")
  func optionCombinations() throws {
    for algorithm in ["grpo", "rloo"] {
      #expect(
        refusal(set("algorithm", algorithm), set("group_size", "1"))
          == "group_size (1) leaves nothing to compare a completion with; \(algorithm) takes 2 or more"
      )
    }
    #expect(try settings(REINFORCESettings.self, "group_size=1").sampling.groupSize == 1)
    #expect(try settings(RAFTSettings.self, "group_size=1").sampling.groupSize == 1)
    #expect(
      refusal(set("ratio_cap", "1.2"))
        == "ratio_cap (1.2) lies inside the clip range; take more than 1 + clip_high = 1.2, or 0 for "
        + "no bound")
    #expect(
      try settings(GRPOSettings.self, "ratio_cap=1.2", "surrogate=cispo").clip.ratioCap == 1.2)
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

  @Test("a variant stands for its fields, and whatever is given wins, in any order")
  func variants() throws {
    let dapo = try settings(GRPOSettings.self, "variant=dapo")
    #expect(dapo.clip.clipLow == 0.2 && dapo.clip.clipHigh == 0.28 && dapo.samplingRounds == 10)
    #expect(dapo.length.overlongPenalty == 0.5 && dapo.loss.lossNormalization == .tokenMean)
    #expect(try settings(GRPOSettings.self, "clip_high=0.5", "variant=dapo").clip.clipHigh == 0.5)
    #expect(try settings(GRPOSettings.self, "variant=dapo", "clip_high=0.5").samplingRounds == 10)
    let doctor = try settings(GRPOSettings.self, "variant=dr_grpo")
    #expect(doctor.advantageScale == .none && doctor.loss.lossNormalization == .constantLength)
    let paper = try settings(GRPOSettings.self, "variant=grpo")
    #expect(paper.divergence.klWeight == 0.04 && paper.loss.lossNormalization == .sequenceMean)
    let gspo = try settings(GRPOSettings.self, "variant=gspo")
    #expect(gspo.ratioLevel == .sequence && gspo.clip.clipLow == 3e-4 && gspo.clip.clipHigh == 4e-4)
    let cispo = try settings(GRPOSettings.self, "variant=cispo")
    #expect(cispo.surrogate == .cispo && cispo.weightCap == 5)
    var bnpo = try settings(GRPOSettings.self, "variant=bnpo")
    bnpo.variant = SettingsVariant.none
    #expect(bnpo == GRPOSettings())
    // A file, then a flag: the last variant is the one that counts, and none of the first is left.
    let last = try settings(GRPOSettings.self, "variant=gspo", "variant=dr_grpo")
    #expect(last.ratioLevel == .token && last.clip.clipLow == 0.2)
  }

  @Test("every setting of a variant is one that its algorithm has and takes")
  func variantsAreValid() throws {
    for algorithm in catalog.algorithms {
      for variant in algorithm.variants {
        let configuration = try resolved("algorithm=\(algorithm.name)", "variant=\(variant.name)")
        #expect(configuration.settings.chosenVariant?.name == variant.name)
        for (key, value) in variant.settings {
          let field = try #require(algorithm.rows.first { $0.key == key })
          #expect(try field.kind.checked(value) == value && configuration.value(key) == value)
        }
      }
    }
    #expect(
      GRPOSettings.variants.map(\.name) == ["grpo", "dr_grpo", "bnpo", "dapo", "gspo", "cispo"])
  }

  @Test("--set without a key or a value", arguments: ["steps", "=5", ""])
  func badAssignments(text: String) {
    #expect(throws: SettingsError.self) { try GivenSetting(assignment: text) }
  }
}

/// An algorithm whose beta is something else than GRPO's.
private struct OtherBeta: AlgorithmSettings {
  static let name = "other"
  static let summary = "for tests"
  var run = RunSettings()
  var steepness = 0.1
  var step: StepDescription { StepDescription(words: [], examples: 1, updates: 1) }
  static var fields: [Field<OtherBeta>] {
    RunSettings.fields(in: \.run)
    Field("steepness", \.steepness, .number(.above(0)), "how steep", in: .objective)
      .aliases("beta")
  }
}

/// An algorithm that calls something beta itself.
private struct KeyedBeta: AlgorithmSettings {
  static let name = "keyed"
  static let summary = "for tests"
  var run = RunSettings()
  var beta = 0.1
  var step: StepDescription { StepDescription(words: [], examples: 1, updates: 1) }
  static var fields: [Field<KeyedBeta>] {
    RunSettings.fields(in: \.run)
    Field("beta", \.beta, .number(.above(0)), "how steep", in: .objective)
  }
}
