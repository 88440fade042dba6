package import JSON

/// A checkpoint as one `.tar.zst` file.
///
/// `tar --zstd -xf` opens it anywhere. It holds `manifest.json` and then entries in a fixed order,
/// as one zstd frame, and ends with `IntegrityRecord`. Equal contents give equal bytes. The file
/// appears under its name whole and flushed to disk, or not at all (`AtomicFile`).
package enum CheckpointArchive {
  /// Writes an archive and returns its manifest.
  ///
  /// `madeBy` says what made it and is kept as it is. Throws `FileError`, for example with no space
  /// left; a file that was there then stays.
  @discardableResult
  package static func write(
    _ contents: [CheckpointEntry: [UInt8]], madeBy: JSONValue, to path: String
  ) throws -> CheckpointManifest {
    let manifest = CheckpointManifest(of: contents, madeBy: madeBy)
    try write(contents, manifest: manifest.bytes(), to: path)
    return manifest
  }

  static func write(
    _ contents: [CheckpointEntry: [UInt8]], manifest: [UInt8], to path: String
  ) throws {
    precondition(CheckpointEntry.required.allSatisfy { contents[$0] != nil })
    precondition(manifest.count <= CheckpointLimits().manifestBytes, "made_by is too long")
    var writer = try ArchiveWriter.create(at: path)
    try writer.add(name: CheckpointManifest.fileName, bytes: manifest)
    for (name, bytes) in contents.sorted(by: { $0.key < $1.key }) {
      try writer.add(name: name.rawValue, bytes: bytes)
    }
    try writer.finish()
  }

  /// Reads a whole archive into memory and checks every byte of it.
  ///
  /// Throws `FileError` where the file can't be read and `CheckpointError`, which names the entry,
  /// where its content is wrong.
  package static func read(
    _ path: String, limits: CheckpointLimits = CheckpointLimits()
  ) throws -> ModelFiles {
    let scan = try scan(path, limits)
    return ModelFiles(path: path, contents: scan.contents, manifest: scan.manifest)
  }

  /// The scan of a sound archive.
  static func scan(_ path: String, _ limits: CheckpointLimits) throws -> ArchiveScan {
    let file = try FileDescriptor.open(path)
    let layout = try ArchiveLayout(of: file, path: path, limits: limits)
    var scan = ArchiveScan(path: path, limits: limits)
    guard let problem = layout.problem else {
      try scan.run(file, end: layout.frame.end)
      return scan
    }
    // The damage is known by now; one more walk finds the entry that it is in.
    scan.keepsContents = false
    do {
      try scan.run(file, end: layout.frame.end)
    } catch let error as CheckpointError where error.entry != nil {
      // A whole archive without a record is most likely another program's: say what it holds.
      throw layout.isWholeWithoutRecord
        ? error
        : .damaged(
          path, entry: error.entry,
          layout.frame.problem.map { "\($0), in this entry" } ?? error.message)
    }
    throw CheckpointError.damaged(path, entry: "integrity record", problem)
  }
}

/// The outermost things about an archive: its one frame and the integrity record after it.
struct ArchiveLayout {
  let frame: ZstdFrame
  /// What is wrong with them, or nil.
  let problem: String?
  /// Whether the frame is sound and only the integrity record is missing.
  let isWholeWithoutRecord: Bool

  init(
    of file: borrowing FileDescriptor, path: String, limits: CheckpointLimits
  ) throws {
    let size = try file.size()
    guard size <= limits.totalBytes + limits.manifestBytes else {
      throw CheckpointError.damaged(
        path, "it is \(size) bytes long, more than the reader's limit",
        hint: "check that this is the file you meant")
    }
    var last = [UInt8](repeating: 0, count: min(size, IntegrityRecord.byteCount))
    let end = size - last.count
    _ = try file.read(at: end, into: &last)
    guard let recorded = IntegrityRecord.digest(in: last[...]) else {
      frame = try ZstdFrame.find(in: file, to: size)
      isWholeWithoutRecord = frame.problem == nil
      problem =
        frame.problem
        ?? "the integrity record at its end is missing: it was cut short or damaged, or not "
        + "written by Hone"
      return
    }
    frame = try ZstdFrame.find(in: file, to: end)
    isWholeWithoutRecord = false
    if try Self.digest(of: file, to: end) != recorded {
      problem = frame.problem ?? "its bytes aren't those that were written"
    } else if frame.end < end {
      problem = frame.problem ?? "\(end - frame.end) bytes hide after its zstd frame"
    } else {
      problem = frame.problem
    }
  }

  private static func digest(
    of file: borrowing FileDescriptor, to end: Int
  ) throws(FileError) -> SHA256Digest {
    var hasher = SHA256Hasher()
    var buffer = [UInt8](repeating: 0, count: 256 << 10)
    var position = 0
    while position < end {
      let count = min(try file.read(at: position, into: &buffer), end - position)
      guard count > 0 else { break }
      hasher.update(buffer.span.extracting(first: count))
      position += count
    }
    return hasher.finish()
  }
}
