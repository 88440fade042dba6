package import JSON

/// A checkpoint's files in memory, from an archive or from a plain Hugging Face folder.
package struct ModelFiles: Sendable {
  /// The archive or folder that they came from.
  package let path: String
  /// The archive's manifest; nil for a folder.
  package let manifest: CheckpointManifest?
  private let contents: [CheckpointEntry: [UInt8]]
  /// The weight files of a sharded folder, in the order of their names; else empty.
  private let shards: [(name: String, bytes: [UInt8])]
  private let weightMap: [String: String]?

  init(
    path: String, contents: [CheckpointEntry: [UInt8]], manifest: CheckpointManifest? = nil,
    shards: [(name: String, bytes: [UInt8])] = [], weightMap: [String: String]? = nil
  ) {
    self.path = path
    self.contents = contents
    self.manifest = manifest
    self.shards = shards
    self.weightMap = weightMap
  }

  /// Reads an archive, or a folder as transformers' `save_pretrained` leaves it.
  ///
  /// Throws `FileError` where nothing can be read there and `CheckpointError` where what is there
  /// is wrong or incomplete.
  package static func load(
    _ path: String, limits: CheckpointLimits = CheckpointLimits()
  ) throws -> ModelFiles {
    FileDescriptor.isFolder(path)
      ? try ModelFolder(path: path, limits: limits).load()
      : try CheckpointArchive.read(path, limits: limits)
  }

  /// The files that are there, in an archive's order. Shards aren't among them.
  package var entries: [CheckpointEntry] { contents.keys.sorted() }

  /// A file's bytes, or nil where it isn't there.
  package subscript(entry: CheckpointEntry) -> [UInt8]? { contents[entry] }

  /// A file's bytes. Throws `CheckpointError` where it isn't there.
  package func bytes(of entry: CheckpointEntry) throws(CheckpointError) -> [UInt8] {
    guard let bytes = contents[entry] else {
      throw CheckpointError(
        .missing, path: path, entry: entry.rawValue, message: "it isn't there",
        hint: Self.hint(entry))
    }
    return bytes
  }

  /// A file's JSON. Throws `CheckpointError` where it isn't there or isn't JSON.
  package func json(of entry: CheckpointEntry) throws(CheckpointError) -> JSONValue {
    let bytes = try bytes(of: entry)
    do {
      return try JSONValue(parsing: bytes)
    } catch {
      throw .damaged(path, entry: entry.rawValue, "it isn't JSON: \(error)")
    }
  }

  /// A file's JSON as a Swift value. Throws `CheckpointError` where it isn't there or doesn't fit.
  package func decode<Value: Decodable>(
    _ type: Value.Type, from entry: CheckpointEntry
  ) throws(CheckpointError) -> Value {
    let bytes = try bytes(of: entry)
    do {
      return try JSONNode(parsing: bytes[...]).decode(as: type)
    } catch {
      throw .damaged(path, entry: entry.rawValue, "\(error)")
    }
  }

  /// The model's tensors, from one weight file or from all shards.
  ///
  /// Throws `CheckpointError` where a weight file is wrong, or shards and index disagree.
  package func tensors() throws(CheckpointError) -> TensorCollection {
    guard let weightMap else { return try tensors(of: .weights) }
    let tensors = try TensorCollection(path: path, files: shards)
    for (name, shard) in weightMap where tensors.file(of: name) != shard {
      throw .damaged(
        path, entry: ModelFolder.indexName,
        "it says that tensor \(name) is in \(shard), and it isn't")
    }
    for name in tensors.names where weightMap[name] == nil {
      throw .damaged(path, entry: ModelFolder.indexName, "it doesn't list tensor \(name)")
    }
    return tensors
  }

  /// The tensors of one safetensors file, for example the optimizer's.
  package func tensors(of entry: CheckpointEntry) throws(CheckpointError) -> TensorCollection {
    precondition(entry.isTensors)
    return try TensorCollection(path: path, files: [(entry.rawValue, try bytes(of: entry))])
  }

  /// Throws `CheckpointError` where a file that is there can't be what its name says.
  func checkForms() throws(CheckpointError) {
    for entry in entries {
      if entry.isTensors { _ = try tensors(of: entry) } else { _ = try json(of: entry) }
    }
  }

  private static func hint(_ entry: CheckpointEntry) -> String {
    switch entry {
    case .tokenizer, .tokenizerConfig: "save the tokenizer beside the model"
    case .optimizer, .trainerState: "this checkpoint can't be resumed; start a new run from it"
    case .config, .generationConfig, .weights: "save the model again"
    }
  }
}
