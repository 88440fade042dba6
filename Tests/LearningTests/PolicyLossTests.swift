import Learning
import Testing

/// Every loss of losses.json, as TRL's own trainers made them.
@Suite struct PolicyLossTests {
  /// Entries that nothing here computes, by how their names start, with the reason.
  static let notBuilt: [(prefix: String, reason: String)] = [
    ("sapo", "soft gates instead of clips; not asked for"),
    ("vespo", "a variational weight; not asked for"),
    ("dapo/top entropy quantile", "drops tokens of low entropy; not asked for"),
    (
      "dapo/off-policy mask",
      "drops completions far from the sampler; Hone's sampler is the trainer"
    ),
    ("grpo/token/bias-corrected kl", "the KL times the ratio; Hone has the paper's KL"),
    ("grpo/sequence/bias-corrected kl", "the KL times the ratio; Hone has the paper's KL"),
    ("grpo/on-policy/bias-corrected kl", "the KL times the ratio; Hone has the paper's KL"),
  ]

  /// Options that `loss(of:)` and the test understand; any other makes the test fail.
  static let knownOptions: Set = [
    "loss_type", "importance_sampling_level", "beta", "epsilon", "epsilon_high", "scale_rewards",
    "use_bias_correction_kl", "delta", "mask_truncated_completions", "num_iterations",
    "entropy_coef", "normalize_advantages",
  ]

  static func isBuilt(_ name: String) -> Bool {
    !notBuilt.contains { name.hasPrefix($0.prefix) }
  }

  static func loss(of entry: FixtureValue) -> PolicyLoss {
    let options = entry["options"]
    let low = options["epsilon"].number ?? 0.2
    let isRLOO = entry["trainer"].text == "RLOOTrainer"
    let level: RatioLevel =
      isRLOO
      ? .completion : options["importance_sampling_level"].text == "sequence" ? .sequence : .token
    // TRL's cap is epsilon_high itself, or epsilon where that is not given.
    let surrogate: PolicySurrogate =
      if options["loss_type"].text == "cispo" {
        .truncatedWeight(TruncatedWeightSurrogate(cap: options["epsilon_high"].number ?? low))
      } else {
        .clipped(
          ClippedSurrogate(
            clipLow: low, clipHigh: options["epsilon_high"].number ?? low,
            ratioCap: options["delta"].number ?? .infinity))
      }
    return PolicyLoss(
      surrogate, ratioLevel: level, klWeight: isRLOO ? 0 : options["beta"].number ?? 0,
      entropyWeight: options["entropy_coef"].number ?? 0)
  }

  static func divisor(of entry: FixtureValue, lengths: [Int], tokens: Int) -> LossDivisor {
    if entry["trainer"].text == "RLOOTrainer" || entry["options"]["loss_type"].text == "luspo" {
      return LossDivisor(
        .sequenceSum, completions: lengths.count, tokens: tokens, maxCompletionTokens: 10)
    }
    let normalization: LossNormalization =
      switch entry["options"]["loss_type"].text {
      case "grpo": .sequenceMean
      case "dr_grpo": .constantLength
      default: .tokenMean
      }
    return LossDivisor(
      normalization, completions: lengths.count, tokens: tokens, maxCompletionTokens: 10)
  }

  /// The advantages, by Hone's functions from the rewards; those of RLOO with KL are taken as given.
  static func advantages(of entry: FixtureValue, batch: FixtureValue) -> [Double] {
    guard let rewards = entry["rewards"].text, entry["advantages"] != .null else {
      return groupRelativeAdvantages(
        rewards: batch["rewards"]["main"].optionalNumbers, groupSize: 4, scale: .group
      ).advantages
    }
    let options = entry["options"]
    let numbers = batch["rewards"][rewards].optionalNumbers
    if entry["trainer"].text == "RLOOTrainer" {
      guard options["beta"].number == 0 else { return entry["advantages"].numbers }
      return leaveOneOutAdvantages(
        rewards: numbers, groupSize: 4, normalized: options["normalize_advantages"].isTrue
      ).advantages
    }
    let scale = AdvantageScale(rawValue: options["scale_rewards"].text ?? "group") ?? .none
    return groupRelativeAdvantages(rewards: numbers, groupSize: 4, scale: scale).advantages
  }

  @Test func everyLossAndSlopeOfTRL() throws {
    let losses = try FixtureValue.load("losses.json")
    let truncated = losses["batch"]["truncated"].elements.map(\.isTrue)
    var checked = 0
    for (name, entry) in losses["losses"].members where Self.isBuilt(name) {
      let options = entry["options"]
      let unknown = options.members.map(\.key).filter { !Self.knownOptions.contains($0) }
      #expect(unknown.isEmpty, "\(name): what does \(unknown) mean here?")
      // TRL multiplies the KL by the ratio where this is on, and that shows where there is a KL.
      let correctsKL = options["use_bias_correction_kl"] != .flag(false)
      #expect(
        !correctsKL || (options["beta"].number ?? 0) == 0 || name.hasPrefix("rloo"), "\(name)")

      var batch = RaggedBatch(losses: losses)
      let lengths = batch.lengths
      batch.advantages = Self.advantages(of: entry, batch: losses["batch"])
      if options["num_iterations"].number == 1 { batch.old = batch.new }
      let masks = options["mask_truncated_completions"].isTrue
      let leftOut = masks ? Set(lengths.indices.filter { truncated[$0] }) : []
      let tokens = lengths.indices.reduce(0) { $0 + (leftOut.contains($1) ? 0 : lengths[$1]) }
      if let count = entry["num_items_in_batch"].number { #expect(Double(tokens) == count) }
      // TRL's bnpo divides by the tokens of the piece at hand; that entry has a test of its own.
      if name == "bnpo/two micro-batches" { continue }

      let loss = Self.loss(of: entry)
      let divisor = Self.divisor(of: entry, lengths: lengths, tokens: tokens)
      let (sums, slopes) = batch.evaluate(loss, divisor: divisor, without: leftOut)
      var total = sums.loss
      if loss.entropyWeight > 0 {
        // All completions of that entry take part, as one piece.
        let entropies = losses["batch"]["entropies"].ragged(lengths)
        let weight = divisor.weight(completionTokens: entropies.count)
        total += loss.entropyTerm(entropies: entropies.span, weight: weight).loss
      }
      if entry["trainer"].text == "RLOOTrainer" {
        // TRL's masked completion has the ratio 1 of no tokens, and so adds its advantage to the
        // loss, without a slope. Hone's isn't there.
        for index in leftOut { total -= batch.advantages[index] / Double(lengths.count) }
      }
      let gap = (total - (entry["loss"].number ?? .nan)).magnitude
      #expect(gap < 1e-10, "\(name): loss off by \(gap)")
      let slopeGap = largestDifference(slopes, entry["gradient"].ragged(lengths))
      #expect(slopeGap < 1e-10, "\(name): slopes off by \(slopeGap)")
      expectMetrics(of: entry, name: name, sums: sums, loss: loss, completions: lengths.count)
      checked += 1
    }
    #expect(checked == 89)
  }

  /// TRL's metrics are made in float32.
  private func expectMetrics(
    of entry: FixtureValue, name: String, sums: LossSums, loss: PolicyLoss, completions: Int
  ) {
    // TRL counts one ratio per completion, masked or not, where the tokens share a ratio.
    let total = loss.ratioLevel == .token ? nil : completions
    let pairs = [
      ("clip_ratio/low_mean", sums.clipRatioLow(of: total)),
      ("clip_ratio/high_mean", sums.clipRatioHigh(of: total)),
      ("clip_ratio/region_mean", sums.clipRatioRegion(of: total)),
      ("cispo_clip_ratio", sums.weightCappedShare(of: total)),
      // RLOO's is the sum over tokens that went off the reward.
      ("kl", entry["trainer"].text == "RLOOTrainer" ? .nan : sums.klEstimates?.k3 ?? .nan),
    ]
    for (metric, value) in pairs where !value.isNaN {
      guard let expected = entry["metrics"][metric].number else { continue }
      #expect(
        (value - expected).magnitude < 1e-6, "\(name): \(metric) is \(value), not \(expected)")
    }
  }

  /// An entry made by a newer generator is either computed or named; none goes by unseen.
  @Test func everyEntryIsComputedOrNamed() throws {
    let names = try FixtureValue.load("losses.json")["losses"].members.map(\.key)
    #expect(names.count == 97)
    for entry in Self.notBuilt {
      #expect(names.contains { $0.hasPrefix(entry.prefix) }, "no entry \(entry.prefix)")
    }
    #expect(names.count { !Self.isBuilt($0) } == 7)
  }

  /// TRL's bnpo gives another loss when the same batch is cut in two: each half is divided by its own
  /// tokens. Hone's token mean divides by those of the whole update, which is the uncut bnpo.
  @Test func theCutThatHoneDoesNotMake() throws {
    let losses = try FixtureValue.load("losses.json")
    let entry = losses["losses"]["bnpo/two micro-batches"]
    var batch = RaggedBatch(losses: losses)
    batch.advantages = Self.advantages(of: entry, batch: losses["batch"])
    let loss = Self.loss(of: entry)
    var slopes = [Double](repeating: 0, count: batch.new.count)
    var total = 0.0
    for half in [0..<4, 4..<8] {
      let tokens = half.reduce(0) { $0 + batch.lengths[$1] }
      let divisor = LossDivisor(
        .tokenMean, completions: 4, tokens: 2 * tokens, maxCompletionTokens: 10)
      total += batch.accumulate(loss, divisor: divisor, completions: half, into: &slopes).loss
    }
    #expect((total - (entry["loss"].number ?? .nan)).magnitude < 1e-10)
    #expect(largestDifference(slopes, entry["gradient"].ragged(batch.lengths)) < 1e-10)
    let whole = losses["losses"]["bnpo/token/beta 0/high none"]["loss"].number ?? .nan
    #expect((total - whole).magnitude > 0.01)
    for name in ["grpo", "dr_grpo", "dapo", "cispo"] {
      let cut = losses["losses"]["\(name)/two micro-batches"]
      let pieces = cut["micro_batch_losses"].numbers
      #expect((pieces.reduce(0, +) - (cut["loss"].number ?? .nan)).magnitude < 1e-10)
    }
  }
}
