internal import Experience
package import Runs
internal import Settings
package import Statistics

extension Comparison {
  /// Puts together how all runs of a plan ended.
  ///
  /// - Parameters:
  ///   - base: the base's evaluation for each seed, by `ComparisonPlan.evaluateBase`.
  ///   - outcomes: how each of the plan's runs ended, in the plan's order.
  ///   - bootstrap: resamples runs; `pairedBootstrap` resamples seeds and problems.
  /// - Throws: `TrainingError.unusable` where a run started from another base or was measured on other
  ///   problems than the rest.
  package init(
    _ plan: ComparisonPlan, base: [EvaluationResult], outcomes: [ComparisonOutcome],
    bootstrap: Bootstrap = Bootstrap(resamples: 50_000),
    pairedBootstrap: Bootstrap = Bootstrap(resamples: 10_000)
  ) throws {
    precondition(base.count == plan.seeds && outcomes.count == plan.runs.count)
    for (run, outcome) in zip(plan.runs, outcomes) {
      if case .finished(let result) = outcome {
        try Self.check(result, of: run, base[run.seed - plan.common.run.seed])
      }
    }
    let tasks = base[0].tasks.keys.sorted()
    let records = plan.arms.indices.map { index in
      zip(plan.seedRange, base).map { seed, base in
        RunScores(plan, arm: index, seed: seed, base: base, outcomes)
      }
    }
    let scores = records.map { $0.map { $0.scores(tasks) } }
    let matrices = scores.map { ScoreMatrix($0) }
    let solved = records.map { $0.map(\.solved.after) }
    suite = base[0].suite
    model = plan.common.run.model
    baseHash = plan.baseHash
    seeds = plan.seeds
    firstSeed = plan.common.run.seed
    split = plan.common.run.evaluationSplit.rawValue
    steps = plan.common.run.tokenBudget > 0 ? nil : plan.common.run.steps
    tokenBudget = plan.common.run.tokenBudget > 0 ? plan.common.run.tokenBudget : nil
    self.tasks = tasks
    arms = plan.arms.indices.map { index in
      let estimates = matrices[index].estimates([.iqm, .mean, .median, .optimalityGap], bootstrap)
      return ArmResult(
        name: plan.arms[index].name,
        config: plan.arms[index].configuration.map(WrittenSettings.init),
        runs: records[index].count, failed: records[index].count { $0.failure != nil },
        belowBase: records[index].count(where: \.belowBase), scores: scores[index],
        iqm: estimates[0], mean: estimates[1], median: estimates[2], optimalityGap: estimates[3],
        overBase: Difference(
          PairedDifference(solved[index], base.map(\.solved), pairedBootstrap)))
    }
    pairs = plan.arms.indices.flatMap { first in
      plan.arms.indices.dropFirst(first + 1).map { second in
        PairResult(
          first: plan.arms[first].name, second: plan.arms[second].name,
          probabilityOfImprovement: Statistics.probabilityOfImprovement(
            of: matrices[first], over: matrices[second], bootstrap),
          difference: Difference(
            PairedDifference(solved[first], solved[second], pairedBootstrap)))
      }
    }
    runs = records.flatMap { $0 }
    self.bootstrap = Method(
      confidence: Bootstrap.confidence, seed: bootstrap.seed, resamples: bootstrap.resamples,
      pairedResamples: pairedBootstrap.resamples)
    program = "hone \(Hone.version)"
  }

  /// Makes sure that a run is comparable: the same base on the same held-out problems.
  private static func check(
    _ result: RunResult, of run: ComparisonRun, _ base: EvaluationResult
  ) throws {
    guard result.solved.before == base.solved, result.solved.after.hasShape(of: base.solved) else {
      throw TrainingError.unusable(
        "the run \(run.name) didn't start from the comparison's base, or was measured on other "
          + "problems: its evaluation before the first step is another",
        hint: "Were the suite, the base or the program changed? Start again in another folder.")
    }
  }
}

extension Comparison.RunScores {
  /// The record of a run; the base without training stays as it is under every seed.
  init(
    _ plan: ComparisonPlan, arm: Int, seed: Int, base: EvaluationResult,
    _ outcomes: [ComparisonOutcome]
  ) {
    self.arm = plan.arms[arm].name
    self.seed = seed
    before = base
    let place = plan.runs.firstIndex { $0.arm == arm && $0.seed == seed }
    folder = place.map { plan.runs[$0].name }
    switch place.map({ outcomes[$0] }) {
    case nil:
      failure = nil
      belowBase = false
      (steps, completionTokens) = (0, 0)
      weightsHash = nil
      after = base
      solved = RunResult.Solved(before: base.solved, after: base.solved)
    case .finished(let result)?:
      failure = nil
      belowBase = result.after.all.passAt1 < base.all.passAt1
      steps = result.steps
      completionTokens = result.completionTokens
      weightsHash = result.weightsHash
      after = result.after
      solved = RunResult.Solved(before: base.solved, after: result.solved.after)
    case .failed(let text)?:
      failure = text
      belowBase = false
      (steps, completionTokens, weightsHash, after) = (nil, nil, nil, nil)
      solved = RunResult.Solved(before: base.solved, after: base.solved.noneSolved)
    }
  }

  /// pass@1 after training by task; 0 throughout where the run failed.
  func scores(_ tasks: [String]) -> [Double] {
    tasks.map { after?.tasks[$0]?.passAt1 ?? 0 }
  }
}
