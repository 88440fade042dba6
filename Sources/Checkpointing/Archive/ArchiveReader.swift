import CLibArchive

/// libarchive's complaint about an archive.
struct ArchiveFailure: Error {
  let code: Int32
  let message: String
}

/// What a tar header says about its entry.
struct ArchiveHeader {
  enum Kind: String {
    case file, folder, symbolicLink, hardLink, device, other
  }

  /// The path, or nil where it isn't text.
  let name: String?
  let kind: Kind
  /// The size in bytes, or nil where the header gives none or a negative one.
  let size: Int?
  /// The header's place in the unpacked stream.
  let position: Int
  /// Whether mode, owner and time are those of `ArchiveWriter`, without sparse parts.
  let isPlain: Bool
}

/// Reads a `.tar.zst` entry by entry, with a limit to the bytes it may unpack to.
///
/// Two handles: one unpacks zstd, and nothing else however the bytes begin; the other reads tar from
/// it. So every unpacked byte is counted on its way, those after the tar's end too.
/// Owns libarchive's handles and frees them.
@safe struct ArchiveReader: ~Copyable {
  private let tar: OpaquePointer
  private let input: Unmanaged<Input>

  /// Opens the compressed bytes from the file's start to `end`.
  ///
  /// Throws `FileError` or `ArchiveFailure`, as every function here does.
  static func open(
    _ file: consuming FileDescriptor, end: Int, unpackedLimit: Int
  ) throws -> ArchiveReader {
    let input = Input(file, end: end, unpackedLimit: unpackedLimit)
    try input.open()
    let reader = ArchiveReader(input)
    try reader.open()
    return reader
  }

  private init(_ input: Input) {
    guard let tar = unsafe archive_read_new() else { fatalError("out of memory") }
    unsafe self.tar = unsafe tar
    unsafe self.input = Unmanaged.passRetained(input)
  }

  private func open() throws {
    unsafe try check(archive_read_support_format_tar(tar))
    unsafe try check(
      archive_read_open(
        tar, input.toOpaque(), nil,
        { tar, context, bytes in
          let input = unsafe Unmanaged<Input>.fromOpaque(context!).takeUnretainedValue()
          do {
            let block = unsafe try input.nextBlock()
            unsafe bytes!.pointee = block.baseAddress
            return block.count
          } catch {
            input.failure = error
            return -1
          }
        }, nil))
  }

  deinit {
    unsafe archive_read_free(tar)
    unsafe input.release()
  }

  /// Bytes that came out of the decompressor so far.
  var unpackedCount: Int { unsafe input.takeUnretainedValue().unpackedCount }

  /// Sets how many bytes may come out of the decompressor in all.
  mutating func limitUnpacked(to limit: Int) {
    unsafe input.takeUnretainedValue().unpackedLimit = limit
  }

  /// The next entry's header, or nil after the last.
  mutating func next() throws -> ArchiveHeader? {
    var entry: OpaquePointer?
    let status = unsafe archive_read_next_header(tar, &entry)
    if status == ARCHIVE_EOF { return nil }
    try check(status)
    guard let entry = unsafe entry else {
      throw ArchiveFailure(code: 0, message: "an entry without a header")
    }
    let size = unsafe archive_entry_size_is_set(entry) != 0 ? archive_entry_size(entry) : -1
    return ArchiveHeader(
      name: unsafe archive_entry_pathname(entry).map { unsafe String(cString: $0) },
      kind: unsafe Self.kind(of: entry), size: size < 0 ? nil : Int(size),
      position: Int(unsafe archive_read_header_position(tar)),
      isPlain: unsafe archive_entry_perm(entry) == 0o644 && archive_entry_uid(entry) == 0
        && archive_entry_gid(entry) == 0 && archive_entry_mtime(entry) == 0
        && archive_entry_sparse_count(entry) == 0)
  }

  /// The current entry's bytes, at most `limit` of them: one more is a failure.
  mutating func contents(limit: Int) throws -> [UInt8] {
    var contents: [UInt8] = []
    // Memory that isn't written to takes no room, so a size that lies costs nothing.
    contents.reserveCapacity(limit)
    while true {
      var bytes: UnsafeRawPointer?
      var count = 0
      var offset: la_int64_t = 0
      let status = unsafe archive_read_data_block(tar, &bytes, &count, &offset)
      if status == ARCHIVE_EOF { return contents }
      try check(status)
      guard offset == contents.count, count <= limit - contents.count else {
        throw ArchiveFailure(code: 0, message: "it holds more than the \(limit) bytes declared")
      }
      unsafe contents.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
    }
  }

  /// Unpacks what follows the tar's end and returns how many bytes the whole stream had.
  mutating func drain() throws -> Int {
    let input = unsafe self.input.takeUnretainedValue()
    while unsafe try input.nextBlock().count > 0 {}
    return input.unpackedCount
  }

  private func check(_ status: Int32) throws {
    guard status != ARCHIVE_OK else { return }
    if let failure = unsafe input.takeUnretainedValue().failure { throw failure }
    throw unsafe ArchiveFailure(tar)
  }

  private static func kind(of entry: OpaquePointer) -> ArchiveHeader.Kind {
    if unsafe archive_entry_hardlink(entry) != nil { return .hardLink }
    if unsafe archive_entry_symlink(entry) != nil { return .symbolicLink }
    // The AE_IF… macros, which Swift can't import; their values are those of stat.
    return switch Int(unsafe archive_entry_filetype(entry)) {
    case 0o100000: .file
    case 0o040000: .folder
    case 0o120000: .symbolicLink
    case 0o020000, 0o060000: .device
    default: .other
    }
  }
}

extension ArchiveFailure {
  @unsafe fileprivate init(_ archive: OpaquePointer) {
    unsafe code = archive_errno(archive)
    let text = unsafe archive_error_string(archive).map { unsafe String(cString: $0) }
    message = text ?? "it can't be read"
  }
}

/// The decompressor: compressed bytes of a file in, unpacked blocks out.
@safe private final class Input {
  private let file: FileDescriptor
  private let end: Int
  private var position = 0
  private let buffer = UnsafeMutableRawBufferPointer.allocate(
    byteCount: 64 << 10, alignment: 16)
  private let zstd: OpaquePointer
  private(set) var unpackedCount = 0
  var unpackedLimit: Int
  /// The failure behind a read that libarchive was told had failed.
  var failure: (any Error)?

  init(_ file: consuming FileDescriptor, end: Int, unpackedLimit: Int) {
    self.file = file
    self.end = end
    self.unpackedLimit = unpackedLimit
    guard let zstd = unsafe archive_read_new() else { fatalError("out of memory") }
    unsafe self.zstd = unsafe zstd
  }

  deinit {
    unsafe archive_read_free(zstd)
    unsafe buffer.deallocate()
  }

  func open() throws {
    // Naming the filter keeps libarchive from unpacking zstd inside zstd inside zstd.
    unsafe try check(archive_read_append_filter(zstd, ARCHIVE_FILTER_ZSTD))
    unsafe try check(archive_read_support_format_raw(zstd))
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe try check(
      archive_read_open(
        zstd, context, nil,
        { _, context, bytes in
          let input = unsafe Unmanaged<Input>.fromOpaque(context!).takeUnretainedValue()
          unsafe bytes!.pointee = unsafe UnsafeRawPointer(input.buffer.baseAddress)
          return input.fill()
        }, nil))
    var entry: OpaquePointer?
    unsafe try check(archive_read_next_header(zstd, &entry))
  }

  /// The next unpacked bytes, good until the next call; none at the end.
  @unsafe func nextBlock() throws -> UnsafeRawBufferPointer {
    var bytes: UnsafeRawPointer?
    var count = 0
    var offset: la_int64_t = 0
    let status = unsafe archive_read_data_block(zstd, &bytes, &count, &offset)
    if status == ARCHIVE_EOF { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
    try check(status)
    unpackedCount += count
    guard unpackedCount <= unpackedLimit else {
      throw ArchiveFailure(code: 0, message: "it unpacks to more than it declares")
    }
    return unsafe UnsafeRawBufferPointer(start: bytes, count: count)
  }

  private func fill() -> Int {
    do {
      let wanted = unsafe min(buffer.count, end - position)
      let count = unsafe try file.read(
        at: position, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
      position += count
      return count
    } catch {
      failure = error
      return -1
    }
  }

  private func check(_ status: Int32) throws {
    guard status != ARCHIVE_OK else { return }
    if let failure { throw failure }
    throw unsafe ArchiveFailure(zstd)
  }
}
