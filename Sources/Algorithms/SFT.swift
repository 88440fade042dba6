package import Experience
package import Learning
package import Settings
internal import Statistics

/// Supervised fine-tuning on the suite's worked demonstrations: cross-entropy of their tokens.
///
/// The warm-up that gives reinforcement learning a policy with some signal; it makes the shipped
/// bases. Its gradient is the policy gradient with advantage 1 on demonstrations, averaged over
/// tokens.
package struct SFTSettings: AlgorithmSettings {
  package static let name = "sft"
  package static let summary = "supervised fine-tuning on the suite's demonstrations"

  package var run = RunSettings()
  package var batch = BatchSettings()
  package var optimizer = OptimizerSettings()
  package var newModel = NewModelSettings()

  /// Share of the demonstrations whose reasoning is left out, so that only the answer is learned: a
  /// policy that thinks only sometimes, which reinforcement learning then teaches to think ("How
  /// reinforcement learning after next-token prediction facilitates learning", arXiv 2510.11495).
  package var answerOnlyShare = 0.0

  package init() {
    run.model = "nano"
    run.steps = 1500
    batch.problems = 256
    optimizer.learningRate = 2e-3
    optimizer.warmupSteps = 50
    optimizer.schedule = .cosine
  }

  package static var fields: [Field<SFTSettings>] {
    RunSettings.fields(in: \.run)
    BatchSettings.fields(in: \.batch)
    OptimizerSettings.fields(in: \.optimizer)
    Field(
      "answer_only_share", \.answerOnlyShare, .number(.from(0, to: 1)),
      "share of demonstrations whose reasoning is left out", in: .demonstrations
    ).paper("arXiv 2510.11495")
    NewModelSettings.fields(in: \.newModel)
  }

  package func check() throws(SettingsError) { try newModel.check(run) }

  package var notes: [String] {
    let names = ["temperature", "top_k", "top_p"]
    let isSampled = run.evaluationSamples > 0 || idle(names, "").isEmpty
    return
      (isSampled
      ? []
      : [
        "temperature, top_k and top_p do nothing in sft with evaluation_samples 0: nothing is sampled"
      ])
      + notes(optimizer)
  }

  package var step: StepDescription {
    var step = StepDescription(
      words: [
        Quantity.counted(batch.problems, "demonstration")
          + " = 1 optimizer update, on all their tokens"
      ], examples: batch.problems, updates: 1)
    step.example = "demonstration"
    step.samplesCompletions = false
    step.needsDemonstrations = true
    return step
  }
}

/// Supervised fine-tuning, from demonstrations to new weights.
package struct SupervisedFineTuning: Algorithm {
  package let policy: Network
  private let settings: SFTSettings
  private let lab: Lab
  private let demonstrations: Demonstrations
  private let objective: PolicyObjective

  package init(_ settings: SFTSettings, _ lab: Lab) {
    self.settings = settings
    self.lab = lab
    // Demonstrations are learned as they are; the temperature is only for sampling.
    policy = lab.network(lab.model, settings.optimizer, temperature: 1)
    demonstrations = Demonstrations(
      lab, perStep: settings.batch.problems, answerOnlyShare: settings.answerOnlyShare)
    // -log π_θ, the mean over tokens
    objective = PolicyObjective(
      PolicyLoss(.policyGradient), normalization: .tokenMean,
      maxCompletionTokens: settings.run.maxCompletionTokens)
  }

  package mutating func step(_ step: Int) throws -> StepOutcome {
    let start = Clock.now
    let batch = try demonstrations.experience(step: step)
    let rate = lab.learningRate(settings.optimizer, step: step)
    let tally = try policy.update(on: batch, by: objective, learningRate: rate)
    return StepOutcome(
      step: step, lab, batch, tally, learningRate: rate, start: start)
  }
}
