internal import Algorithms
import Analysis
internal import Experience
import Foundation
internal import Parallel

/// Trains the runs of a comparison, as many at a time as there are threads, and says what came of it.
struct CompareSession {
  private let folder: ComparisonFolder
  private let plan: ComparisonPlan
  private let isJSON: Bool
  private let isQuiet: Bool
  private let threads: Int
  private let catalog = AlgorithmRegistry.shared.catalog

  /// Plans the work.
  ///
  /// - Parameter threads: threads in all; 0 for one per core.
  init(
    _ folder: ComparisonFolder, _ plan: ComparisonPlan, threads: Int, isJSON: Bool, isQuiet: Bool
  ) {
    self.folder = folder
    self.plan = plan
    self.isJSON = isJSON
    self.isQuiet = isQuiet
    self.threads = threads == 0 ? Team.processorCount : threads
  }

  /// How so many runs are trained: as many at a time as there are threads, and each on its share.
  private func shares(of runs: Int) -> (parallel: Int, threads: Int) {
    let parallel = max(1, min(threads, runs))
    return (parallel, threads / parallel)
  }

  /// Says what would be done.
  ///
  /// - Throws: where the base can't be opened.
  func explain() throws -> ExitCode {
    let shares = shares(of: plan.runs.count)
    let text = try plan.explain(
      folder: folder.path, parallel: shares.parallel, threads: shares.threads)
    if !isQuiet { try Console.progress(text, isJSON: isJSON) }
    if isJSON {
      try Console.json(
        Intention(
          run: folder.path, runs: plan.runs.map(\.name), parallel: shares.parallel,
          threads_each: shares.threads, plan: plan, notes: plan.notes))
    }
    return .success
  }

  /// Trains what isn't finished, until all is or somebody stops it.
  ///
  /// - Throws: typed errors for a folder or inputs that can't be used; a run that fails is a result.
  func run() throws -> ExitCode {
    Interruption.listen()
    let start = Date()
    let lock = try folder.prepare(plan, catalog)
    defer { withExtendedLifetime(lock) {} }
    var outcomes: [ComparisonOutcome?] = try plan.runs.map { run in
      try folder.folder(of: run).result().map { .finished($0) }
    }
    let shares = shares(of: outcomes.count { $0 == nil })
    var presenter = ComparePresenter(plan, isJSON: isJSON, isQuiet: isQuiet)
    presenter.header(outcomes, parallel: shares.parallel, threads: shares.threads)
    let base = try plan.evaluateBase(threads: threads)
    presenter.base(base[0])
    do {
      try train(&outcomes, parallel: shares.parallel, threads: shares.threads, &presenter)
    } catch {
      presenter.clear()
      throw error
    }
    let known = outcomes.compactMap { $0 }
    guard known.count == outcomes.count else {
      presenter.stopped(resume: "Tools/hone compare --run \(quotedForShell(folder.path))")
      if isJSON {
        try Console.json(Unfinished(run: folder.path, runs: outcomes.count, finished: known.count))
      }
      return .interrupted
    }
    let comparison = try Comparison(plan, base: base, outcomes: known)
    try folder.write(comparison)
    let report =
      plan.runs.isEmpty
      ? nil : writeReport(of: folder.path) { try RunReport(folder, plan, catalog) }
    let seconds = Date().timeIntervalSince(start)
    if !(isQuiet && isJSON) {
      let text = ComparisonTable(comparison).text(
        file: folder.resultFile, report: report, seconds: seconds)
      try Console.progress(text, isJSON: isJSON)
    }
    if isJSON { try Console.json(Outcome(folder, comparison, seconds: seconds)) }
    if !known.isEmpty && known.allSatisfy(\.isFailure) {
      Console.complain("error: every run failed; each has its log in log.txt of its folder\n")
      return .badData
    }
    return .success
  }

  /// Trains the runs that have no outcome yet; those that are stopped before their end keep none.
  private func train(
    _ outcomes: inout [ComparisonOutcome?], parallel: Int, threads: Int,
    _ presenter: inout ComparePresenter
  ) throws {
    let runs = plan.runs
    var waiting = runs.indices.filter { outcomes[$0] == nil }
    var active: [ComparisonProcess] = []
    // The runs hold the reading end; when the other one is closed, also by our death, they stop.
    var input: Pipe? = Pipe()
    while true {
      if Interruption.isRequested { input = nil }
      for child in active {
        guard let ending = try child.ending() else { continue }
        active.removeAll { $0 === child }
        switch ending {
        case .finished(let result): outcomes[child.index] = .finished(result)
        case .failed(let text): outcomes[child.index] = .failed(text)
        case .stopped: continue
        }
        presenter.ended(child.index, outcomes)
      }
      if let input {
        while active.count < parallel,
          let place = waiting.firstIndex(where: { !folder.isInUse(runs[$0]) })
        {
          let index = waiting.remove(at: place)
          let runFolder = folder.folder(of: runs[index])
          if let result = try runFolder.result() {
            outcomes[index] = .finished(result)
            presenter.ended(index, outcomes)
            continue
          }
          active.append(
            try ComparisonProcess(
              runs[index], index: index, in: runFolder, threads: threads, input: input))
        }
        if active.isEmpty, let first = waiting.first { presenter.waits(for: runs[first].name) }
      }
      if active.isEmpty && (input == nil || waiting.isEmpty) { return }
      presenter.live(active.map { ($0.index, $0.metrics) }, outcomes)
      Thread.sleep(forTimeInterval: 0.05)
    }
  }

  /// What `--dry-run --json` prints.
  private struct Intention: Encodable {
    let run: String
    let runs: [String]
    let parallel: Int
    let threads_each: Int
    let plan: ComparisonPlan
    let notes: [String]
  }

  /// What `--json` prints where the comparison was stopped.
  private struct Unfinished: Encodable {
    let run: String
    let runs: Int
    let finished: Int
  }

  /// What `--json` prints at the end: `comparison.json` without the raw scores of the runs.
  private struct Outcome: Encodable {
    let run: String
    let comparison: String
    let seconds: Double
    let runs: Int
    let failed: Int
    let below_base: Int
    let arms: [Comparison.ArmResult]
    let pairs: [Comparison.PairResult]

    init(_ folder: ComparisonFolder, _ result: Comparison, seconds: Double) {
      run = folder.path
      comparison = folder.resultFile
      self.seconds = seconds
      runs = result.runs.count
      failed = result.arms.reduce(0) { $0 + $1.failed }
      below_base = result.arms.reduce(0) { $0 + $1.belowBase }
      arms = result.arms
      pairs = result.pairs
    }
  }
}

extension ComparisonOutcome {
  /// Whether the run ended in an error.
  fileprivate var isFailure: Bool {
    if case .failed = self { true } else { false }
  }
}
