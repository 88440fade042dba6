internal import JSON
internal import Messages
import Verifiers

/// One value that somebody gave, with the place it was given in.
package struct ConfigurationSetting: Sendable, Equatable {
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
    case value(ConfigurationValue)
  }

  /// The key as it was written, in snake or kebab case.
  package let key: String
  /// The value.
  package let given: Given
  /// The place, for errors.
  package let origin: Origin

  /// Makes a setting.
  package init(key: String, given: Given, origin: Origin) {
    self.key = key
    self.given = given
    self.origin = origin
  }

  /// Reads the text after `--set`.
  ///
  /// - Throws: `ConfigurationError` where there is no `=` or nothing before it.
  package init(assignment: String) throws(ConfigurationError) {
    guard let mark = assignment.firstIndex(of: "="), mark > assignment.startIndex else {
      throw ConfigurationError(
        .setting, "--set takes KEY=VALUE, for example steps=50, not \(jsonString(assignment))")
    }
    self.init(
      key: assignment[..<mark].trimming(" "),
      given: .typed(assignment[assignment.index(after: mark)...].trimming(" ")), origin: .set)
  }

  /// The field that the key names.
  ///
  /// - Throws: `ConfigurationError` with the nearest known key where there is no such field.
  func field() throws(ConfigurationError) -> ConfigurationField {
    let name = key.replacing("-", with: "_")
    if let field = Configuration.fields.first(where: { $0.key == name }) { return field }
    throw ConfigurationError(
      .setting, "\(place)unknown key \(jsonString(key))\(Self.mend(for: name))")
  }

  /// The value, read and checked by its field.
  ///
  /// - Throws: `ConfigurationError` where the field doesn't take it.
  func value(for field: ConfigurationField) throws(ConfigurationError) -> ConfigurationValue {
    do {
      switch given {
      case .typed(let text): return try field.kind.value(ofText: text)
      case .value(let value): return try field.kind.checked(value)
      }
    } catch {
      throw ConfigurationError(.setting, "\(place)\(nameInErrors) \(error)")
    }
  }

  /// The error of a field that the algorithm doesn't read.
  func refusal(
    of field: ConfigurationField, by algorithm: Configuration.Algorithm
  ) -> ConfigurationError {
    let users = field.users.map { ", \($0)" } ?? ""
    return ConfigurationError(
      .setting,
      "\(place)\(nameInErrors) is not used by \(algorithm.rawValue)\(users); leave it out")
  }

  private static func mend(for name: String) -> String {
    if let field = Configuration.fields.first(where: { $0.otherNames.contains(name) }) {
      return "; here it is called \(field.key)"
    }
    if let nearest = nearestName(to: name, among: Configuration.fields.map(\.key)) {
      return "; did you mean \(nearest)?"
    }
    return "; `hone train --help` lists them all"
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
    origin == .flag ? "--" + key.replacing("_", with: "-") : key.replacing("-", with: "_")
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
