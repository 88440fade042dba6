internal import Algorithms
import Analysis
internal import Experience

/// The options of `hone report`.
package struct ReportOptions: Command {
  package static let specification = CommandSpecification(
    "report",
    "Write a report on runs: curves, scores, completions and settings in one HTML file.",
    operands: [
      .init(
        "RUN", "the folder of a run or of a comparison; several are shown together",
        count: 1...Int.max)
    ],
    options: [
      OptionSpecification(
        "output", .text(placeholder: "FILE"), "where to write it",
        remarks: ["default: report.html in the run's folder, or in the one that holds all runs"])
    ])

  /// The runs' folders.
  package let runs: [String]
  /// The file; nil for its usual place.
  package let output: String?

  package init(_ arguments: ParsedArguments) throws {
    // `runs/*` finds the report that was written there the last time.
    runs = arguments.operands.filter { !$0.hasSuffix(".html") }.map { run in
      // As the shell completes the name of a folder.
      run.count > 1 && run.hasSuffix("/") ? String(run.dropLast()) : run
    }
    guard !runs.isEmpty else {
      throw UsageError(
        "\(arguments.operands[0]) is a report; name the run's folder",
        usage: arguments.specification.usage)
    }
    output = arguments.text("output")
    for (place, run) in runs.enumerated() where runs[..<place].contains(run) {
      throw UsageError(
        "\(run) is given twice; its second curve would only cover the first",
        usage: arguments.specification.usage)
    }
  }

  package func run() throws -> ExitCode {
    let path = output ?? RunReport.defaultPath(of: runs)
    let catalog = AlgorithmRegistry.shared.catalog
    if runs.count == 1, ComparisonFolder.isComparison(runs[0]) {
      let folder = ComparisonFolder(runs[0])
      try RunReport(folder, folder.plan(catalog), catalog).write(to: path)
    } else {
      let all = try runs.flatMap { run -> [String] in
        guard ComparisonFolder.isComparison(run) else { return [run] }
        let folder = ComparisonFolder(run)
        return try folder.plan(catalog).runs.map { folder.folder(of: $0).path }
      }
      try RunReport(all, catalog).write(to: path)
    }
    try Console.result("report  \(path)\n")
    return .success
  }
}
