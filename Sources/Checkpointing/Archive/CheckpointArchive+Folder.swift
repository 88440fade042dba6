import Foundation

extension CheckpointArchive {
  /// What `pack` made.
  package struct Packed: Sendable {
    package let manifest: CheckpointManifest
    /// Names in the folder that aren't a checkpoint's and were left out, sorted.
    package let leftOut: [String]
  }

  /// Unpacks an archive into a new folder, which transformers can load.
  ///
  /// The archive is read and checked whole first; the folder appears complete or not at all. An
  /// empty folder of that name is replaced; anything else there is an error. Throws `FileError` or
  /// `CheckpointError`.
  package static func unpack(
    _ path: String, into folder: String, limits: CheckpointLimits = CheckpointLimits()
  ) throws {
    let scan = try scan(path, limits)
    let manager = FileManager.default
    if let names = try? manager.contentsOfDirectory(atPath: folder), !names.isEmpty {
      throw CheckpointError(
        .cannotCreate, path: folder, message: "the folder isn't empty",
        hint: "choose another name or empty it")
    }
    let temporary = AtomicFile.temporaryName(for: folder)
    do {
      try FileDescriptor.makeFolder(temporary)
      do {
        try write(scan, into: temporary)
        try FileDescriptor.rename(temporary, to: folder)
      } catch {
        try? manager.removeItem(atPath: temporary)
        throw error
      }
    } catch let error as FileError {
      throw error.about(folder)
    }
    try FileDescriptor.synchronizeFolder(AtomicFile.folder(of: folder))
  }

  private static func write(_ scan: ArchiveScan, into folder: String) throws {
    var files = scan.contents.map { ($0.key.rawValue, $0.value) }
    files.append((CheckpointManifest.fileName, scan.manifestBytes))
    var folders: Set = [folder]
    for (name, bytes) in files {
      let file = "\(folder)/\(name)"
      let parent = AtomicFile.folder(of: file)
      if folders.insert(parent).inserted { try FileDescriptor.makeFolder(parent) }
      let descriptor = try FileDescriptor.create(file)
      try descriptor.write(bytes.span)
      try descriptor.synchronize()
      try descriptor.close()
    }
    for folder in folders { try FileDescriptor.synchronizeFolder(folder) }
  }

  /// Packs a folder, unpacked before or saved by transformers, into an archive.
  ///
  /// Sizes and digests are taken anew, so a file changed by hand is packed as it is; `made_by` is
  /// kept from the folder's `manifest.json`. An unchanged folder gives the bytes it was unpacked
  /// from. Weights in shards aren't packed. Throws `FileError` or `CheckpointError`.
  package static func pack(
    _ folder: String, to path: String, limits: CheckpointLimits = CheckpointLimits()
  ) throws -> Packed {
    let reader = ModelFolder(path: folder, limits: limits)
    let files = try reader.load()
    guard files[.weights] != nil else {
      throw CheckpointError(
        .missing, path: folder, entry: CheckpointEntry.weights.rawValue,
        message: "it isn't there, and weights in shards can't be packed",
        hint: "save the model in one file (save_pretrained with a larger max_shard_size)")
    }
    try files.checkForms()
    let contents = Dictionary(uniqueKeysWithValues: files.entries.map { ($0, files[$0]!) })

    var manifest = CheckpointManifest(of: contents, madeBy: .object([:]))
    var bytes = manifest.bytes()
    var budget = limits.manifestBytes
    if let old = try reader.read(CheckpointManifest.fileName, &budget) {
      let read = try CheckpointManifest(parsing: old, path: folder, limits: limits)
      let isUnchanged = read.entries == manifest.entries
      manifest = CheckpointManifest(of: contents, madeBy: read.madeBy)
      bytes = isUnchanged ? old : manifest.bytes()
    }
    try write(contents, manifest: bytes, to: path)
    return Packed(manifest: manifest, leftOut: try leftOut(of: folder))
  }

  private static func leftOut(of folder: String) throws -> [String] {
    let known = Set(CheckpointEntry.allCases.map(\.rawValue) + [CheckpointManifest.fileName])
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
    return names.filter { name in
      !known.contains(name) && !known.contains { $0.hasPrefix("\(name)/") }
    }.sorted()
  }
}
