package import Runs
package import Settings
package import Statistics

/// What came of a comparison: every run's raw scores, and the statistics made of them.
///
/// A function of the runs alone: no times, no paths, so that it comes out the same, bit for bit, however
/// often the comparison was interrupted. `docs/comparing.md` says what each number means.
package struct Comparison: Codable, Sendable, Equatable {
  /// The suite's name.
  package let suite: String
  /// The base's name.
  package let model: String
  /// SHA-256 of its weights, under the first seed where the base is a size.
  package let baseHash: String
  /// Runs of each arm.
  package let seeds: Int
  /// The seed of the first; the others follow it.
  package let firstSeed: Int
  /// The split that all runs were measured on.
  package let split: String
  /// Steps of each run; absent where the budget is in tokens.
  package let steps: Int?
  /// Completion tokens of each run; absent where the budget is in steps.
  package let tokenBudget: Int?
  /// The tasks, in the order of the columns of `scores`.
  package let tasks: [String]
  /// The arms, in the order they were asked for.
  package let arms: [ArmResult]
  /// Every two arms.
  package let pairs: [PairResult]
  /// Every run, arm by arm, seed by seed.
  package let runs: [RunScores]
  /// How intervals were made.
  package let bootstrap: Method
  /// The program that wrote it.
  package let program: String

  private enum CodingKeys: String, CodingKey {
    case suite, model, seeds, split, steps, tasks, arms, pairs, runs, bootstrap, program
    case baseHash = "base_hash"
    case firstSeed = "first_seed"
    case tokenBudget = "token_budget"
  }

  /// How intervals were made.
  package struct Method: Codable, Sendable, Equatable {
    /// Share of the resamples that an interval holds.
    package let confidence: Double
    /// Key of the draws.
    package let seed: UInt64
    /// Resamples of runs.
    package let resamples: Int
    /// Resamples of seeds and problems.
    package let pairedResamples: Int

    private enum CodingKeys: String, CodingKey {
      case confidence, seed, resamples
      case pairedResamples = "paired_resamples"
    }
  }

  /// One arm over all its runs.
  package struct ArmResult: Codable, Sendable, Equatable {
    /// Its name.
    package let name: String
    /// How it was trained, without seed; absent for the base without training.
    package let config: WrittenSettings?
    /// Runs there are, failed ones with them.
    package let runs: Int
    /// Runs that ended in an error; they count as solving nothing.
    package let failed: Int
    /// Runs that ended below their base.
    package let belowBase: Int
    /// pass@1 after training by run and task: what the next four numbers are made of.
    package let scores: [[Double]]
    /// Interquartile mean.
    package let iqm: IntervalEstimate
    /// Mean.
    package let mean: IntervalEstimate
    /// Median over tasks.
    package let median: IntervalEstimate
    /// Optimality gap.
    package let optimalityGap: IntervalEstimate
    /// After training against before it, on the same problems.
    package let overBase: Difference

    private enum CodingKeys: String, CodingKey {
      case name, config, runs, failed, scores, iqm, mean, median
      case belowBase = "below_base"
      case optimalityGap = "optimality_gap"
      case overBase = "over_base"
    }
  }

  /// Two arms against each other.
  package struct PairResult: Codable, Sendable, Equatable {
    /// The arm that was asked for earlier.
    package let first: String
    /// The other arm.
    package let second: String
    /// How probable it is that a run of the first scores higher.
    package let probabilityOfImprovement: IntervalEstimate
    /// The first's share of solved problems minus the second's, by problem and seed.
    package let difference: Difference

    private enum CodingKeys: String, CodingKey {
      case first, second, difference
      case probabilityOfImprovement = "probability_of_improvement"
    }
  }

  /// A difference of outcomes on the same problems.
  package struct Difference: Codable, Sendable, Equatable {
    /// Over all tasks; absent where no problem could be judged.
    package let all: IntervalEstimate?
    /// By task.
    package let tasks: [String: IntervalEstimate]
    /// Problems that only the one side solved, counted once for each seed.
    package let gained: Int
    /// Problems that only the other side solved.
    package let lost: Int

    init(_ difference: PairedDifference) {
      all = difference.all
      tasks = difference.tasks
      gained = difference.onlyFirst
      lost = difference.onlySecond
    }
  }

  /// One run's raw scores.
  package struct RunScores: Codable, Sendable, Equatable {
    /// Its arm.
    package let arm: String
    /// Its seed.
    package let seed: Int
    /// The name of its folder; absent for the base without training.
    package let folder: String?
    /// The error that ended it; absent where it finished.
    package let failure: String?
    /// Whether it ended with fewer problems solved than its base solves.
    package let belowBase: Bool
    /// Steps done; absent for a failed run.
    package let steps: Int?
    /// Completion tokens; absent for a failed run.
    package let completionTokens: Int?
    /// SHA-256 of its weights; absent for a failed run.
    package let weightsHash: String?
    /// The base's scores on the held-out problems.
    package let before: EvaluationResult
    /// Its own; absent for a failed run.
    package let after: EvaluationResult?
    /// Which problems were solved, after training none where it failed.
    package let solved: RunResult.Solved

    private enum CodingKeys: String, CodingKey {
      case arm, seed, folder, failure, steps, before, after, solved
      case belowBase = "below_base"
      case completionTokens = "completion_tokens"
      case weightsHash = "weights_hash"
    }
  }
}

/// How a run of a comparison ended.
package enum ComparisonOutcome: Sendable, Equatable {
  /// With a result.
  case finished(RunResult)
  /// In an error, which the text says.
  case failed(String)
}
