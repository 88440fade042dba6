import Foundation
internal import JSON

extension Configuration: Codable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// Writes the fields that the algorithm reads, under their keys.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    for (field, value) in entries {
      let key = Key(stringValue: field.key)
      switch value {
      case .integer(let number): try container.encode(number, forKey: key)
      case .number(let number): try container.encode(number, forKey: key)
      case .text(let text): try container.encode(text, forKey: key)
      case .boolean(let flag): try container.encode(flag, forKey: key)
      }
    }
  }

  /// Reads what `encode(to:)` wrote; a key that isn't there keeps its default.
  ///
  /// - Throws: `DecodingError`, or `ConfigurationError` as `init(resolving:)` does.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let settings = try container.allKeys.map { key in
      let value: ConfigurationValue
      if let flag = try? container.decode(Bool.self, forKey: key) {
        value = .boolean(flag)
      } else if let number = try? container.decode(Int.self, forKey: key) {
        value = .integer(number)
      } else if let number = try? container.decode(Double.self, forKey: key) {
        value = .number(number)
      } else {
        value = .text(try container.decode(String.self, forKey: key))
      }
      return ConfigurationSetting(key: key.stringValue, given: .value(value), origin: .set)
    }
    try self.init(resolving: settings)
  }

  /// The resolved configuration as a JSON object, one field to a line, in the table's order.
  package var jsonText: String {
    "{\n"
      + entries.map { "  \(jsonString($0.field.key)): \($0.value.jsonText)" }
      .joined(separator: ",\n") + "\n}\n"
  }

  /// The settings of a configuration file.
  ///
  /// - Parameter path: a JSON5 object of keys and values, for example a run's `config.json`.
  /// - Throws: `ConfigurationError` with line and column where it isn't one.
  package static func settings(
    ofFile path: String
  ) throws(ConfigurationError) -> [ConfigurationSetting] {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch CocoaError.fileReadNoSuchFile {
      throw ConfigurationError(.missingFile, "\(path): no such configuration file")
    } catch {
      throw ConfigurationError(
        .unreadableFile,
        "\(path): can't be read; --config takes a file, for example a run's config.json")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw ConfigurationError(.syntax, "\(path): not UTF-8 text; save it as UTF-8")
    }
    do throws(JSONError) {
      return try settings(of: JSONNode(parsing: text, as: .json5, file: path), path)
    } catch {
      throw ConfigurationError(.syntax, error.description)
    }
  }

  private static func settings(
    of root: JSONNode, _ path: String
  ) throws(JSONError) -> [ConfigurationSetting] {
    func error(_ message: String, at position: TextPosition) -> JSONError {
      JSONError(.value, file: path, position: position, message)
    }
    guard case .object(let members) = root.value else {
      throw error("a configuration is an object: it starts with {", at: root.position)
    }
    var settings: [ConfigurationSetting] = []
    var names: Set<String> = []
    for member in members {
      guard names.insert(member.key.replacing("-", with: "_")).inserted else {
        throw error(
          "the key \(jsonString(member.key)) is there twice; keep one", at: member.position)
      }
      let value: ConfigurationValue
      switch member.node.value {
      case .string(let text): value = .text(text)
      case .bool(let flag): value = .boolean(flag)
      case .number(let text):
        value = Int(text).map { .integer($0) } ?? .number(Double(text) ?? .nan)
      case .null:
        throw error(
          "expected a value for \(jsonString(member.key)); leave the key out for its default",
          at: member.node.position)
      case .array, .object:
        throw error(
          "\(member.key) takes a single value, not a list or an object", at: member.node.position)
      }
      settings.append(
        ConfigurationSetting(
          key: member.key, given: .value(value),
          origin: .file(
            path: path, line: member.position.line, column: member.position.column)))
    }
    return settings
  }
}
