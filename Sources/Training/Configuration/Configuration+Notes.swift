extension Configuration {
  /// What users should know of this combination of values: what a variant stands for, settings that can
  /// do nothing here, and arms that can't learn.
  package var notes: [String] {
    variantNotes
      + (samplesCompletions ? ratioNotes + rewardNotes + divergenceNotes : demonstrationNotes)
      + criticNotes + optimizerNotes
  }

  private var variantNotes: [String] {
    guard variant != .none else { return [] }
    let (kept, others) = variant.settings.reduce(into: ([String](), [String]())) { lists, setting in
      let value = Self.field(setting.key).get(self)
      let text = "\(setting.key) \(value.plainText)"
      if value == setting.value { lists.0.append(text) } else { lists.1.append(text) }
    }
    let isDefault = variant.settings.allSatisfy { setting in
      setting.value == Self.field(setting.key).defaultValue(for: algorithm)
    }
    return [
      "variant \(variant.rawValue) stands for \(kept.joined(separator: ", "))"
        + (isDefault ? "; all of them are the defaults" : "")
        + (others.isEmpty ? "" : "; set otherwise: \(others.joined(separator: ", "))")
    ]
  }

  /// Where all ratios are 1, or where one surrogate leaves the other's settings unread.
  private var ratioNotes: [String] {
    let names = ["clip_low", "clip_high", "ratio_cap", "ratio_level", "surrogate", "weight_cap"]
      .filter { Self.field($0).algorithms.contains(algorithm) }
    guard !names.isEmpty else { return [] }
    guard updatesPerStep > 1 else {
      return [
        "epochs = minibatches = 1: the one update of a step starts at the policy that sampled, so "
          + "every probability ratio is 1 and \(Self.listed(names)) can't matter"
      ]
    }
    return surrogate == .cispo
      ? idle(["clip_low", "clip_high", "ratio_cap"], "with surrogate cispo: no ratio is clipped")
      : idle(["weight_cap"], "with surrogate clip: the ratio is no weight")
  }

  private var rewardNotes: [String] {
    var notes: [String] = []
    if advantageScale == .none {
      notes += idle(["advantage_epsilon"], "with advantage_scale none: nothing is divided")
    }
    if overlongPenalty == 0 { notes += idle(["overlong_margin"], "with overlong_penalty 0") }
    if algorithm == .raft && acceptedPerGroup >= groupSize {
      notes.append(
        "accepted_per_group \(acceptedPerGroup) keeps all that is accepted: a group has "
          + "\(groupSize)")
    }
    if !shadowVerifier.isEmpty && shadowVerifier == verifier {
      notes.append("shadow_verifier is the verifier itself: the two can't part")
    }
    if rewards == .random {
      notes.append("rewards random is the null arm: a lift here is noise or a mistake")
    }
    return notes
  }

  private var divergenceNotes: [String] {
    guard klWeight > 0 else { return idle(["kl_estimator", "kl_in_reward"], "with kl_weight 0") }
    var notes = idle(["log_kl"], "with kl_weight above 0: the divergence is measured anyway")
    if !klInReward && klEstimator == .k1 {
      notes.append(
        "kl_estimator k1 in the loss holds nothing: its slope is the same whatever the first policy, "
          + "and 0 on average; take k2 or k3, or kl_in_reward")
    }
    return notes
  }

  private var criticNotes: [String] {
    guard algorithm.hasCritic else { return [] }
    var notes: [String] = []
    if algorithm == .ppo && updatesPerStep == 1 && valueClip > 0 {
      notes.append(
        "epochs = minibatches = 1: no value has moved when the critic is updated, so value_clip can't "
          + "matter")
    }
    if criticWarmupSteps >= steps {
      notes.append(
        "critic_warmup_steps (\(criticWarmupSteps)) isn't below steps (\(steps)): the policy will not "
          + "change")
    }
    return notes
  }

  private var demonstrationNotes: [String] {
    guard evaluationSamples == 0 else { return [] }
    return ["temperature", "top_k", "top_p"].contains(where: isChanged)
      ? [
        "temperature, top_k and top_p do nothing in sft with evaluation_samples 0: nothing is sampled"
      ] : []
  }

  private var optimizerNotes: [String] {
    var notes: [String] = []
    if learningRate == 0 { notes.append("learning_rate 0: the weights will not change") }
    if schedule == .constant {
      notes += idle(["final_learning_rate_fraction"], "with schedule constant")
    }
    if warmupSteps > 0 && warmupSteps >= steps {
      notes.append(
        "warmup_steps (\(warmupSteps)) isn't below steps (\(steps)): the learning rate only rises")
    }
    return notes
  }

  /// A note on those of these fields that are read, and were changed, and do nothing.
  private func idle(_ keys: [String], _ why: String) -> [String] {
    let changed = keys.filter(isChanged)
    guard !changed.isEmpty else { return [] }
    return ["\(Self.listed(changed)) \(changed.count == 1 ? "does" : "do") nothing \(why)"]
  }

  private func isChanged(_ key: String) -> Bool {
    let field = Self.field(key)
    return field.algorithms.contains(algorithm) && differsFromDefault(field)
  }

  /// `a`, `a and b`, `a, b and c`.
  private static func listed(_ names: [String]) -> String {
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " and " + last
  }
}
