/// What `verify` found in an archive, entry by entry.
package struct CheckpointReport: Sendable {
  /// One entry that the manifest lists.
  package struct Entry: Hashable, Sendable {
    package let name: CheckpointEntry
    /// Bytes, as the manifest says.
    package let size: Int
    /// The SHA-256 that the manifest says.
    package let digest: SHA256Digest
    /// What is wrong with it, or nil where it is sound.
    package let problem: String?
  }

  /// The archive.
  package let path: String
  /// The manifest's entries in their order; none where the manifest can't be read.
  package let entries: [Entry]
  /// The first thing that is wrong with the archive, or nil where it is sound.
  package let problem: CheckpointError?

  /// Whether every byte is as it was written.
  package var isSound: Bool { problem == nil }
}

/// What `inspect` shows of a sound archive.
package struct CheckpointSummary: Sendable {
  package let manifest: CheckpointManifest
  /// The tensors of each safetensors entry, in the archive's order.
  package let tensors: [(entry: CheckpointEntry, layouts: [TensorLayout])]
}

extension CheckpointArchive {
  /// Checks every byte of an archive and reports each entry; damage is reported, not thrown.
  ///
  /// Also checks that each JSON file is JSON and each safetensors header sound. Throws `FileError`
  /// where the file can't be read.
  package static func verify(
    _ path: String, limits: CheckpointLimits = CheckpointLimits()
  ) throws -> CheckpointReport {
    var problem: CheckpointError?
    do {
      let scan = try scan(path, limits)
      try ModelFiles(path: path, contents: scan.contents).checkForms()
    } catch let error as CheckpointError {
      problem = error
    }

    var scan = ArchiveScan(path: path, limits: limits)
    scan.keepsContents = false
    scan.stopsAtWrongDigest = false
    do {
      let file = try FileDescriptor.open(path)
      let layout = try ArchiveLayout(of: file, path: path, limits: limits)
      try scan.run(file, end: layout.frame.end)
    } catch let error as CheckpointError {
      problem = problem ?? error
    }
    let entries = scan.manifest?.entries.map { entry in
      let found: String? =
        switch scan.digests[entry.name] {
        case nil: scan.current == entry.name.rawValue ? "it is damaged" : "it was not reached"
        case entry.digest: nil
        default: "its SHA-256 isn't the one in the manifest"
        }
      let form = problem?.entry == entry.name.rawValue ? problem?.message : nil
      return CheckpointReport.Entry(
        name: entry.name, size: entry.size, digest: entry.digest, problem: found ?? form)
    }
    return CheckpointReport(path: path, entries: entries ?? [], problem: problem)
  }

  /// Reads an archive's manifest and the list of its tensors. Throws as `read` does.
  package static func inspect(
    _ path: String, limits: CheckpointLimits = CheckpointLimits()
  ) throws -> CheckpointSummary {
    let files = try read(path, limits: limits)
    return CheckpointSummary(
      manifest: files.manifest!,
      tensors: try files.entries.filter(\.isTensors).map { entry in
        (entry, try files.tensors(of: entry).layouts)
      })
  }
}
