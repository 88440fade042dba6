/// The files that a checkpoint may hold, by the names that Hugging Face's libraries look for.
package enum CheckpointEntry: String, CaseIterable, Comparable, Sendable {
  case config = "config.json"
  case generationConfig = "generation_config.json"
  case tokenizer = "tokenizer.json"
  case tokenizerConfig = "tokenizer_config.json"
  case weights = "model.safetensors"
  case optimizer = "trainer/optimizer.safetensors"
  case trainerState = "trainer/state.json"

  /// Without these there is no model.
  package static let required: [CheckpointEntry] = [.config, .weights]

  /// The order of entries in an archive.
  package static func < (left: CheckpointEntry, right: CheckpointEntry) -> Bool {
    allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
  }

  var isTensors: Bool { rawValue.hasSuffix(".safetensors") }
}
