/// What the command line, files and the help know of a field, whichever settings hold it.
package struct AnyField: Sendable {
  /// Name in files, in `--set` and in errors, in snake case.
  package let key: String
  /// What the values are.
  package let kind: ValueKind
  /// One line of help.
  package let summary: String
  /// The fields it stands with.
  package let section: SettingsSection
  /// Where the idea was published, if it was.
  package fileprivate(set) var paper: String?
  /// Names other trainers have for it; never taken, but answered with the name here.
  package fileprivate(set) var aliases: [String] = []
  /// Where the algorithm's paper, or its default, is another.
  package fileprivate(set) var deviation: String?
  /// What kind of file the value may name.
  package fileprivate(set) var file: FileReference?
  /// Fields of a section are shown by rank, and those of one rank as they are listed.
  fileprivate(set) var rank = 0

  /// Name of the flag, in kebab case and without the two hyphens.
  package var flag: String { key.replacing("_", with: "-") }

  init(
    key: String, kind: ValueKind, summary: String, section: SettingsSection, rank: Int = 0,
    aliases: [String] = []
  ) {
    self.key = key
    self.kind = kind
    self.summary = summary
    self.section = section
    self.rank = rank
    self.aliases = aliases
  }

  /// Whether the field is shown before another one.
  static func precedes(_ left: AnyField, _ right: AnyField) -> Bool {
    (left.section.order, left.rank) < (right.section.order, right.rank)
  }
}

/// When a text names a file, and not something that is shipped: then a run keeps its absolute path.
package enum FileReference: Sendable {
  /// A suite or a problem file: with a slash, or with the ending of one.
  case suite
  /// A model: where there is such a file or folder.
  case model
  /// A verifier: with a slash.
  case verifier
  /// Whatever is not empty.
  case always
}

/// One field of some settings: the row that flags, files, help and `config.json` follow from.
package struct Field<Root>: Sendable {
  /// What it is.
  package private(set) var info: AnyField
  /// Reads the field.
  package let get: @Sendable (Root) -> SettingValue
  /// Writes the field; the value has been checked against the kind.
  package let set: @Sendable (inout Root, SettingValue) -> Void

  init(
    info: AnyField, get: @escaping @Sendable (Root) -> SettingValue,
    set: @escaping @Sendable (inout Root, SettingValue) -> Void
  ) {
    self.info = info
    self.get = get
    self.set = set
  }

  /// A row whose property holds one value of its kind.
  package init<Value: SettingRepresentable>(
    _ key: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ kind: ValueKind,
    _ summary: String, in section: SettingsSection
  ) {
    self.init(
      info: AnyField(key: key, kind: kind, summary: summary, section: section),
      get: { $0[keyPath: path].settingValue },
      set: { root, value in
        guard let value = Value(settingValue: value) else {
          preconditionFailure("\(key) was given a value that its kind doesn't take")
        }
        root[keyPath: path] = value
      })
  }

  /// A row whose values are the cases of an enumeration.
  package init<Value: CaseIterable & RawRepresentable<String> & Sendable>(
    _ key: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ summary: String,
    in section: SettingsSection
  ) {
    self.init(
      info: AnyField(
        key: key, kind: .choice(Value.allCases.map(\.rawValue)), summary: summary, section: section),
      get: { .text($0[keyPath: path].rawValue) },
      set: { root, value in
        guard case .text(let name) = value, let value = Value(rawValue: name) else {
          preconditionFailure("\(key) was given a value that its kind doesn't take")
        }
        root[keyPath: path] = value
      })
  }

  /// The row, with its source.
  package func paper(_ paper: String) -> Field { changed { $0.paper = paper } }

  /// The row, with what other trainers call it.
  package func aliases(_ names: String...) -> Field { changed { $0.aliases = names } }

  /// The row, with where the paper is another.
  package func deviation(_ text: String) -> Field { changed { $0.deviation = text } }

  /// The row of a text that may name a file.
  package func file(_ reference: FileReference) -> Field { changed { $0.file = reference } }

  /// The row, before (below 0) or after (above 0) the others of its section.
  package func rank(_ rank: Int) -> Field { changed { $0.rank = rank } }

  private func changed(_ change: (inout AnyField) -> Void) -> Field {
    var copy = self
    change(&copy.info)
    return copy
  }
}

/// A type of properties that hold one value of the settings.
package protocol SettingRepresentable: Sendable {
  /// The value without its type.
  var settingValue: SettingValue { get }
  /// The value with its type, or nil where it is of another type.
  init?(settingValue: SettingValue)
}

extension Int: SettingRepresentable {
  package var settingValue: SettingValue { .integer(self) }
  package init?(settingValue: SettingValue) {
    guard case .integer(let value) = settingValue else { return nil }
    self = value
  }
}

extension Double: SettingRepresentable {
  package var settingValue: SettingValue { .number(self) }
  package init?(settingValue: SettingValue) {
    guard case .number(let value) = settingValue else { return nil }
    self = value
  }
}

extension Bool: SettingRepresentable {
  package var settingValue: SettingValue { .boolean(self) }
  package init?(settingValue: SettingValue) {
    guard case .boolean(let value) = settingValue else { return nil }
    self = value
  }
}

extension String: SettingRepresentable {
  package var settingValue: SettingValue { .text(self) }
  package init?(settingValue: SettingValue) {
    guard case .text(let value) = settingValue else { return nil }
    self = value
  }
}
