internal import JSON
internal import Messages
package import Settings
internal import Statistics
import Verifiers

/// What was found on the command line of one command.
package struct ParsedArguments: Sendable {
  /// The command.
  package let specification: CommandSpecification
  /// The arguments without a flag, as many of each as the command takes.
  package fileprivate(set) var operands: [String] = []
  /// The flags with their values, in the order they were given.
  package fileprivate(set) var values: [(name: String, value: SettingValue)] = []
  /// Whether help was asked for; then nothing else was looked at.
  package fileprivate(set) var wantsHelp = false

  /// Whether a switch was given, and not turned off later.
  package func isOn(_ name: String) -> Bool { last(name) == .boolean(true) }

  /// The whole number of a flag, the last one if given twice.
  package func integer(_ name: String) -> Int? {
    guard case .integer(let number)? = last(name) else { return nil }
    return number
  }

  /// The number of a flag, the last one if given twice.
  package func number(_ name: String) -> Double? {
    guard case .number(let number)? = last(name) else { return nil }
    return number
  }

  /// The text of a flag, the last one if given twice.
  package func text(_ name: String) -> String? {
    guard case .text(let text)? = last(name) else { return nil }
    return text
  }

  /// The texts of a flag that may be repeated.
  package func texts(_ name: String) -> [String] {
    values.compactMap {
      guard $0.name == name, case .text(let text) = $0.value else { return nil }
      return text
    }
  }

  private func last(_ name: String) -> SettingValue? {
    precondition(
      specification.options.contains { $0.name == name },
      "\(specification.name) has no flag --\(name)")
    return values.last { $0.name == name }?.value
  }
}

/// A command line that can't be understood, with the command's usage line.
package struct UsageError: Error, Equatable, CustomStringConvertible {
  /// What is wrong and what to do.
  package let message: String
  /// The usage line of the command it was meant for.
  package let usage: String

  package init(_ message: String, usage: String) {
    self.message = message
    self.usage = usage
  }

  /// Both lines.
  package var description: String { message + "\n" + usage }
}

/// Reads the arguments of one command: `--name value`, `--name=value`, switches and operands.
///
/// After `--` everything is an operand, and so is a lone hyphen or one before anything but a letter,
/// since a prompt may start with a minus.
package struct ArgumentParser {
  private let specification: CommandSpecification

  package init(_ specification: CommandSpecification) {
    self.specification = specification
  }

  /// Reads the arguments after the command's name.
  ///
  /// - Throws: `UsageError` for an unknown flag (with the nearest known), a missing or bad value, and
  ///   too few or too many operands.
  package func parse(_ arguments: [String]) throws(UsageError) -> ParsedArguments {
    var parsed = ParsedArguments(specification: specification)
    if arguments.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
      parsed.wantsHelp = true
      return parsed
    }
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--" {
        parsed.operands += rest
        break
      }
      if argument.hasPrefix("--") {
        try parseFlag(argument.dropFirst(2), rest: &rest, into: &parsed)
      } else if argument.hasPrefix("-"), argument.dropFirst().first?.isLetter == true {
        throw error("unknown flag \(argument); every flag has two hyphens")
      } else {
        parsed.operands.append(argument)
      }
    }
    try checkOperands(parsed.operands)
    return parsed
  }

  private func parseFlag(
    _ argument: Substring, rest: inout ArraySlice<String>, into parsed: inout ParsedArguments
  ) throws(UsageError) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    var text = parts.count > 1 ? String(parts[1]) : nil
    if let option = specification.options.first(where: { $0.name == name }) {
      if option.kind == .boolean {
        text = text ?? "true"
      } else if text == nil, let next = rest.first, !next.hasPrefix("--") {
        text = rest.removeFirst()
      }
      guard let text else {
        throw error("--\(name) takes \(option.kind.description), and nothing follows it")
      }
      do {
        parsed.values.append((name, try option.kind.value(ofText: text)))
      } catch let refusal {
        throw error("--\(name) \(refusal)")
      }
    } else if text == nil, name.hasPrefix("no-"),
      let option = specification.options.first(where: {
        $0.canBeNegated && $0.name == name.dropFirst(3)
      })
    {
      parsed.values.append((option.name, .boolean(false)))
    } else {
      throw unknownFlag(name)
    }
  }

  private func unknownFlag(_ name: String) -> UsageError {
    let kebab = name.replacing("_", with: "-")
    let meant = specification.options.filter { $0.aliases.contains(kebab) }.map { "--" + $0.name }
    if !meant.isEmpty {
      return error("unknown flag --\(name); here it is called \(meant.joined(separator: " or "))")
    }
    let names = specification.options.map(\.name) + ["help"]
    guard let nearest = nearestName(to: name, among: names) else {
      return error("unknown flag --\(name); `hone \(specification.name) --help` lists them all")
    }
    return error("unknown flag --\(name); did you mean --\(nearest)?")
  }

  private func checkOperands(_ operands: [String]) throws(UsageError) {
    var rest = operands[...]
    for known in specification.operands {
      guard rest.count >= known.count.lowerBound else {
        throw error("hone \(specification.name) needs \(known.name): \(known.summary)")
      }
      rest = rest.dropFirst(known.count.upperBound)
    }
    if let surplus = rest.first {
      throw error("hone \(specification.name) doesn't know what to do with \(jsonString(surplus))")
    }
  }

  private func error(_ message: String) -> UsageError {
    UsageError(message, usage: specification.usage)
  }
}
