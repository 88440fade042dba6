internal import Experience
internal import LanguageModel
internal import Parallel
package import Runs
internal import TaskSuites

extension ComparisonPlan {
  /// Solves the held-out problems with the base, as every run does before its first step.
  ///
  /// - Parameter threads: threads to work on; the result doesn't depend on them.
  /// - Returns: the evaluation for each seed; they only differ where the base is a size, whose random
  ///   weights the seed makes.
  /// - Throws: `TrainingError.unusable` where the base has other weights than when the comparison was
  ///   planned, and what opening it and the suite throws.
  package func evaluateBase(
    threads: Int, installation: Installation = .current
  ) throws -> [EvaluationResult] {
    var results: [EvaluationResult] = []
    for seed in seedRange {
      if !common.run.startsFromSize, let first = results.first {
        results.append(first)
        continue
      }
      var configuration = common
      configuration.run.seed = seed
      let model = try RunInputs.model(of: configuration, installation)
      guard seed > common.run.seed || model.parameters.hash == baseHash else {
        throw TrainingError.unusable(
          "\(model.name) has other weights than when the comparison began",
          hint: "Put the old file back, or start again in another folder.")
      }
      let evaluator = try Evaluator(
        EvaluationPlan(
          splits: [common.run.evaluationSplit.split], limit: common.run.evaluationProblems,
          samples: 1,
          temperature: 0,
          maxCompletionTokens: common.run.maxCompletionTokens, seed: UInt64(seed)),
        suite: RunInputs.suite(of: common, fitting: model, installation),
        vocabulary: model.vocabulary, layout: model.parameters.layout, team: Team(threads: threads))
      results.append(evaluator.evaluate(Transformer(model.parameters)))
    }
    return results
  }
}
