internal import JSON
internal import Messages
package import Verifiers

/// A mixture of tasks with its verifier: an endless, addressable source of problems.
///
/// Problem `index` of a split is a pure function of the suite's seed, the split, the index and the
/// task's name and settings, by hashing; nothing is remembered between calls. The suite's seed is
/// not the run's: runs with different seeds are measured on the same test problems.
///
/// Candidates are drawn from the index's own random stream until one belongs to the split, which the
/// content of its prompt decides (`Split.init(containing:)`); so no two splits share a problem.
/// Within a split, an index may repeat the problem of another, the more often the smaller the task:
/// `distinctProblems` leaves repetitions out.
package struct TaskSuite: Sendable {
  /// The name, by default that of its file.
  package let name: String
  /// One sentence about the suite; may be empty.
  package let summary: String
  /// The seed of the problems.
  package let seed: UInt64
  /// The model that training starts from unless another is named: a name of `Checkpoints/`, or nil.
  package let base: String?
  /// The tasks of the mixture.
  package let tasks: [SuiteTask]
  /// Judges completions of all tasks.
  package private(set) var verifier: any Verifier
  /// What was decided for the user and is worth a line of output, for example the verifier.
  package let notes: [String]
  /// A hash of the texts of the suite's files, 16 hexadecimal digits; it tells edited suites apart.
  package let fingerprint: String

  /// The file that the suite came from, as messages name it.
  let file: String
  private let key: StableHash
  /// For each split, the sums of the tasks' shares up to and including each task.
  private let shares: [Split: [Double]]

  init(
    name: String, summary: String, seed: UInt64, base: String?, tasks: [SuiteTask],
    verifier: any Verifier, notes: [String], fingerprint: String, file: String
  ) {
    self.name = name
    self.summary = summary
    self.seed = seed
    self.base = base
    self.tasks = tasks
    self.verifier = verifier
    self.notes = notes
    self.fingerprint = fingerprint
    self.file = file
    key = StableHash(seed)
    var shares: [Split: [Double]] = [:]
    for split in Split.allCases {
      let weights = tasks.map { $0.problemCount(in: split) == 0 ? 0 : $0.weight }
      let total = weights.reduce(0, +)
      guard total > 0 else { continue }
      var sum = 0.0
      shares[split] = weights.map { weight in
        sum += weight / total
        return sum
      }
    }
    self.shares = shares
  }

  /// The same problems with another judge.
  package func judged(by verifier: any Verifier) -> TaskSuite {
    var copy = self
    copy.verifier = verifier
    return copy
  }

  /// The same suite, whose train and validation splits ask none of another suite's prompts.
  ///
  /// Two prompts are the same if they differ in white space only. The test split stays as it is.
  ///
  /// - Parameter held: A problem file; its rows are kept out, of whatever split they are.
  /// - Throws: `SuiteError` where `held` is no problem file, or leaves a task without problems.
  package func withholding(_ held: TaskSuite) throws(SuiteError) -> TaskSuite {
    var hashes: Set<UInt64> = []
    for task in held.tasks {
      guard case .rows(let set) = task.source else {
        throw SuiteError(
          .badData, file: held.file,
          "the task \(quoted(task.name)) has a generator, and only the rows of a problem file can be "
            + "held out; name a .jsonl file")
      }
      for row in set.rows { hashes.insert(Split.contentHash(of: row.worked.problem.prompt.utf8)) }
    }
    let copy = TaskSuite(
      name: name, summary: summary, seed: seed, base: base,
      tasks: tasks.map { $0.withholding(hashes) }, verifier: verifier, notes: notes,
      fingerprint: fingerprint, file: file)
    for task in copy.tasks where task.weight > 0 {
      // As many draws as opening a suite allows itself; a task of rows may lack a split.
      for split in [Split.train, .validation] where task.problemCount(in: split) == nil {
        if task.problem(at: 0, split: split, key: key, attempts: 50_000) == nil {
          throw SuiteError(
            .badData, file: held.file,
            "it holds out nearly every \(split.rawValue) problem of the task \(quoted(task.name)) "
              + "of \(name); hold out fewer, or give the task a wider range")
        }
      }
    }
    return copy
  }

  /// Tells which prompts training may not see: those that the suite evaluates on, or would by their content.
  package var holdsOut: (_ prompt: String) -> Bool {
    let fixed = tasks.reduce(into: [UInt64: Split]()) { splits, task in
      // Where two tasks disagree, held out wins.
      splits.merge(task.fixedSplits) { $0 == .train ? $1 : $0 }
    }
    return { prompt in
      let hash = Split.contentHash(of: prompt.utf8)
      return (fixed[hash] ?? Split(contentHash: hash)) != .train
    }
  }

  /// Makes sure that a split has problems, which a file of few rows may not give it.
  ///
  /// - Throws: `SuiteError` that says what to do about it.
  package func checkHasProblems(in split: Split) throws(SuiteError) {
    guard shares[split] == nil else { return }
    if tasks.allSatisfy(\.isSourced) {
      throw SuiteError(
        .badData, file: file,
        "the sources gave no problem to the split \(split.rawValue); ask for some with a key such as "
          + "\(split.rawValue): 100, or choose settings that allow more different problems")
    }
    throw SuiteError(
      .badData, file: file,
      "no row is in the split \(split.rawValue): prompts are sorted by their hash, 18 in 20 to train "
        + "and 1 in 20 each to validation and test; add rows, or sort them with a key such as "
        + "\"split\": \"\(split.rawValue)\"")
  }

  /// Makes sure that every training problem has a demonstration, as supervised training needs.
  ///
  /// - Throws: `SuiteError` with the line of the first row that has none.
  package func checkHasDemonstrations() throws(SuiteError) {
    for task in tasks where task.weight > 0 {
      guard case .rows(let set) = task.source,
        let row = set.rows.first(where: { $0.split == .train && $0.worked.demonstration == nil })
      else { continue }
      guard !task.isSourced else {
        throw SuiteError(
          .badData, file: file,
          "the task \(quoted(task.name)) has no demonstrations, which supervised training learns: "
            + "sources don't make any; train it with another algorithm")
      }
      throw SuiteError(
        .badData, file: task.origin, position: TextPosition(line: row.line, column: 1),
        "the row has no 'demonstration', which supervised training learns; add one such as "
          + "\"<think>1+1</think>2\", or leave the row out")
    }
  }

  /// Makes sure that a verifier which isn't the suite's own can judge its problems: every row, and some
  /// problems of each generator.
  ///
  /// - Throws: `SuiteError` with what the verifier has against the first problem that it can't judge.
  package func checkCanBeJudged(by verifier: any Verifier) throws(SuiteError) {
    for task in tasks where task.weight > 0 {
      switch task.source {
      case .rows(let set):
        for row in set.rows {
          guard let objection = verifier.objection(to: row.worked.problem) else { continue }
          throw SuiteError(
            .badData, file: task.origin, position: TextPosition(line: row.line, column: 1),
            "the verifier \(verifier.name) can't judge this row: \(objection)")
        }
      case .generator:
        for index in 0..<100 {
          let drawn = task.problem(at: index, split: .train, key: key, attempts: TaskSuite.attempts)
          guard let problem = drawn?.problem, let objection = verifier.objection(to: problem)
          else { continue }
          throw SuiteError(
            .badData, file: file,
            "the verifier \(verifier.name) can't judge the task \(quoted(task.name)), such as "
              + "\(quoted(problem.prompt)): \(objection)")
        }
      }
    }
  }

  /// The names that problems carry as their task, each once, in the order of the file.
  package var taskNames: [String] {
    var seen: Set<String> = []
    return tasks.flatMap(\.problemTasks).filter { seen.insert($0).inserted }
  }

  /// A problem, looked up alone; index 0 or greater, in a split that has problems.
  package func problem(at index: Int, split: Split) -> WorkedProblem {
    problem(at: index, split: split, key: key)
  }

  /// The suite's training problems in another order, and where a generator makes them other ones.
  ///
  /// Consecutive indices keep the mixture's shares, and go through the rows of a file without
  /// replacement, whatever the order.
  ///
  /// - Parameter order: numbers that name the order.
  package func trainingProblem(at index: Int, order: [UInt64]) -> WorkedProblem {
    var key = key
    for number in order { key.combine(number) }
    return problem(at: index, split: .train, key: key)
  }

  private func problem(at index: Int, split: Split, key: StableHash) -> WorkedProblem {
    precondition(index >= 0, "problems are numbered from 0")
    let task = tasks[taskNumber(at: index, split: split, key: key)]
    guard
      let problem = task.problem(at: index, split: split, key: key, attempts: TaskSuite.attempts)
    else {
      preconditionFailure(
        "no \(split.rawValue) problem of \(task.name): opening the suite should have found this")
    }
    return problem
  }

  /// The problems of a range of indices.
  package func problems(_ indices: Range<Int>, split: Split) -> [WorkedProblem] {
    indices.map { problem(at: $0, split: split) }
  }

  /// The first problems of a split that differ in their prompts, in the order of their indices.
  ///
  /// - Returns: `count` problems, or fewer where the split seems to have no more: where
  ///   `max(1_000, count)` indices in a row brought nothing new. The problems for a smaller count are
  ///   the beginning of those for a larger one, as long as neither falls short.
  package func distinctProblems(split: Split, count: Int) -> [WorkedProblem] {
    var found: [WorkedProblem] = []
    found.reserveCapacity(count)
    var seen: Set<String> = []
    var index = 0
    var repetitions = 0
    while found.count < count, repetitions < max(1_000, count) {
      let next = problem(at: index, split: split)
      index += 1
      if seen.insert(next.problem.prompt).inserted {
        found.append(next)
        repetitions = 0
      } else {
        repetitions += 1
      }
    }
    return found
  }

  /// The first problems of several splits, one split after another, `count` in all; splits that have
  /// none are passed over.
  package func distinctProblems(splits: [Split], count: Int) -> [WorkedProblem] {
    splits.reduce(into: []) { found, split in
      guard found.count < count, shares[split] != nil else { return }
      found += distinctProblems(split: split, count: count - found.count)
    }
  }

  /// Candidates that are drawn at most; opening a suite checks that far fewer are enough.
  private static let attempts = 2_000_000

  /// Which task an index asks for.
  ///
  /// Steps of the golden ratio spread the tasks evenly (a Weyl sequence), so that each stretch of
  /// indices, such as a batch, has the mixture's shares almost exactly.
  private func taskNumber(at index: Int, split: Split, key: StableHash) -> Int {
    guard let shares = shares[split] else {
      preconditionFailure("the split \(split.rawValue) of \(name) is empty: check it beforehand")
    }
    guard tasks.count > 1 else { return 0 }
    var start = key
    start.combine(split.key)
    let place = start.value &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15
    let share = Double(place >> 11) * 0x1p-53
    // Rounding may leave the last sum of shares a little below 1; then the last task that counts.
    return shares.firstIndex { share < $0 } ?? shares.firstIndex(of: shares[shares.count - 1]) ?? 0
  }
}
