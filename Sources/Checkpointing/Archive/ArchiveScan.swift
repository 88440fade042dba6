/// One walk through an archive, from its manifest to its last byte, believing nothing.
///
/// What was found stays readable after a failure, so that `verify` can tell of every entry.
struct ArchiveScan {
  /// Bytes that the decompressor may be ahead of the tar reader.
  private static let readAhead = 1 << 20
  private static let block = 512

  let path: String
  let limits: CheckpointLimits
  /// Whether to keep the entries' bytes, or only to check them.
  var keepsContents = true
  /// Whether a wrong digest ends the walk, or is only noted.
  var stopsAtWrongDigest = true

  private(set) var manifest: CheckpointManifest?
  private(set) var manifestBytes: [UInt8] = []
  private(set) var contents: [CheckpointEntry: [UInt8]] = [:]
  /// The digests of the entries that were read whole.
  private(set) var digests: [CheckpointEntry: SHA256Digest] = [:]
  /// The entry being read, for messages.
  private(set) var current = CheckpointManifest.fileName

  init(path: String, limits: CheckpointLimits) {
    self.path = path
    self.limits = limits
  }

  /// Walks the frame that ends at `end`. Throws `FileError` or `CheckpointError`.
  mutating func run(_ file: consuming FileDescriptor, end: Int) throws {
    do {
      try walk(file, end: end)
    } catch let failure as ArchiveFailure {
      throw CheckpointError.damaged(path, entry: current, failure.message, code: failure.code)
    }
  }

  private mutating func walk(_ file: consuming FileDescriptor, end: Int) throws {
    var reader = try ArchiveReader.open(
      file, end: end, unpackedLimit: limits.manifestBytes + Self.readAhead)
    guard let header = try reader.next() else { throw damaged("the archive is empty") }
    try check(header, named: CheckpointManifest.fileName, seen: [])
    guard let size = header.size, size <= limits.manifestBytes else {
      throw damaged("it is larger than \(limits.manifestBytes) bytes")
    }
    try checkPlace(header, expected: 0, after: current)
    manifestBytes = try reader.contents(limit: size)
    let manifest = try CheckpointManifest(parsing: manifestBytes, path: path, limits: limits)
    self.manifest = manifest

    // Each entry takes a header and its bytes, both in whole blocks; two empty blocks end a tar.
    var place = Self.blocks(for: size)
    let total = manifest.entries.reduce(place) { $0 + Self.blocks(for: $1.size) } + 2 * Self.block
    reader.limitUnpacked(to: total + Self.readAhead)
    var seen = [CheckpointManifest.fileName]
    for entry in manifest.entries {
      let previous = current
      current = entry.name.rawValue
      guard let header = try reader.next() else {
        throw damaged("it is missing: the archive ends before it")
      }
      try check(header, named: current, seen: seen)
      try checkPlace(header, expected: place, after: previous)
      try read(entry, header, from: &reader)
      place += Self.blocks(for: entry.size)
      seen.append(current)
    }
    if let header = try reader.next() {
      try check(header, named: nil, seen: seen)
    }
    let unpacked = try reader.drain()
    guard unpacked == total else {
      throw damaged("\(unpacked - total) bytes too many after it or in its headers")
    }
  }

  private mutating func read(
    _ entry: CheckpointManifest.Entry, _ header: ArchiveHeader, from reader: inout ArchiveReader
  ) throws {
    guard header.size == entry.size else {
      let size = header.size.map(String.init) ?? "no"
      throw damaged("its header says \(size) bytes, the manifest \(entry.size)")
    }
    let bytes = try reader.contents(limit: entry.size)
    guard bytes.count == entry.size else {
      throw damaged("it ends after \(bytes.count) of \(entry.size) bytes")
    }
    let digest = SHA256Digest(of: bytes)
    digests[entry.name] = digest
    guard digest == entry.digest || !stopsAtWrongDigest else {
      throw damaged("its SHA-256 isn't the one in the manifest: it was changed or damaged")
    }
    if keepsContents { contents[entry.name] = bytes }
  }

  /// Refuses whatever isn't the next entry as `ArchiveWriter` writes it; nil is the archive's end.
  private func check(
    _ header: ArchiveHeader, named expected: String?, seen: [String]
  ) throws(CheckpointError) {
    guard let name = header.name, !name.isEmpty else {
      throw damaged("an entry whose name isn't text stands in its place")
    }
    let shown = Self.shown(name)
    func refused(_ message: String, hint: String? = nil) -> CheckpointError {
      .damaged(path, entry: shown, message, hint: hint ?? "don't trust this archive")
    }
    if name.utf8.first == UInt8(ascii: "/") { throw refused("an absolute path") }
    if name.utf8.split(separator: UInt8(ascii: "/")).contains(where: { $0.elementsEqual("..".utf8) }
    ) {
      throw refused("a path that leaves its folder with ..")
    }
    switch header.kind {
    case .file: break
    case .folder: throw refused("a folder; an archive holds regular files only")
    case .symbolicLink: throw refused("a symbolic link; an archive holds regular files only")
    case .hardLink: throw refused("a hard link; an archive holds regular files only")
    case .device, .other: throw refused("a device; an archive holds regular files only")
    }
    if seen.contains(name) { throw refused("it is in the archive twice") }
    guard name == CheckpointManifest.fileName || CheckpointEntry(rawValue: name) != nil else {
      throw refused(
        "an entry that no checkpoint holds",
        hint: "unpack it with tar and pack the folder with: hone checkpoint pack")
    }
    guard let expected else { throw refused("the manifest doesn't list it") }
    guard name == expected else {
      throw refused(
        "it stands where \(expected) should be",
        hint: "unpack it with tar and pack the folder with: hone checkpoint pack")
    }
    guard header.isPlain else {
      throw refused("its owner, time or mode isn't the plain one of a checkpoint")
    }
  }

  /// Refuses extended headers and whatever else may hide between two entries.
  private func checkPlace(
    _ header: ArchiveHeader, expected: Int, after previous: String
  ) throws(CheckpointError) {
    guard header.position == expected else {
      throw .damaged(
        path, entry: previous,
        "\(header.position - expected) bytes too many after it or in its headers")
    }
  }

  private func damaged(_ message: String) -> CheckpointError {
    .damaged(path, entry: current, message)
  }

  private static func blocks(for size: Int) -> Int { block + (size + block - 1) / block * block }

  /// A hostile name in a form that is safe to print: quoted where needed, and short.
  private static func shown(_ name: String) -> String {
    let short = name.utf8.count > 100 ? String(name.unicodeScalars.prefix(100)) + "…" : name
    let isPlain = short.unicodeScalars.allSatisfy { $0.isASCII && $0.value > 32 && $0.value < 127 }
    return isPlain ? short : short.debugDescription
  }
}
