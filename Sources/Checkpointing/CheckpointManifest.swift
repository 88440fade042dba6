package import JSON

/// What an archive says about itself in `manifest.json`, its first entry.
///
/// It comes first so that a reader knows each entry's size and digest before it unpacks the entry,
/// and can stop at the first byte too many.
package struct CheckpointManifest: Hashable, Sendable {
  /// The manifest's own name in the archive.
  package static let fileName = "manifest.json"
  /// The version that this code writes and reads.
  package static let currentVersion = 1
  private static let format = "hone-checkpoint"

  /// One entry: its size in bytes and the SHA-256 of them.
  package struct Entry: Hashable, Sendable {
    package let name: CheckpointEntry
    package let size: Int
    package let digest: SHA256Digest
  }

  /// The entries in the archive's order.
  package let entries: [Entry]
  /// What made the checkpoint, as the caller gave it: config, suite, seed, step, scores.
  package let madeBy: JSONValue

  package init(of contents: [CheckpointEntry: [UInt8]], madeBy: JSONValue) {
    self.madeBy = madeBy
    entries = contents.sorted { $0.key < $1.key }.map {
      Entry(name: $0.key, size: $0.value.count, digest: SHA256Digest(of: $0.value))
    }
  }

  /// The text of `manifest.json`: equal manifests give equal bytes.
  package func bytes() -> [UInt8] {
    let list = entries.map { entry -> JSONValue in
      .object([
        "name": .string(entry.name.rawValue), "size": .integer(entry.size),
        "sha256": .string(entry.digest.hex),
      ])
    }
    let manifest: JSONValue = .object([
      "format": .string(Self.format), "format_version": .integer(Self.currentVersion),
      "entries": .array(list), "made_by": madeBy,
    ])
    return manifest.bytes(indented: true)
  }

  /// Reads `manifest.json` of the archive or folder at `path`.
  ///
  /// Throws `CheckpointError` for anything but a manifest of this version whose entries are known,
  /// in order, complete and within the limits.
  package init(
    parsing bytes: [UInt8], path: String, limits: CheckpointLimits = CheckpointLimits()
  ) throws(CheckpointError) {
    func wrong(_ message: String) -> CheckpointError {
      .damaged(path, entry: Self.fileName, message)
    }
    let manifest: JSONValue
    do {
      manifest = try JSONValue(parsing: bytes)
    } catch {
      throw wrong("it isn't JSON: \(error)")
    }
    try Self.checkVersion(manifest, path: path)
    guard let keys = manifest.objectValue?.keys,
      Set(keys) == ["format", "format_version", "entries", "made_by"],
      let madeBy = manifest["made_by"], let list = manifest["entries"]?.arrayValue
    else { throw wrong("it needs format, format_version, entries and made_by, and nothing else") }

    var entries: [Entry] = []
    var total = 0
    for item in list {
      guard item.objectValue?.count == 3, let name = item["name"]?.stringValue,
        let size = item["size"]?.intValue, size >= 0,
        let digest = item["sha256"]?.stringValue.flatMap({ SHA256Digest(hex: $0) })
      else { throw wrong("each of its entries needs a name, a size and a sha256") }
      guard let known = CheckpointEntry(rawValue: name) else {
        throw wrong("it lists \(name.debugDescription), which no checkpoint holds")
      }
      guard entries.last.map({ $0.name < known }) ?? true else {
        throw wrong("it lists \(name) twice or out of order")
      }
      guard size <= limits.entryBytes, size <= limits.totalBytes - total else {
        throw wrong("\(name) would take \(size) bytes, more than the reader's limit")
      }
      total += size
      entries.append(Entry(name: known, size: size, digest: digest))
    }
    for name in CheckpointEntry.required where !entries.contains(where: { $0.name == name }) {
      throw wrong("it doesn't list \(name.rawValue), without which there is no model")
    }
    self.entries = entries
    self.madeBy = madeBy
  }

  private static func checkVersion(
    _ manifest: JSONValue, path: String
  ) throws(CheckpointError) {
    guard manifest["format"]?.stringValue == format,
      let version = manifest["format_version"]?.intValue
    else {
      throw .damaged(path, entry: fileName, "it isn't the manifest of a Hone checkpoint")
    }
    guard version == currentVersion else {
      throw CheckpointError(
        .otherVersion, path: path, entry: fileName,
        message: "format version \(version), and this Hone reads version \(currentVersion)",
        hint: "use the Hone that wrote it, or unpack it with tar --zstd -xf")
    }
  }
}
