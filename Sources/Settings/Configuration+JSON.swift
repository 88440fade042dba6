internal import JSON

extension Configuration: Encodable {
  /// Writes the fields that the algorithm has, under their keys.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: SettingKey.self)
    for (field, value) in entries {
      let key = SettingKey(stringValue: field.key)
      switch value {
      case .integer(let number): try container.encode(number, forKey: key)
      case .number(let number): try container.encode(number, forKey: key)
      case .text(let text): try container.encode(text, forKey: key)
      case .boolean(let flag): try container.encode(flag, forKey: key)
      }
    }
  }

  /// The resolved configuration as a JSON object, one field to a line, as `config.json` has it.
  package var jsonText: String {
    "{\n"
      + entries.map { "  \(jsonString($0.field.key)): \($0.value.jsonText)" }
      .joined(separator: ",\n") + "\n}\n"
  }
}

/// What a configuration was written as, read back; `SettingsCatalog.resolve` makes it one again.
package struct WrittenSettings: Decodable, Sendable {
  /// The fields that were there.
  package let settings: [GivenSetting]

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: SettingKey.self)
    settings = try container.allKeys.map { key in
      let value: SettingValue
      if let flag = try? container.decode(Bool.self, forKey: key) {
        value = .boolean(flag)
      } else if let number = try? container.decode(Int.self, forKey: key) {
        value = .integer(number)
      } else if let number = try? container.decode(Double.self, forKey: key) {
        value = .number(number)
      } else {
        value = .text(try container.decode(String.self, forKey: key))
      }
      return GivenSetting(key: key.stringValue, given: .value(value), origin: .set)
    }
  }
}

private struct SettingKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
