internal import Checkpointing
internal import JSON
internal import LanguageModel
internal import Runs

/// What made a run, and the tokens it writes: from its newest checkpoint.
struct RunMaker {
  /// `made_by` of the checkpoint's manifest; nil without a checkpoint.
  let manifest: JSONValue?
  /// The vocabulary; Hone's own without a checkpoint.
  let vocabulary: Vocabulary

  /// Reads the newest checkpoint of a run.
  ///
  /// - Throws: as `ModelFiles.load` does, and for a tokenizer that can't be read.
  init(_ folder: RunFolder) throws {
    guard let newest = folder.checkpoints().last else {
      (manifest, vocabulary) = (nil, .standard)
      return
    }
    let files = try ModelFiles.load(newest.path)
    manifest = files.manifest?.madeBy
    vocabulary = try ModelBundle.vocabulary(of: files)
  }
}
