internal import JSON
internal import Messages

/// One value that somebody gave, with the place it was given in.
package struct GivenSetting: Sendable, Equatable {
  /// Where a value was given.
  package enum Origin: Sendable, Equatable {
    /// As a flag of its own.
    case flag
    /// As `--set key=value`.
    case set
    /// In the name of an arm of a comparison, which is given.
    case arm(String)
    /// In a file: line and column from 1, columns in characters.
    case file(path: String, line: Int, column: Int)
  }

  /// A value as it was given.
  package enum Given: Sendable, Equatable {
    /// As text on the command line, to be read by the field's kind.
    case typed(String)
    /// As a value of JSON5, or already read.
    case value(SettingValue)
  }

  /// The key as it was written, in snake or kebab case.
  package let key: String
  /// The value.
  package let given: Given
  /// The place, for errors.
  package let origin: Origin

  package init(key: String, given: Given, origin: Origin) {
    self.key = key
    self.given = given
    self.origin = origin
  }

  /// Reads the text after `--set`.
  ///
  /// - Throws: `SettingsError` where there is no `=` or nothing before it.
  package init(assignment: String) throws(SettingsError) {
    guard let mark = assignment.firstIndex(of: "="), mark > assignment.startIndex else {
      throw SettingsError(
        "--set takes KEY=VALUE, for example steps=50, not \(jsonString(assignment))")
    }
    self.init(
      key: assignment[..<mark].trimming(" "),
      given: .typed(assignment[assignment.index(after: mark)...].trimming(" ")), origin: .set)
  }

  /// The key in snake case.
  package var name: String { key.replacing("-", with: "_") }

  /// The value, read and checked by its field.
  ///
  /// - Throws: `SettingsError` where the field doesn't take it.
  func value(as kind: ValueKind) throws(SettingsError) -> SettingValue {
    do {
      switch given {
      case .typed(let text): return try kind.value(ofText: text)
      case .value(let value): return try kind.checked(value)
      }
    } catch {
      throw self.error("\(error)")
    }
  }

  /// An error about this setting: what stands before the text is the place and, if wanted, the name.
  func error(_ text: String, named: Bool = true) -> SettingsError {
    SettingsError(place + (named ? nameInErrors + " " : "") + text)
  }

  private var place: String {
    switch origin {
    case .flag: ""
    case .set: "--set: "
    case .arm(let name): "arm \(name): "
    case .file(let path, let line, let column): "\(path):\(line):\(column): "
    }
  }

  private var nameInErrors: String {
    origin == .flag ? "--" + key.replacing("_", with: "-") : name
  }
}

extension StringProtocol {
  /// The text without this character at its ends.
  fileprivate func trimming(_ character: Character) -> String {
    var rest = self[...]
    while rest.first == character { rest.removeFirst() }
    while rest.last == character { rest.removeLast() }
    return String(rest)
  }
}
