package import Experience
package import Learning
package import Settings
internal import Statistics

/// Direct preference optimization on pairs of completions, without sampling and without a reward.
///
/// Rafailov et al., "Direct Preference Optimization: Your Language Model is Secretly a Reward Model" (arXiv
/// 2305.18290), equation 7. Where a step differs from the paper the rows below say so. Differences that are no
/// setting:
/// - π_ref is the model that training starts from; the paper fine-tunes it on the chosen completions first,
///   which is a run of `sft` here.
package struct DPOSettings: AlgorithmSettings {
  package static let name = "dpo"
  package static let summary = "direct preference optimization on pairs of completions"
  package static let paper: String? = "arXiv 2305.18290"

  package var run = RunSettings()
  package var batch = BatchSettings()
  package var pairs = PairSettings()
  package var optimizer = OptimizerSettings()

  /// How closely the policy is kept to the reference: beta of equation 7.
  package var beta = 0.1

  package init() { optimizer.learningRate = 1e-5 }

  package static var fields: [Field<DPOSettings>] {
    RunSettings.fields(in: \.run)
    BatchSettings.fields(in: \.batch)
    PairSettings.fields(in: \.pairs)
    Field(
      "beta", \.beta, .number(.above(0, to: 100)),
      "how closely dpo keeps to the policy that training starts from", in: .objective
    ).paper("arXiv 2305.18290").aliases("dpo_beta").deviation("0.1, as in most of the paper's runs")
    OptimizerSettings.fields(in: \.optimizer).deviation(
      "AdamW with a limit on the gradient's norm; the paper has RMSProp", in: "max_gradient_norm")
  }

  package func check() throws(SettingsError) { try pairs.check(Self.name) }

  package var notes: [String] { notes(optimizer) }

  package var step: StepDescription {
    var step = StepDescription(
      words: [Quantity.counted(batch.problems, "pair") + " = 1 optimizer update"],
      examples: batch.problems, updates: 1)
    step.example = "pair"
    step.samplesCompletions = false
    step.keepsReference = true
    return step
  }
}

/// Direct preference optimization, from pairs to new weights.
package struct DPO: Algorithm {
  package let policy: Network
  private let settings: DPOSettings
  private let lab: Lab
  private let pairs: Pairs
  private let reference: Network

  package init(_ settings: DPOSettings, _ lab: Lab) throws {
    self.settings = settings
    self.lab = lab
    policy = lab.network(lab.model, settings.optimizer, temperature: 1)
    reference = Network(frozen: lab.model.copy(), beside: policy)
    pairs = try Pairs(settings.pairs, lab, perStep: settings.batch.problems)
  }

  package mutating func step(_ step: Int) throws -> StepOutcome {
    let start = Clock.now
    var batch = try pairs.experience(step: step)
    // log π_ref(y_w | x) and log π_ref(y_l | x)
    batch[.reference] = .occurrences(reference.logProbabilities(of: batch))
    // -log σ(β log π(y_w)/π_ref(y_w) - β log π(y_l)/π_ref(y_l)), and a step of AdamW
    let rate = lab.learningRate(settings.optimizer, step: step)
    let tally = try policy.update(
      on: batch, by: DPOLoss(beta: settings.beta), learningRate: rate)
    return StepOutcome(
      step: step, lab, batch, tally, learningRate: rate, start: start, entries: tally.sums.entries)
  }

  package mutating func state(_ snapshot: any Snapshot) throws {
    try policy.state(snapshot)
    try reference.state(snapshot, as: "reference")
    try pairs.state(snapshot, lab)
  }
}
