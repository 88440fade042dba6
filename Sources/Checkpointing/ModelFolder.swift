internal import JSON

/// Reads a folder as transformers' `save_pretrained` leaves it.
struct ModelFolder {
  static let indexName = "model.safetensors.index.json"

  let path: String
  let limits: CheckpointLimits

  func load() throws -> ModelFiles {
    var contents: [CheckpointEntry: [UInt8]] = [:]
    var budget = limits.totalBytes
    for entry in CheckpointEntry.allCases {
      contents[entry] = try read(entry.rawValue, &budget)
    }
    guard contents[.config] != nil else {
      throw missing(CheckpointEntry.config.rawValue, "give a folder that holds a model")
    }
    if contents[.weights] != nil { return ModelFiles(path: path, contents: contents) }
    guard let index = try read(Self.indexName, &budget) else {
      throw missing(
        CheckpointEntry.weights.rawValue,
        "save the weights as safetensors (save_pretrained does, pytorch_model.bin isn't read)")
    }
    let weightMap = try weightMap(index)
    var shards: [(name: String, bytes: [UInt8])] = []
    for name in Set(weightMap.values).sorted() {
      guard let bytes = try read(name, &budget) else {
        throw missing(name, "\(Self.indexName) names it: copy all shards")
      }
      shards.append((name, bytes))
    }
    return ModelFiles(path: path, contents: contents, shards: shards, weightMap: weightMap)
  }

  /// The bytes of a file in the folder, or nil where it isn't there; takes them off the budget.
  func read(_ name: String, _ budget: inout Int) throws -> [UInt8]? {
    guard FileDescriptor.isPresent("\(path)/\(name)") else { return nil }
    let file = try FileDescriptor.open("\(path)/\(name)")
    let size = try file.size()
    guard size <= min(limits.entryBytes, budget) else {
      throw CheckpointError.damaged(
        path, entry: name, "\(size) bytes, more than the reader's limit",
        hint: "check that this is the folder you meant")
    }
    var bytes = [UInt8](repeating: 0, count: size)
    guard try file.read(at: 0, into: &bytes) == size else {
      throw CheckpointError.damaged(path, entry: name, "it became shorter while it was read")
    }
    budget -= size
    return bytes
  }

  private func weightMap(_ index: [UInt8]) throws(CheckpointError) -> [String: String] {
    func wrong(_ message: String) -> CheckpointError {
      .damaged(path, entry: Self.indexName, message)
    }
    let members: [String: JSONValue]?
    do {
      members = try JSONValue(parsing: index)["weight_map"]?.objectValue
    } catch {
      throw wrong("it isn't JSON: \(error)")
    }
    guard let members, !members.isEmpty else { throw wrong("it has no weight_map") }
    let weightMap = members.compactMapValues(\.stringValue)
    guard weightMap.count == members.count else { throw wrong("a shard's name isn't text") }
    let names = Set(weightMap.values)
    guard names.count <= limits.shards else { throw wrong("more than \(limits.shards) shards") }
    for name in names where !Self.isShardName(name) {
      throw wrong("\(name.debugDescription) isn't the name of a .safetensors file beside it")
    }
    return weightMap
  }

  /// Whether the name stays in its folder.
  private static func isShardName(_ name: String) -> Bool {
    name.hasSuffix(".safetensors") && name.utf8.first != UInt8(ascii: ".")
      && name.utf8.allSatisfy { byte in
        byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "/") && byte != UInt8(ascii: "\\")
      }
  }

  private func missing(_ name: String, _ hint: String) -> CheckpointError {
    CheckpointError(
      .missing, path: path, entry: name, message: "it isn't in the folder", hint: hint)
  }
}
