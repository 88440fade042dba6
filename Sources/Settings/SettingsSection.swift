/// Fields that stand together in the help and in files.
package struct SettingsSection: Sendable, Hashable {
  /// The heading in the help.
  package let title: String
  /// The place among the sections.
  package let order: Int

  package init(_ title: String, order: Int) {
    self.title = title
    self.order = order
  }

  package static let run = SettingsSection("Run", order: 0)
  package static let sampling = SettingsSection("Sampling", order: 10)
  package static let reward = SettingsSection("Reward and advantage", order: 20)
  package static let objective = SettingsSection("Objective", order: 30)
  package static let critic = SettingsSection("Critic", order: 40)
  package static let optimizer = SettingsSection("Optimizer (AdamW)", order: 50)
  package static let demonstrations = SettingsSection("Demonstrations", order: 60)
  package static let firstWeights = SettingsSection(
    "First weights (where model is a size)", order: 70)
  package static let evaluation = SettingsSection("Evaluation", order: 80)
  package static let saving = SettingsSection("Saving", order: 90)
}
