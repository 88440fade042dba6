internal import Algorithms
import Analysis
internal import Experience
internal import Runs
internal import Settings

/// The options of `hone resume`.
package struct ResumeOptions: Command {
  package static let specification = CommandSpecification(
    "resume",
    "Resume a run from its newest checkpoint, bit for bit as if it had never stopped.",
    operands: [.init("RUN", "the folder of a run, or of a comparison")],
    options: [
      OptionSpecification("steps", .integer(1...1_000_000), "end after this step instead"),
      OptionSpecification(
        "threads", .integer(0...1024), "threads, 0 for one per core; results don't depend on it"),
      OptionSpecification(
        "until-input-ends",
        "stop and save also when standard input ends: for programs that start runs"),
      jsonOption,
      quietOption,
    ])

  /// The run's folder.
  package let runFolder: String
  /// The new number of steps; nil for the run's own.
  package let steps: Int?
  /// The threads; nil for the run's own.
  package let threads: Int?
  /// Whether the end of standard input stops the run.
  package let untilInputEnds: Bool
  /// Whether standard output ends with a line of JSON.
  package let isJSON: Bool
  /// Whether progress is left out.
  package let isQuiet: Bool

  package init(_ arguments: ParsedArguments) {
    runFolder = arguments.operands[0]
    steps = arguments.integer("steps")
    threads = arguments.integer("threads")
    untilInputEnds = arguments.isOn("until-input-ends")
    isJSON = arguments.isOn("json")
    isQuiet = arguments.isOn("quiet")
  }

  package func run() throws -> ExitCode {
    if untilInputEnds { Interruption.watchInput() }
    if ComparisonFolder.isComparison(runFolder) {
      guard steps == nil else {
        throw SettingsError(
          "\(runFolder) is a comparison, whose budget stays as planned; leave --steps out"
        )
      }
      return try CompareSession(
        ComparisonFolder(runFolder),
        ComparisonFolder(runFolder).plan(AlgorithmRegistry.shared.catalog), threads: threads ?? 0,
        isJSON: isJSON, isQuiet: isQuiet
      ).run()
    }
    let training = try TrainingRun(
      resuming: runFolder, algorithms: .shared, steps: steps, threads: threads)
    return try TrainSession(training, isJSON: isJSON, isQuiet: isQuiet).run()
  }
}
