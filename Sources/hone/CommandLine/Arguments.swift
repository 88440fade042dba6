internal import JSON
internal import Messages
internal import Settings
internal import Statistics
import Verifiers

/// The options of a command: what it takes, and one value of what it was given.
package protocol CommandOptions: Sendable {
  /// What the command takes.
  static var specification: CommandSpecification { get }

  /// Makes the options from parsed arguments.
  ///
  /// - Throws: `UsageError` or `SettingsError` where values don't go together.
  init(_ arguments: ParsedArguments) throws
}

extension CommandOptions {
  /// Reads the arguments after the command's name.
  ///
  /// - Throws: as the parser and `init(_:)` do.
  package init(parsing words: [String]) throws {
    try self.init(ArgumentParser(Self.specification).parse(words))
  }
}

/// A command that can be run.
package protocol Command: CommandOptions {
  /// Does it.
  ///
  /// - Throws: any error; `exitCode(for:)` knows its exit code.
  func run() throws -> ExitCode
}

/// Every command, in the order of the help.
package let commands: [any Command.Type] = [
  TrainOptions.self, ResumeOptions.self, CompareOptions.self, EvaluateOptions.self,
  AskOptions.self,
  SuitesOptions.self, SuitesShowOptions.self,
  VerifiersOptions.self, VerifiersNewOptions.self, VerifiersCheckOptions.self,
  CheckpointInspectOptions.self, CheckpointVerifyOptions.self, CheckpointUnpackOptions.self,
  CheckpointPackOptions.self, ReportOptions.self, DiffOptions.self, BenchOptions.self,
]

/// What a whole command line asks for.
package enum Invocation {
  /// The version.
  case version
  /// A help text.
  case help(String)
  /// A command with its options.
  case command(any Command)

  /// Finds the command that the first words name, and reads the rest as its arguments.
  ///
  /// - Throws: `UsageError` with the nearest known command where there is none, and as commands do.
  package init(_ words: [String]) throws {
    let specifications = commands.map { $0.specification }
    guard let first = words.first else {
      throw UsageError("no command given; `hone --help` lists them", usage: overviewUsage)
    }
    if first == "--version" {
      self = .version
      return
    }
    if first == "help" && words.count > 1 {
      self = try Invocation(words.dropFirst() + ["--help"])
      return
    }
    if ["--help", "-h", "help"].contains(first) {
      self = .help(overviewHelp(specifications))
      return
    }
    // Of `suites` and `suites show`, and of `verifiers` and what follows it, the longer name is meant.
    let fitting = commands.filter { words.starts(with: $0.specification.name.split(" ")) }
    if let command = fitting.max(by: { $0.specification.name.count < $1.specification.name.count })
    {
      let length = command.specification.name.split(" ").count
      let arguments = try ArgumentParser(command.specification).parse(Array(words[length...]))
      self =
        arguments.wantsHelp
        ? .help(helpText(of: command.specification)) : .command(try command.init(arguments))
      return
    }
    throw Self.unknownCommand(words, among: specifications)
  }

  private static func unknownCommand(
    _ words: [String], among specifications: [CommandSpecification]
  ) -> UsageError {
    let names = specifications.map(\.name)
    let members = names.filter { $0.hasPrefix(words[0] + " ") }
    if !members.isEmpty {
      return UsageError(
        "hone \(words[0]) needs one of: "
          + members.map { $0.dropFirst(words[0].count + 1) }.joined(separator: ", "),
        usage: overviewUsage)
    }
    if words[0].hasPrefix("-") {
      return UsageError(
        "flag \(words[0]) before any command; the command comes first", usage: overviewUsage)
    }
    let firstWords = names.compactMap { $0.split(" ").first }
    let nearest = nearestName(to: words[0], among: firstWords)
    return UsageError(
      "unknown command \(jsonString(words[0]))"
        + (nearest.map { "; did you mean \($0)?" } ?? "; `hone --help` lists them"),
      usage: overviewUsage)
  }
}

/// The switch of commands whose result can be read by programs.
let jsonOption = OptionSpecification(
  "json", "end standard output with a line of JSON; progress goes to standard error")

/// The switch of commands that show progress.
let quietOption = OptionSpecification("quiet", "print no progress")

/// The usage line of the tool as a whole.
let overviewUsage = "usage: hone COMMAND [ARGUMENT]…"

extension String {
  fileprivate func split(_ separator: Character) -> [String] {
    split(separator: separator).map(String.init)
  }
}
