/// A paper's variant of an algorithm: a name for the settings that make its objective.
///
/// Sizes of batches, numbers of updates and learning rates are no part of one.
package struct SettingsVariant: Sendable {
  /// What it is called.
  package let name: String
  /// The settings by key; a key that isn't here keeps its default.
  package let settings: [(key: String, value: SettingValue)]

  package init(_ name: String, _ settings: [(key: String, value: SettingValue)]) {
    self.name = name
    self.settings = settings
  }

  /// What stands for no variant.
  package static let none = "none"
}

extension Field where Root: AlgorithmSettings {
  /// The row of the variant's name.
  package static func variant(
    _ path: any WritableKeyPath<Root, String> & Sendable
  ) -> Field {
    Field(
      variantKey, path, .choice([SettingsVariant.none] + Root.variants.map(\.name)),
      "settings that a paper's variant stands for; others given win", in: .objective
    ).aliases("preset")
  }
}

let variantKey = "variant"

extension AlgorithmSettings {
  /// The variant that was chosen, if one was.
  package var chosenVariant: SettingsVariant? {
    guard case .text(let name)? = value(variantKey) else { return nil }
    return Self.variants.first { $0.name == name }
  }

  /// The settings that the chosen variant stands for; none without one.
  package var variantSettings: [(key: String, value: SettingValue)] {
    chosenVariant?.settings ?? []
  }

  /// What the variant stands for, and what is set otherwise.
  var variantNotes: [String] {
    guard let variant = chosenVariant else { return [] }
    let (kept, others) = variant.settings.reduce(into: ([String](), [String]())) { lists, setting in
      guard let value = value(setting.key) else { preconditionFailure("no field \(setting.key)") }
      let text = "\(setting.key) \(value.plainText)"
      if value == setting.value { lists.0.append(text) } else { lists.1.append(text) }
    }
    let defaults = Self()
    let isDefault = variant.settings.allSatisfy { $0.value == defaults.value($0.key) }
    return [
      "variant \(variant.name) stands for \(kept.joined(separator: ", "))"
        + (isDefault ? "; all of them are the defaults" : "")
        + (others.isEmpty ? "" : "; set otherwise: \(others.joined(separator: ", "))")
    ]
  }
}
