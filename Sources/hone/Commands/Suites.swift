internal import Runs
import TaskSuites
import Verifiers

/// The options of `hone suites`.
package struct SuitesOptions: Command {
  package static let specification = CommandSpecification(
    "suites", "List the shipped suites.",
    options: [jsonOption])

  /// Whether standard output ends with a line of JSON.
  package let isJSON: Bool

  package init(_ arguments: ParsedArguments) { isJSON = arguments.isOn("json") }

  package func run() throws -> ExitCode {
    let entries = SuiteCatalog(folder: Installation.current.tasks).entries()
    var rows: [Row] = []
    for entry in entries {
      switch entry.suite {
      case .success(let suite):
        rows.append(Row(name: entry.name, description: suite.summary, tasks: suite.taskNames))
        try Console.progress(
          entry.name.padding(to: 14) + suite.summary + "\n" + "".padding(to: 14)
            + suite.taskNames.joined(separator: ", ") + "\n", isJSON: isJSON)
      case .failure(let error):
        Console.complain("\(error)\n")
      }
    }
    if isJSON { try Console.json(["suites": rows]) }
    return .success
  }

  private struct Row: Encodable {
    let name: String
    let description: String
    let tasks: [String]
  }
}

/// The options of `hone suites show`.
package struct SuitesShowOptions: Command {
  package static let specification = CommandSpecification(
    "suites show", "Print problems of a suite with their demonstrations.",
    operands: [.init("NAME|FILE", "a shipped suite, or a suite file")],
    options: [
      OptionSpecification(
        "count", .integer(1...1_000_000), "number of problems", remarks: ["default 5"]),
      OptionSpecification(
        "split", .choice(splitNames), "which problems", remarks: ["default train"]),
      jsonOption,
    ])

  /// A shipped suite, or a suite file.
  package let suite: String
  /// Number of problems.
  package let count: Int
  /// Which problems.
  package let split: String
  /// Whether standard output ends with a line of JSON.
  package let isJSON: Bool

  package init(_ arguments: ParsedArguments) {
    suite = arguments.operands[0]
    count = arguments.integer("count") ?? 5
    split = arguments.text("split") ?? "train"
    isJSON = arguments.isOn("json")
  }

  package func run() throws -> ExitCode {
    let opened = try SuiteLocator.open(suite, installation: .current)
    guard let split = Split(rawValue: split) else { preconditionFailure("the parser knows them") }
    try opened.checkHasProblems(in: split)
    var rows: [Row] = []
    for worked in opened.distinctProblems(split: split, count: count) {
      let row = Row(
        task: worked.problem.task, prompt: worked.problem.prompt, answer: worked.problem.answer,
        demonstration: worked.demonstration)
      rows.append(row)
      try Console.progress(
        row.task.padding(to: 20) + row.prompt + "  " + (row.demonstration ?? row.answer) + "\n",
        isJSON: isJSON)
    }
    if isJSON { try Console.json(["problems": rows]) }
    return .success
  }

  private struct Row: Encodable {
    let task: String
    let prompt: String
    let answer: String
    let demonstration: String?
  }
}
