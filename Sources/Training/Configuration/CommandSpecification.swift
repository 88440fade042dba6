/// What a command of the tool takes: enough to parse its arguments and to write its help.
package struct CommandSpecification: Sendable {
  /// The word or words that call it, for example `checkpoint inspect`.
  package let name: String
  /// One line of what it does.
  package let summary: String
  /// The arguments without a flag, in order.
  package let operands: [Operand]
  /// The flags, in the sections of the help.
  package let sections: [OptionSection]

  /// Makes a specification; flags given alone make one section, `Flags`.
  package init(
    _ name: String, _ summary: String, operands: [Operand] = [],
    options: [OptionSpecification] = [],
    sections: [OptionSection] = []
  ) {
    self.name = name
    self.summary = summary
    self.operands = operands
    self.sections = (options.isEmpty ? [] : [OptionSection("Flags", options)]) + sections
  }

  /// An argument without a flag.
  package struct Operand: Sendable {
    /// What stands for it in the usage line, for example `MODEL`.
    package let name: String
    /// What it is.
    package let summary: String

    /// How many of it may be given; of a command's operands only the last one's may vary.
    package let count: ClosedRange<Int>

    /// Makes an operand, which must be given once unless something else is said.
    package init(_ name: String, _ summary: String, count: ClosedRange<Int> = 1...1) {
      self.name = name
      self.summary = summary
      self.count = count
    }
  }

  /// Every flag.
  package var options: [OptionSpecification] { sections.flatMap(\.options) }

  /// The line that errors and the help show.
  package var usage: String {
    let places = operands.map { operand in
      let place = operand.name + (operand.count.upperBound > 1 ? "…" : "")
      return operand.count.lowerBound == 0 ? "[\(place)]" : place
    }
    let words = ["usage: hone", name] + places + (options.isEmpty ? [] : ["[FLAG]…"])
    return words.joined(separator: " ")
  }
}

/// Flags that stand together in the help.
package struct OptionSection: Sendable {
  /// The heading.
  package let title: String
  /// The flags.
  package let options: [OptionSpecification]

  /// Makes a section.
  package init(_ title: String, _ options: [OptionSpecification]) {
    self.title = title
    self.options = options
  }
}

/// A flag of a command.
package struct OptionSpecification: Sendable {
  /// The name in kebab case, without hyphens.
  package let name: String
  /// What values it takes; `boolean` makes a switch.
  package let kind: ValueKind
  /// What it does.
  package let summary: String
  /// What the help says in brackets after that, for example the default.
  package let remarks: [String]
  /// Names other tools have for it; never taken, but answered with the name here.
  package let otherNames: [String]
  /// Whether a switch may be turned off with `--no-NAME`.
  package let canBeNegated: Bool

  /// Makes a flag.
  package init(
    _ name: String, _ kind: ValueKind, _ summary: String, remarks: [String] = [],
    otherNames: [String] = [], canBeNegated: Bool = false
  ) {
    self.name = name
    self.kind = kind
    self.summary = summary
    self.remarks = remarks
    self.otherNames = otherNames
    self.canBeNegated = canBeNegated
  }

  /// Makes a switch.
  package init(_ name: String, _ summary: String) {
    self.init(name, .boolean, summary)
  }

  /// The flag of a field of the configuration.
  package init(_ field: ConfigurationField) {
    var remarks: [String] = []
    let others = Configuration.Algorithm.allCases.filter { !field.algorithms.contains($0) }
    if others.count > field.algorithms.count {
      remarks.append("only " + field.algorithms.map(\.rawValue).joined(separator: ", "))
    } else if !others.isEmpty {
      remarks.append("not " + others.map(\.rawValue).joined(separator: ", "))
    }
    if let first = field.algorithms.first {
      let common = field.defaultValue(for: first)
      if common != .text("") { remarks.append("default \(common.plainText)") }
      for algorithm in field.algorithms.dropFirst() {
        let own = field.defaultValue(for: algorithm)
        if own != common && field.key != "algorithm" {
          remarks.append("for \(algorithm.rawValue) \(own.plainText)")
        }
      }
    }
    if let paper = field.paper { remarks.append(paper) }
    self.init(
      field.flag, field.kind, field.summary, remarks: remarks,
      otherNames: field.otherNames.map { $0.replacing("_", with: "-") },
      canBeNegated: field.kind == .boolean)
  }
}
