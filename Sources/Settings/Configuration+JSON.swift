internal import JSON

extension Configuration: Encodable {
  /// Writes the fields that the algorithm has, under their keys.
  package func encode(to encoder: any Encoder) throws {
    try WrittenSettings(self).encode(to: encoder)
  }

  /// The resolved configuration as a JSON object, one field to a line, as `config.json` has it.
  package var jsonText: String {
    "{\n"
      + entries.map { "  \(jsonString($0.field.key)): \($0.value.jsonText)" }
      .joined(separator: ",\n") + "\n}\n"
  }
}

/// A configuration as it is written, whatever its fields mean; `SettingsCatalog.resolve` makes it one again.
package struct WrittenSettings: Codable, Sendable, Equatable {
  /// The fields that are there.
  package let settings: [GivenSetting]

  /// The same values under the same keys: files keep no order, and don't tell 1 from 1.0.
  package static func == (left: WrittenSettings, right: WrittenSettings) -> Bool {
    left.texts == right.texts
  }

  private var texts: [String: String] {
    Dictionary(
      settings.map { setting in
        switch setting.given {
        case .typed(let text): (setting.key, jsonString(text))
        case .value(let value): (setting.key, value.jsonText)
        }
      }, uniquingKeysWith: { _, last in last })
  }

  package init(_ configuration: Configuration) {
    settings = configuration.entries.map {
      GivenSetting(key: $0.field.key, given: .value($0.value), origin: .set)
    }
  }

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

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: SettingKey.self)
    for setting in settings {
      let key = SettingKey(stringValue: setting.key)
      switch setting.given {
      case .typed(let text), .value(.text(let text)): try container.encode(text, forKey: key)
      case .value(.integer(let number)): try container.encode(number, forKey: key)
      case .value(.number(let number)): try container.encode(number, forKey: key)
      case .value(.boolean(let flag)): try container.encode(flag, forKey: key)
      }
    }
  }
}

private struct SettingKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
