internal import JSON
import LanguageModel

extension Configuration {
  /// Sizes that `model` may name besides checkpoints; they start from random weights.
  package static let sizes = ["nano", "micro", "mini"]

  /// Fills the fields from what was given, over the defaults of the algorithm that was given.
  ///
  /// - Parameter settings: the weakest first; a later setting of a key wins over an earlier one. The
  ///   command line gives the file, then the flags, then `--set`.
  /// - Throws: `ConfigurationError` for an unknown key, a value out of range, a key that the algorithm
  ///   doesn't use, and values that don't go together.
  package init(resolving settings: [ConfigurationSetting]) throws(ConfigurationError) {
    var found:
      [(setting: ConfigurationSetting, field: ConfigurationField, value: ConfigurationValue)]
    found = []
    for setting in settings {
      let field = try setting.field()
      found.append((setting, field, try setting.value(for: field)))
    }
    // The algorithm first: it decides the defaults and which of the other keys are read at all.
    var chosen = Configuration()
    for entry in found where entry.field.key == "algorithm" {
      entry.field.set(&chosen, entry.value)
    }
    self.init(algorithm: chosen.algorithm)
    for entry in found {
      guard entry.field.algorithms.contains(algorithm) else {
        throw entry.setting.refusal(of: entry.field, by: algorithm)
      }
      if entry.field.key == "variant" { entry.field.set(&self, entry.value) }
    }
    // What the variant stands for is weaker than whatever was given, in any place.
    for (key, value) in variant.settings { Self.field(key).set(&self, value) }
    for entry in found { entry.field.set(&self, entry.value) }
    if sharedTrunk && !found.contains(where: { $0.field.key == "critic_warmup_steps" }) {
      criticWarmupSteps = 0
    }
    try checkCombinations()
  }

  /// The field of a key that is known to be there.
  static func field(_ key: String) -> ConfigurationField {
    guard let field = fields.first(where: { $0.key == key }) else {
      preconditionFailure("no field \(key)")
    }
    return field
  }

  /// The fields that the algorithm reads, with their values, in the table's order.
  package var entries: [(field: ConfigurationField, value: ConfigurationValue)] {
    Self.fields.filter { $0.algorithms.contains(algorithm) }.map { ($0, $0.get(self)) }
  }

  /// Whether a field has another value than the algorithm's default.
  func differsFromDefault(_ field: ConfigurationField) -> Bool {
    field.get(self) != field.defaultValue(for: algorithm)
  }

  /// Whether the policy samples completions that a verifier judges; `sft` reads demonstrations.
  package var samplesCompletions: Bool { algorithm != .sft }

  /// Whether the first policy is kept, for the KL divergence from it.
  package var needsReference: Bool { klWeight > 0 || logKl }

  /// Whether `model` is a size, so that training starts from random weights.
  package var startsFromSize: Bool { Self.sizes.contains(model) }

  private func checkCombinations() throws(ConfigurationError) {
    if suite.isEmpty {
      throw ConfigurationError(.setting, "suite is empty; name a suite (`hone suites` lists them)")
    }
    if !tensorboard && tensorboardNames != .hone {
      throw ConfigurationError(
        .setting,
        "tensorboard_names is only for tensorboard, which is off; turn it on or leave the names out"
      )
    }
    switch algorithm {
    case .grpo, .rloo:
      try checkMinibatches()
      try checkGroups()
      try checkRatios()
    case .raft: try checkMinibatches()
    case .ppo:
      try checkParts()
      try checkRatios()
      try checkCritic()
    case .a2c: try checkCritic()
    case .reinforce: break
    case .sft:
      if startsFromSize {
        if maxCompletionTokens >= contextLength {
          throw ConfigurationError(
            .setting,
            "max_completion_tokens (\(maxCompletionTokens)) leaves no room for a prompt in "
              + "context_length (\(contextLength)); lower the one or raise the other")
        }
        _ = try shape(ofSize: model)
      } else {
        try refuseSizeFields()
      }
    }
  }

  private func checkMinibatches() throws(ConfigurationError) {
    if !problems.isMultiple(of: minibatches) {
      throw ConfigurationError(
        .setting,
        "minibatches (\(minibatches)) doesn't divide problems (\(problems)), and a minibatch has "
          + "whole groups; choose a divisor")
    }
  }

  /// Refuses more minibatches than there are completions to put into them.
  private func checkParts() throws(ConfigurationError) {
    if minibatches > completionsPerStep {
      throw ConfigurationError(
        .setting,
        "minibatches (\(minibatches)) is more than the completions of a step "
          + "(\(completionsPerStep)); lower it")
    }
  }

  /// Refuses what a critic of the other kind would read.
  private func checkCritic() throws(ConfigurationError) {
    if sharedTrunk && criticWarmupSteps > 0 {
      throw ConfigurationError(
        .setting,
        "critic_warmup_steps (\(criticWarmupSteps)) is for a critic of its own: with shared_trunk the "
          + "critic can't learn without moving the policy; leave it out")
    }
    let unread =
      sharedTrunk
      ? (key: "critic_learning_rate", why: "with shared_trunk learning_rate moves both")
      : (key: "value_weight", why: "without shared_trunk the critic has a loss of its own")
    if differsFromDefault(Self.field(unread.key)) {
      throw ConfigurationError(.setting, "\(unread.key) is not used: \(unread.why); leave it out")
    }
  }

  private func checkGroups() throws(ConfigurationError) {
    if groupSize < 2 {
      throw ConfigurationError(
        .setting,
        "group_size (\(groupSize)) leaves nothing to compare a completion with; "
          + "\(algorithm.rawValue) takes 2 or more")
    }
    if samplingRounds > 1 && klWeight > 0 && klInReward {
      throw ConfigurationError(
        .setting,
        "sampling_rounds (\(samplingRounds)) replaces groups whose rewards are equal, and with "
          + "kl_in_reward none are; leave one of them out")
    }
  }

  private func checkRatios() throws(ConfigurationError) {
    if surrogate == .cispo && ratioLevel == .completion {
      throw ConfigurationError(
        .setting,
        "surrogate cispo weighs tokens, and ratio_level completion makes them one action; take "
          + "ratio_level token or sequence")
    }
    if surrogate == .clip && ratioCap > 0 && ratioCap <= 1 + clipHigh {
      throw ConfigurationError(
        .setting,
        "ratio_cap (\(shortestText(of: ratioCap))) lies inside the clip range; take more than "
          + "1 + clip_high = \(shortestText(of: 1 + clipHigh)), or 0 for no bound")
    }
  }

  /// The shape of a new model of a size, over the standard vocabulary; nil where `name` is no size.
  ///
  /// - Throws: `ConfigurationError` where the settings don't make a model, such as key-value heads
  ///   that don't divide the heads.
  func shape(ofSize name: String) throws(ConfigurationError) -> ModelConfiguration? {
    guard
      let shape = ModelConfiguration.preset(
        name, vocabularySize: Vocabulary.standard.count, contextLength: contextLength,
        keyValueHeads: keyValueHeads == 0 ? nil : keyValueHeads, tiesEmbeddings: tiedEmbeddings)
    else { return nil }
    if let problem = shape.problem {
      throw ConfigurationError(
        .setting,
        "a model of size \(name): \(problem); change key_value_heads or context_length")
    }
    return shape
  }

  private func refuseSizeFields() throws(ConfigurationError) {
    for key in ["context_length", "key_value_heads", "tied_embeddings"] {
      guard let field = Self.fields.first(where: { $0.key == key }) else { continue }
      if differsFromDefault(field) {
        throw ConfigurationError(
          .setting,
          "\(key) is only for a model made from a size (\(Self.sizes.joined(separator: ", "))), and "
            + "model is \(jsonString(model)), which has its own; leave it out")
      }
    }
  }
}
