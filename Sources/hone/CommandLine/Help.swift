internal import Runs
internal import Settings

/// The help of the tool: its commands.
package func overviewHelp(_ specifications: [CommandSpecification]) -> String {
  var lines = [
    "Hone trains tiny reasoning models with verifiable rewards, on CPUs, in minutes.", "",
    overviewUsage, "",
  ]
  let width = (specifications.map(\.name.count).max() ?? 0) + 3
  lines += specifications.flatMap { entry("  " + $0.name, $0.summary, column: width + 2) }
  lines += [
    "", "`hone COMMAND --help` lists a command's flags; `hone --version` prints the version.",
    "Exit codes: 0 done, 1 runs differ (diff) or a verifier leaks (verifiers check), 64 usage or",
    "configuration, 65 bad data, 66 missing input, 69 plugin failed, 70 mistake in Hone, 73 can't",
    "create, 74 input or output failed, 130 interrupted.",
  ]
  return lines.joined(separator: "\n") + "\n"
}

/// The help of one command: what it does, its usage line, operands and flags.
package func helpText(of specification: CommandSpecification) -> String {
  var lines = [specification.summary, "", specification.usage]
  if !specification.operands.isEmpty {
    lines.append("")
    lines += specification.operands.flatMap { entry("  " + $0.name, $0.summary) }
  }
  for section in specification.sections {
    lines += ["", section.title]
    for option in section.options {
      let name = (option.canBeNegated ? "--[no-]" : "--") + option.name
      let placeholder = option.kind == .boolean ? "" : " " + option.kind.placeholder
      let remarks = option.remarks.isEmpty ? "" : " [\(option.remarks.joined(separator: "; "))]"
      lines += entry("  " + name + placeholder, option.summary + remarks)
    }
  }
  return lines.joined(separator: "\n") + "\n"
}

private let column = 34
private let helpWidth = 100

/// A name with its explanation beside it, or below where the name is long; wrapped between words.
private func entry(_ name: String, _ explanation: String, column: Int = column) -> [String] {
  var lines: [String] = []
  var line = name
  if name.count + 2 > column {
    lines.append(name)
    line = ""
  }
  line = line.padding(to: column)
  var isEmpty = true
  for word in explanation.split(separator: " ") {
    if !isEmpty && line.count + 1 + word.count > helpWidth {
      lines.append(line)
      line = "".padding(to: column)
      isEmpty = true
    }
    line += (isEmpty ? "" : " ") + word
    isEmpty = false
  }
  return lines + [line]
}
