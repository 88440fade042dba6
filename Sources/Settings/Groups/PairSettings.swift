/// Where preference pairs come from.
package struct PairSettings: SettingsGroup {
  /// File of pairs (.jsonl), with prompt, chosen and rejected.
  package var pairs = ""

  package init() {}

  package static var fields: [Field<PairSettings>] {
    Field(
      "pairs", \.pairs, .text(placeholder: "FILE"),
      "preference pairs (.jsonl), with prompt, chosen and rejected on each line",
      in: .demonstrations
    ).file(.always).aliases("preference_data", "train_file")
  }

  /// Refuses to train on nothing.
  package func check(_ algorithm: String) throws(SettingsError) {
    guard pairs.isEmpty else { return }
    throw SettingsError(
      "pairs is empty, and \(algorithm) learns from preference pairs; name a file with --pairs FILE"
    )
  }
}
