/// What two arms made of the same problems under the same seeds, and how much they differ.
package struct PairedDifference: Sendable, Equatable {
  /// Share of problems that the first solves minus the share that the second solves, over all seeds
  /// and problems that both were judged on; nil where there is none.
  package let all: IntervalEstimate?
  /// The same by task.
  package let tasks: [String: IntervalEstimate]
  /// Problems, counted once for each seed, that only the first solved.
  package let onlyFirst: Int
  /// Those that only the second solved.
  package let onlySecond: Int

  /// Compares outcomes: for each seed, by task, one mark for each problem in the same order.
  ///
  /// The interval resamples seeds and, within each task, problems, independently of each other, since
  /// both are samples: the pigeonhole bootstrap (Owen, Annals of Applied Statistics 2007, section 3),
  /// which rather overstates the variance. A pair keeps its two outcomes, so what makes a problem or a
  /// seed easy for both arms cancels.
  ///
  /// - Parameters:
  ///   - first: what the first arm made of each seed's problems.
  ///   - second: the same of the second arm: the same tasks and as many problems, seed by seed.
  package init(
    _ first: [SolvedProblems], _ second: [SolvedProblems], _ bootstrap: Bootstrap
  ) {
    precondition(first.count == second.count && !first.isEmpty, "the same seeds")
    let names = first[0].marks.keys.sorted()
    var pairs = Pairs(seeds: first.count, tasks: names.map { first[0].marks[$0]?.count ?? 0 })
    for seed in first.indices {
      var column = 0
      for name in names {
        guard let a = first[seed].marks[name], let b = second[seed].marks[name], a.count == b.count
        else { preconditionFailure("the same problems under each seed") }
        for (x, y) in zip(a, b) {
          pairs.enter(x, y, seed: seed, problem: column)
          column += 1
        }
      }
    }
    onlyFirst = pairs.onlyFirst
    onlySecond = pairs.onlySecond
    let found = pairs.estimates(bootstrap)
    all = found.all
    tasks = Dictionary(
      uniqueKeysWithValues: zip(names, found.tasks).compactMap { name, estimate in
        estimate.map { (name, $0) }
      })
  }
}

/// The differences as a table of seeds and problems.
private struct Pairs {
  let seeds: Int
  /// Each task's problems, as columns of the table.
  let strata: [Range<Int>]
  let problems: Int
  /// 1, 0 or -1; 0 also where one of both wasn't judged. (seeds, problems)
  var differences: [Double]
  /// 1 where both were judged. (seeds, problems)
  var judged: [Double]
  var onlyFirst = 0
  var onlySecond = 0

  init(seeds: Int, tasks: [Int]) {
    self.seeds = seeds
    var start = 0
    strata = tasks.map { count in
      defer { start += count }
      return start..<start + count
    }
    problems = start
    differences = Array(repeating: 0, count: seeds * problems)
    judged = differences
  }

  mutating func enter(
    _ first: SolvedProblems.Mark, _ second: SolvedProblems.Mark, seed: Int, problem: Int
  ) {
    guard first != .unjudged, second != .unjudged else { return }
    judged[seed * problems + problem] = 1
    guard first != second else { return }
    differences[seed * problems + problem] = first == .solved ? 1 : -1
    if first == .solved { onlyFirst += 1 } else { onlySecond += 1 }
  }

  func estimates(
    _ bootstrap: Bootstrap
  ) -> (all: IntervalEstimate?, tasks: [IntervalEstimate?]) {
    var resampled = strata.map { _ in [Double]() } + [[]]
    for index in resampled.indices { resampled[index].reserveCapacity(bootstrap.resamples) }
    var (rows, columns) = ([Double](), [Double]())
    bootstrap.forEachResample(.pairs) { draws in
      rows = Array(repeating: 0, count: seeds)
      for _ in 0..<seeds { rows[draws.index(below: seeds)] += 1 }
      columns = Array(repeating: 0, count: problems)
      for stratum in strata {
        for _ in stratum {
          columns[stratum.lowerBound + draws.index(below: stratum.count)] += 1
        }
      }
      let values = means(rows: rows, columns: columns)
      // A resample without a judged problem has no difference.
      for (index, value) in values.enumerated() where value.isFinite {
        resampled[index].append(value)
      }
    }
    let points = means(
      rows: Array(repeating: 1, count: seeds), columns: Array(repeating: 1, count: problems))
    let estimates = zip(points, resampled).map { point, values in
      values.isEmpty || !point.isFinite ? nil : IntervalEstimate(point: point, resampled: values)
    }
    return (estimates[strata.count], Array(estimates.dropLast()))
  }

  /// The mean difference of each task, then of all: each cell counts by the weights of its row and its
  /// column. All sums are of whole numbers and so exact.
  private func means(rows: [Double], columns: [Double]) -> [Double] {
    var (totals, counts) = (0.0, 0.0)
    var values: [Double] = []
    for stratum in strata {
      var (total, count) = (0.0, 0.0)
      for seed in 0..<seeds where rows[seed] > 0 {
        var (rowTotal, rowCount) = (0.0, 0.0)
        let start = seed * problems
        for problem in stratum {
          rowTotal += columns[problem] * differences[start + problem]
          rowCount += columns[problem] * judged[start + problem]
        }
        total += rows[seed] * rowTotal
        count += rows[seed] * rowCount
      }
      values.append(total / count)
      totals += total
      counts += count
    }
    return values + [totals / counts]
  }
}
