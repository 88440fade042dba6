/// How probable it is that a run of one arm scores higher than a run of another on the same task.
///
/// P(X > Y) + P(X = Y) / 2 over all pairs of runs of a task, its mean over tasks: the Mann-Whitney U
/// statistic by its largest value (Agarwal et al., arXiv 2108.13264, section 4.3, after Mann and
/// Whitney 1947). 0.5 says that neither is better.
///
/// - Returns: the number with an interval for which the runs of both arms are resampled within each
///   task, each arm on its own; that runs share seeds is not used.
package func probabilityOfImprovement(
  of first: ScoreMatrix, over second: ScoreMatrix, _ bootstrap: Bootstrap
) -> IntervalEstimate {
  precondition(first.tasks == second.tasks, "both arms have the same tasks")
  var resampled: [Double] = []
  resampled.reserveCapacity(bootstrap.resamples)
  var (drawn, others) = (first.columns, second.columns)
  bootstrap.forEachResample(.twoArms) { draws in
    first.draw(into: &drawn, &draws)
    second.draw(into: &others, &draws)
    resampled.append(shareOfWins(drawn, others, tasks: first.tasks))
  }
  return IntervalEstimate(
    point: shareOfWins(first.columns, second.columns, tasks: first.tasks), resampled: resampled)
}

/// Won pairs, ties by half, of all pairs within a task. Each task has as many pairs, so the mean over
/// tasks is the share of them all; counted in halves, which adds up without rounding.
private func shareOfWins(_ first: [Double], _ second: [Double], tasks: Int) -> Double {
  let (runs, others) = (first.count / tasks, second.count / tasks)
  var halves = 0
  for task in 0..<tasks {
    for x in first[task * runs..<(task + 1) * runs] {
      for y in second[task * others..<(task + 1) * others] {
        halves += x > y ? 2 : x == y ? 1 : 0
      }
    }
  }
  return Double(halves) / Double(2 * runs * others * tasks)
}
