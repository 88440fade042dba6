internal import Foundation
internal import Statistics
package import TaskSuites
package import Verifiers

/// The problems that a verifier is tried on, and where they come from.
package struct WorkbenchProblems: Sendable {
  /// The problems, those of different sources in turn; empty where nothing fits.
  package private(set) var problems: [WorkedProblem] = []
  /// Suites or files with the tasks that were taken, in words.
  package private(set) var sources: [String] = []
  /// What was left out and why, in words.
  package private(set) var passedOver: [String] = []

  /// The problem file that a plugin's folder may hold for the workbench.
  package static let fileName = "check.jsonl"

  private let verifier: any Verifier
  private let name: String
  private let count: Int
  private let seed: Int

  /// Chooses problems.
  ///
  /// From `suite`, or else a plugin's own `check.jsonl`, or else the shipped suites that name the
  /// verifier, or else those tasks of shipped suites whose answers it can read; of a plugin, which
  /// can't say so, those of which it accepts at least one of four right answers.
  ///
  /// - Parameters:
  ///   - name: What opens the verifier.
  ///   - folder: The plugin's folder; nil for a built-in verifier.
  ///   - count: Problems at most.
  ///   - seed: Which problems.
  ///   - catalog: The shipped suites.
  /// - Throws: `SuiteError`; `VerifierError.failed` where a plugin fails on all it is asked.
  package init(
    for verifier: any Verifier, name: String, folder: String?, suite: String?, count: Int,
    seed: Int, catalog: SuiteCatalog
  ) throws {
    self.verifier = verifier
    self.name = name
    self.count = count
    self.seed = seed
    if let suite {
      if suite.hasSuffix(".jsonl") {
        take(try SuiteCatalog.rows(of: suite), from: suite)
      } else {
        let opened = try catalog.open(suite)
        let own = ownTasks(of: opened)
        take(draw(own.isEmpty ? opened.tasks : own, of: opened, count), from: opened.name)
      }
      guard problems.isEmpty else { return }
      throw SuiteError(
        .badData, file: suite,
        "the verifier \(verifier.name) can judge none of its problems: "
          + (passedOver.first ?? "there are none") + "; name another suite")
    }
    if let file = folder.map({ $0 + "/" + Self.fileName }),
      FileManager.default.fileExists(atPath: file)
    {
      take(try SuiteCatalog.rows(of: file), from: Self.fileName)
    } else {
      try takeShipped(catalog, isPlugin: folder != nil)
    }
  }

  /// Takes problems that the verifier doesn't object to.
  private mutating func take(_ all: [WorkedProblem], from source: String) {
    var random = SplitMix64(seed: UInt64(seed))
    var chosen = all
    if chosen.count > count { random.shuffle(&chosen) }
    var objections: [String: Int] = [:]
    chosen = chosen.filter { worked in
      guard let objection = verifier.objection(to: worked.problem) else { return true }
      objections[objection, default: 0] += 1
      return false
    }
    if let (objection, _) = objections.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) {
      let total = objections.values.reduce(0, +)
      passedOver.append("\(Quantity.counted(total, "problem")) of \(source): \(objection)")
    }
    problems += chosen.prefix(count)
    if !chosen.isEmpty { sources.append(source) }
  }

  private mutating func takeShipped(_ catalog: SuiteCatalog, isPlugin: Bool) throws {
    let suites = catalog.entries().compactMap { try? $0.suite.get() }
    var choices = suites.map { (suite: $0, tasks: ownTasks(of: $0)) }
    if choices.allSatisfy(\.tasks.isEmpty) {
      choices = []
      for suite in suites { choices.append((suite, try fittingTasks(of: suite, isPlugin))) }
    }
    choices.removeAll { $0.tasks.isEmpty }
    guard !choices.isEmpty else { return }
    let share = (count + choices.count - 1) / choices.count
    var drawn: [[WorkedProblem]] = []
    for (suite, tasks) in choices {
      drawn.append(draw(tasks, of: suite, share))
      sources.append("\(suite.name) (\(tasks.map(\.name).joined(separator: ", ")))")
    }
    // In turn, so that the first ones, which are attacked, are of every suite.
    for place in 0..<share {
      problems += drawn.compactMap { place < $0.count ? $0[place] : nil }
    }
    problems = Array(problems.prefix(count))
  }

  /// The tasks that name the verifier.
  private func ownTasks(of suite: TaskSuite) -> [SuiteTask] {
    suite.tasks.filter { task in
      let last = task.verifierName.split(separator: "/").last.map(String.init)
      return task.weight > 0 && (task.verifierName == name || last == verifier.name)
    }
  }

  /// The tasks whose answers the verifier reads.
  private mutating func fittingTasks(
    of suite: TaskSuite, _ isPlugin: Bool
  ) throws -> [SuiteTask] {
    var fitting: [SuiteTask] = []
    var failures: [String] = []
    for task in suite.tasks where task.weight > 0 {
      let place = "\(suite.name)/\(task.name)"
      let sample = draw([task], of: suite, 4)
      if let objection = sample.compactMap({ verifier.objection(to: $0.problem) }).first {
        passedOver.append("\(place): \(objection)")
        continue
      }
      guard isPlugin else {
        fitting.append(task)
        continue
      }
      let verdicts = verifier.verify(
        sample.map { Submission($0.rightCompletion, of: $0.problem) },
        failuresAllowed: sample.count)
      let reasons = verdicts.compactMap { verdict in
        if case .failure(let reason) = verdict { reason } else { nil }
      }
      if verdicts.contains(where: \.isSolved) {
        fitting.append(task)
      } else if let reason = reasons.first {
        failures.append(reason)
        passedOver.append("\(place): \(reason)")
      } else {
        passedOver.append("\(place): it accepts none of \(sample.count) right answers")
      }
    }
    if let reason = failures.first, failures.count == suite.tasks.count {
      throw VerifierError.failed(
        "the plugin \(verifier.name) failed on every right answer of \(suite.name): \(reason)")
    }
    return fitting
  }

  /// Different problems of some tasks, those of the training split first.
  private func draw(_ tasks: [SuiteTask], of suite: TaskSuite, _ count: Int) -> [WorkedProblem] {
    let names = Set(tasks.filter { $0.weight > 0 }.flatMap(\.problemTasks))
    var found: [WorkedProblem] = []
    var seen: Set<String> = []
    for split in [Split.train, .validation, .test] {
      guard (try? suite.checkHasProblems(in: split)) != nil else { continue }
      // The seed says where to begin; numbers far apart, so that seeds share no problem.
      var index = seed * 1_000_003
      var misses = 0
      while found.count < count, misses < max(1_000, count) {
        let next = suite.problem(at: index, split: split)
        index += 1
        if names.contains(next.problem.task), seen.insert(next.problem.prompt).inserted {
          found.append(next)
          misses = 0
        } else {
          misses += 1
        }
      }
    }
    return found
  }
}

extension WorkedProblem {
  /// The demonstration, or the reference answer after an empty reasoning.
  var rightCompletion: Completion {
    demonstration.map { Completion(text: $0) } ?? Completion(reasoning: "", answer: problem.answer)
  }
}
