internal import Experience
internal import JSON
internal import Messages
package import Settings
internal import Statistics
internal import Verifiers

/// One side of a comparison: an algorithm with its settings, or the base as it stands.
package struct ComparisonArm: Encodable, Sendable, Equatable {
  /// What it was asked for by, for example `grpo` or `grpo:clip_high=0.28`, or the label before that.
  package let name: String
  /// How it is trained, without seed and folder; nil for the base without training.
  package let configuration: Configuration?

  private enum CodingKeys: String, CodingKey {
    case name
    case configuration = "config"
  }

  package init(name: String, configuration: Configuration?) {
    self.name = name
    self.configuration = configuration
  }

  /// What its runs' folders begin with: the name in characters that need no quotes.
  package var folderName: String {
    String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) ? $0 : "-" })
  }

  /// Arms from which nothing about the task can be learned, to compare the others with.
  package enum Null: String, CaseIterable, Sendable {
    /// The base, which supervised fine-tuning made, without further training.
    case base = "sft-only"
    /// The default algorithm with a coin for a reward (arXiv 2506.10947).
    case randomReward = "random-reward"
  }

  /// Every name that an arm may begin with.
  package static func names(_ catalog: SettingsCatalog) -> [String] {
    catalog.names + Null.allCases.map(\.rawValue)
  }
}

extension ComparisonArm {
  /// An arm as it was asked for: a name, perhaps with a label before it, and settings behind it.
  struct Request {
    /// The label, or without one the whole text.
    let name: String
    /// The algorithm; nil for the base without training.
    let algorithm: String?
    /// Its own settings.
    let settings: [GivenSetting]

    /// Reads `NAME`, `NAME:KEY=VALUE,KEY=VALUE`, or one of both after `LABEL=`.
    ///
    /// - Throws: `SettingsError` for a name that isn't known, with the nearest that is, for a label
    ///   that can't be one, and for settings that can't be read or belong to the whole comparison.
    init(_ text: String, _ catalog: SettingsCatalog) throws(SettingsError) {
      let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let words = parts[0].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let kind = String(words[words.count - 1])
      name = words.count > 1 ? String(words[0]) : text
      if words.count > 1 { try Self.checkLabel(name, in: text, catalog) }
      var settings: [GivenSetting] = []
      switch ComparisonArm.Null(rawValue: kind) {
      case .base?:
        algorithm = nil
        guard parts.count == 1 else {
          throw SettingsError(
            "arm \(text): \(kind) is the base without training, and takes no settings")
        }
      case .randomReward?:
        algorithm = catalog.names[0]
        settings.append(
          GivenSetting(
            key: "rewards", given: .value(.text(RewardSource.random.rawValue)),
            origin: .arm(text)))
      case nil:
        guard catalog.names.contains(kind) else { throw Self.unknown(kind, catalog) }
        algorithm = kind
      }
      for part in parts.count > 1 ? parts[1].split(separator: ",") : [] {
        settings.append(try Self.setting(part, in: text, catalog))
      }
      self.settings = settings
    }

    private static func checkLabel(
      _ label: String, in text: String, _ catalog: SettingsCatalog
    ) throws(SettingsError) {
      let isPlain = ComparisonArm(name: label, configuration: nil).folderName == label
      guard isPlain, !label.isEmpty, !label.hasPrefix("."),
        !ComparisonArm.names(catalog).contains(label)
      else {
        throw SettingsError(
          "arm \(text): a label has letters, digits, _, - and . and is no arm's own name, not "
            + jsonString(label))
      }
    }

    private static func unknown(_ kind: String, _ catalog: SettingsCatalog) -> SettingsError {
      let names = ComparisonArm.names(catalog)
      let near = nearestName(to: kind, among: names).map { "; did you mean \($0)?" }
      return SettingsError(
        "unknown arm \(jsonString(kind))"
          + (near ?? "; the known ones are \(names.joined(separator: ", "))"))
    }

    private static func setting(
      _ part: Substring, in text: String, _ catalog: SettingsCatalog
    ) throws(SettingsError) -> GivenSetting {
      guard let mark = part.firstIndex(of: "="), mark > part.startIndex else {
        throw SettingsError(
          "arm \(text): settings read KEY=VALUE, separated by commas, not \(jsonString(String(part)))"
        )
      }
      let setting = GivenSetting(
        key: String(part[..<mark]), given: .typed(String(part[part.index(after: mark)...])),
        origin: .arm(text))
      let key = try catalog.field(of: setting).field.key
      if key == "algorithm" {
        throw SettingsError("arm \(text): its name says the algorithm already")
      }
      if let flag = ComparisonPlan.commonKeys[key] {
        throw SettingsError(
          "arm \(text): \(key) is the same for all arms, or they could not be compared; "
            + "give it once, with \(flag)")
      }
      return setting
    }
  }
}
