/// The scores of one arm: a row for each run, a column for each task.
package struct ScoreMatrix: Sendable, Equatable {
  /// Independent runs.
  package let runs: Int
  /// Tasks, in the same order in every matrix that is compared.
  package let tasks: Int
  /// The scores, one task after another, (tasks, runs).
  let columns: [Double]

  /// Takes over scores by run and task; there is at least one of each.
  package init(_ rows: [[Double]]) {
    precondition(!rows.isEmpty && !rows[0].isEmpty, "a run and a task")
    precondition(rows.allSatisfy { $0.count == rows[0].count }, "every run has every task")
    runs = rows.count
    tasks = rows[0].count
    columns = (0..<rows[0].count).flatMap { task in rows.map { $0[task] } }
  }

  /// The estimates of one number each, with intervals from resampling the runs within each task.
  ///
  /// The stratified bootstrap of Agarwal et al. (arXiv 2108.13264, section 4.1): every task keeps as
  /// many runs as it has, and its runs are drawn independently of the other tasks'.
  package func estimates(
    _ aggregates: [Aggregate], _ bootstrap: Bootstrap
  ) -> [IntervalEstimate] {
    var found = aggregates.map { _ in [Double]() }
    for index in found.indices { found[index].reserveCapacity(bootstrap.resamples) }
    var drawn = columns
    bootstrap.forEachResample(.runs) { draws in
      draw(into: &drawn, &draws)
      for (index, aggregate) in aggregates.enumerated() {
        found[index].append(aggregate.value(ofColumns: drawn, tasks: tasks))
      }
    }
    return zip(aggregates, found).map { aggregate, resampled in
      IntervalEstimate(
        point: aggregate.value(ofColumns: columns, tasks: tasks), resampled: resampled)
    }
  }

  /// Fills columns with runs drawn for each task.
  func draw(into drawn: inout [Double], _ draws: inout Bootstrap.Draws) {
    for start in stride(from: 0, to: columns.count, by: runs) {
      for run in 0..<runs { drawn[start + run] = columns[start + draws.index(below: runs)] }
    }
  }
}

/// One number for the scores of an arm over runs and tasks (Agarwal et al., arXiv 2108.13264,
/// section 4.3), as rliable computes it.
package enum Aggregate: String, Sendable, CaseIterable {
  /// The mean of the middle half of all scores, whatever their run and task: a quarter of them,
  /// rounded down, is left out at either end.
  case iqm
  /// The median over tasks of a task's mean.
  case median
  /// The mean of all scores.
  case mean
  /// How far the scores stay below 1 on average; a score above 1 counts as 1. Less is better.
  case optimalityGap = "optimality_gap"

  /// The number of a matrix.
  package func value(of scores: ScoreMatrix) -> Double {
    value(ofColumns: scores.columns, tasks: scores.tasks)
  }

  func value(ofColumns columns: [Double], tasks: Int) -> Double {
    switch self {
    case .iqm:
      let sorted = columns.sorted()
      let cut = sorted.count / 4
      return Statistics.mean(sorted[cut..<sorted.count - cut])
    case .median:
      let runs = columns.count / tasks
      return Statistics.median(
        (0..<tasks).map { Statistics.mean(columns[$0 * runs..<($0 + 1) * runs]) })
    case .mean: return Statistics.mean(columns)
    case .optimalityGap: return 1 - columns.reduce(0) { $0 + min($1, 1) } / Double(columns.count)
    }
  }
}
