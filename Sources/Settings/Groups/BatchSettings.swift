/// How much one step reads.
package struct BatchSettings: SettingsGroup {
  /// Problems per step, or demonstrations.
  package var problems = 64

  package init() {}

  package static var fields: [Field<BatchSettings>] {
    Field(
      "problems", \.problems, .integer(1...65_536), "problems (or demonstrations) per step",
      in: .sampling
    ).rank(-1).aliases("batch_size", "train_batch_size")
  }
}
