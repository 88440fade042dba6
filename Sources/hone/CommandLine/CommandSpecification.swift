package import Settings

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
  package let aliases: [String]
  /// Whether a switch may be turned off with `--no-NAME`.
  package let canBeNegated: Bool

  package init(
    _ name: String, _ kind: ValueKind, _ summary: String, remarks: [String] = [],
    aliases: [String] = [], canBeNegated: Bool = false
  ) {
    self.name = name
    self.kind = kind
    self.summary = summary
    self.remarks = remarks
    self.aliases = aliases
    self.canBeNegated = canBeNegated
  }

  package init(_ name: String, _ summary: String) {
    self.init(name, .boolean, summary)
  }

  /// The flag of a field of the configuration.
  init(_ field: CatalogField, among algorithms: [String]) {
    self.init(
      field.field.flag, field.field.kind, field.field.summary,
      remarks: field.remarks(among: algorithms),
      aliases: field.field.aliases.map { $0.replacing("_", with: "-") },
      canBeNegated: field.field.kind == .boolean)
  }
}

extension OptionSection {
  /// The flags of every field that some algorithm has.
  package static func sections(of catalog: SettingsCatalog) -> [OptionSection] {
    catalog.sections.map { section in
      OptionSection(
        section.title, section.fields.map { OptionSpecification($0, among: catalog.names) })
    }
  }
}
