internal import Statistics

/// How often one batch is learned from.
package struct UpdateSettings: SettingsGroup {
  /// Passes over each batch: mu of GRPO (arXiv 2402.03300, algorithm 1).
  package var epochs = 1
  /// Optimizer updates per pass, each on its share of the batch.
  package var minibatches = 1

  package init() {}

  package static var fields: [Field<UpdateSettings>] {
    Field("epochs", \.epochs, .integer(1...100), "passes over each batch (mu)", in: .objective)
      .aliases("num_iterations", "ppo_epochs")
    Field(
      "minibatches", \.minibatches, .integer(1...65_536), "optimizer updates per pass",
      in: .objective
    ).aliases("num_minibatches", "steps_per_generation")
  }

  /// Optimizer updates of one step.
  package var perStep: Int { epochs * minibatches }

  /// Refuses minibatches that would split a problem's group.
  package func checkGroupsStayWhole(_ batch: BatchSettings) throws(SettingsError) {
    if !batch.problems.isMultiple(of: minibatches) {
      throw SettingsError(
        "minibatches (\(minibatches)) doesn't divide problems (\(batch.problems)), and a minibatch "
          + "has whole groups; choose a divisor")
    }
  }

  /// Refuses more minibatches than there are completions to put into them.
  package func checkNoneIsEmpty(completions: Int) throws(SettingsError) {
    if minibatches > completions {
      throw SettingsError(
        "minibatches (\(minibatches)) is more than the completions of a step (\(completions)); "
          + "lower it")
    }
  }

  /// The updates of one step in words; `used` says what is learned from of each one's completions.
  package func words(completions: Int, used: String = "") -> [String] {
    let passes = Quantity.counted(epochs, "pass", plural: "passes")
    let parts = Quantity.counted(minibatches, "minibatch", plural: "minibatches")
    return [
      "\(passes) × \(parts) = \(Quantity.counted(perStep, "optimizer update")), each on "
        + used + Quantity.counted(completions / minibatches, "completion")
    ]
  }
}
