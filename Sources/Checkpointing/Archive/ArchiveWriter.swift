import CLibArchive

/// Writes a `.tar.zst` whose bytes depend on its entries alone (and on the versions of libarchive
/// and libzstd): no time, no owner, one mode, one thread.
///
/// Owns libarchive's handle and frees it. Without `finish` nothing appears under the path.
@safe struct ArchiveWriter: ~Copyable {
  /// Weights barely compress (by some 7 %) at any level; 1 is the fastest.
  static let compressionLevel = 1

  private let archive: OpaquePointer
  private let path: String
  private let output: Unmanaged<Output>

  /// Starts an archive that will be named `path`. Throws `FileError` or `CheckpointError`.
  static func create(at path: String) throws -> ArchiveWriter {
    let writer = ArchiveWriter(Output(try AtomicFile(at: path)), path: path)
    try writer.open()
    return writer
  }

  private init(_ output: Output, path: String) {
    guard let archive = unsafe archive_write_new() else { fatalError("out of memory") }
    unsafe self.archive = unsafe archive
    unsafe self.output = Unmanaged.passRetained(output)
    self.path = path
  }

  private func open() throws {
    unsafe try check(archive_write_set_format_pax_restricted(archive))
    unsafe try check(archive_write_add_filter_zstd(archive))
    unsafe try check(
      archive_write_set_filter_option(
        archive, "zstd", "compression-level", String(Self.compressionLevel)))
    // No zeros after the compressed data: the integrity record must follow it at once.
    unsafe try check(archive_write_set_bytes_in_last_block(archive, 1))
    unsafe try check(
      archive_write_open(
        archive, output.toOpaque(), nil,
        { _, context, bytes, count in
          let output = unsafe Unmanaged<Output>.fromOpaque(context!).takeUnretainedValue()
          let bytes = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
          return unsafe output.take(bytes.bindMemory(to: UInt8.self).span) ? count : -1
        }, nil))
  }

  deinit {
    // Freeing closes first, which would write the archive's end; it must not after a failure.
    unsafe archive_write_fail(archive)
    unsafe archive_write_free(archive)
    unsafe output.release()
  }

  /// Appends a regular file. Throws `FileError` or `CheckpointError`.
  mutating func add(name: String, bytes: [UInt8]) throws {
    guard let entry = unsafe archive_entry_new() else { fatalError("out of memory") }
    defer { unsafe archive_entry_free(entry) }
    unsafe archive_entry_set_pathname(entry, name)
    // AE_IFREG, a macro that Swift can't import.
    unsafe archive_entry_set_filetype(entry, 0o100000)
    unsafe archive_entry_set_perm(entry, 0o644)
    unsafe archive_entry_set_size(entry, la_int64_t(bytes.count))
    unsafe archive_entry_set_mtime(entry, 0, 0)
    unsafe try check(archive_write_header(archive, entry), entry: name)
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe archive_write_data(archive, $0.baseAddress! + done, $0.count - done)
      }
      try check(count > 0 ? ARCHIVE_OK : ARCHIVE_FATAL, entry: name)
      done += count
    }
    unsafe try check(archive_write_finish_entry(archive), entry: name)
  }

  /// Ends the archive, adds the integrity record, flushes it and puts it in its place.
  consuming func finish() throws {
    unsafe try check(archive_write_close(archive))
    try unsafe output.takeUnretainedValue().finish()
  }

  /// Turns libarchive's status into an error; a warning counts, since it would change the bytes.
  private func check(_ status: Int32, entry: String? = nil) throws {
    guard status != ARCHIVE_OK else { return }
    if let failure = unsafe output.takeUnretainedValue().failure { throw failure }
    let text = unsafe archive_error_string(archive).map { unsafe String(cString: $0) }
    throw CheckpointError(
      .inputOutput, path: path, entry: entry,
      message: "libarchive can't write it: \(text ?? "no reason given")",
      hint: "check that libarchive was built with zstd", code: unsafe archive_errno(archive))
  }
}

/// Where libarchive's compressed bytes go, and their digest so far.
private final class Output {
  private var file: AtomicFile
  private var hasher = SHA256Hasher()
  /// The failure behind a write that libarchive was told had failed.
  private(set) var failure: FileError?

  init(_ file: consuming AtomicFile) { self.file = file }

  func take(_ bytes: Span<UInt8>) -> Bool {
    hasher.update(bytes)
    do {
      try file.write(bytes)
      return true
    } catch {
      failure = error
      return false
    }
  }

  func finish() throws(FileError) {
    try file.write(IntegrityRecord.bytes(hasher.finish()).span)
    try file.commit()
  }
}
