internal import Foundation
internal import JSON

extension SettingsCatalog {
  /// The configuration in a file, for example a run's `config.json`.
  ///
  /// - Throws: `SettingsError` as `settings(ofFile:)` and `resolve(_:)` do.
  package func configuration(ofFile path: String) throws(SettingsError) -> Configuration {
    try resolve(Self.settings(ofFile: path))
  }

  /// The settings of a configuration file.
  ///
  /// - Parameter path: a JSON5 object of keys and values, for example a run's `config.json`.
  /// - Throws: `SettingsError` with line and column where it isn't one.
  package static func settings(ofFile path: String) throws(SettingsError) -> [GivenSetting] {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch CocoaError.fileReadNoSuchFile {
      throw SettingsError(.missingFile, "\(path): no such configuration file")
    } catch {
      throw SettingsError(
        .unreadableFile,
        "\(path): can't be read; --config takes a file, for example a run's config.json")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw SettingsError(.syntax, "\(path): not UTF-8 text; save it as UTF-8")
    }
    return try settings(ofText: text, file: path)
  }

  /// The settings of a flat JSON5 object, in its order; the file's name is for errors.
  static func settings(ofText text: String, file: String) throws(SettingsError) -> [GivenSetting] {
    let root: JSONNode
    do throws(JSONError) {
      root = try JSONNode(parsing: text, as: .json5, file: file)
    } catch {
      throw SettingsError(.syntax, "\(error)")
    }
    guard case .object(let members) = root.value else {
      throw SettingsError(
        .syntax,
        "\(file):\(root.position.line):\(root.position.column): a configuration is an object: "
          + "it starts with {")
    }
    var seen: Set<String> = []
    var settings: [GivenSetting] = []
    for member in members {
      func error(_ message: String, at position: TextPosition) -> SettingsError {
        SettingsError(.syntax, "\(file):\(position.line):\(position.column): \(message)")
      }
      let value = try value(of: member) { error($0, at: member.node.position) }
      let setting = GivenSetting(
        key: member.key, given: .value(value),
        origin: .file(path: file, line: member.position.line, column: member.position.column))
      guard seen.insert(setting.name).inserted else {
        throw error(
          "the key \(jsonString(member.key)) is there twice; keep one", at: member.position)
      }
      settings.append(setting)
    }
    return settings
  }

  private static func value(
    of member: JSONNode.Member, error: (String) -> SettingsError
  ) throws(SettingsError) -> SettingValue {
    switch member.node.value {
    case .bool(let flag): return .boolean(flag)
    case .string(let text): return .text(text)
    case .number(let text):
      return member.node.integer().map { .integer($0) } ?? .number(Double(text) ?? .nan)
    case .null:
      throw error(
        "expected a value for \(jsonString(member.key)); leave the key out for its default")
    case .array, .object:
      throw error("\(member.key) takes a single value, not a list or an object")
    }
  }
}
