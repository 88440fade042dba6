/// Where a file's first zstd frame ends, found from its block headers (RFC 8878 §3.1.1) without
/// unpacking anything.
///
/// An archive is one frame and its integrity record. Walking the blocks first means that the
/// decompressor never meets a second frame, nor one that asks for a window larger than a
/// checkpoint's writer uses (a frame may ask for 128 MiB).
struct ZstdFrame {
  /// Bytes of window that a frame may ask for; level 3 asks for 2 MiB.
  static let windowBytes = 8 << 20

  /// The first byte after the frame, or after its last good block where there is a problem.
  let end: Int
  /// Why there is no whole frame, or nil.
  let problem: String?

  /// Walks the blocks from the file's start to `limit`.
  static func find(in file: borrowing FileDescriptor, to limit: Int) throws(FileError) -> ZstdFrame
  {
    var bytes = PositionedBytes(limit: limit)
    // Magic, descriptor, and up to 1 byte of window, 4 of dictionary id, 8 of content size.
    guard let start = try bytes.at(0, count: 5, of: file) else {
      return ZstdFrame(end: 0, problem: "it is too short for a checkpoint")
    }
    guard start.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) else {
      return ZstdFrame(end: 0, problem: "it isn't compressed with zstd")
    }
    let descriptor = start[4]
    let isSingleSegment = descriptor & 0x20 != 0
    let windowLength = isSingleSegment ? 0 : 1
    let dictionaryLength = [0, 1, 2, 4][Int(descriptor & 3)]
    let sizeLength = [isSingleSegment ? 1 : 0, 2, 4, 8][Int(descriptor >> 6)]
    let headerLength = 5 + windowLength + dictionaryLength + sizeLength
    guard descriptor & 0x08 == 0, dictionaryLength == 0,
      let header = try bytes.at(0, count: headerLength, of: file)
    else { return ZstdFrame(end: 0, problem: "its zstd header is damaged") }

    let window: UInt64
    if isSingleSegment {
      let value = header[5...].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      window = sizeLength == 2 ? value + 256 : value
    } else {
      let base = UInt64(1) << (10 + UInt64(header[5] >> 3))
      window = base + base / 8 * UInt64(header[5] & 7)
    }
    guard window <= windowBytes else {
      return ZstdFrame(end: 0, problem: "its zstd header asks for \(window) bytes of window")
    }

    var position = headerLength
    while let block = try bytes.at(position, count: 3, of: file) {
      let value = Int(block[0]) | Int(block[1]) << 8 | Int(block[2]) << 16
      let (isLast, type, size) = (value & 1 == 1, value >> 1 & 3, value >> 3)
      // A block of type 1 stores one byte to repeat; type 3 is reserved.
      let stored = type == 1 ? 1 : size
      guard type != 3, size <= 128 << 10 else {
        return ZstdFrame(end: position, problem: "its zstd blocks are damaged")
      }
      guard position + 3 + stored <= limit else { break }
      position += 3 + stored
      guard isLast else { continue }
      position += descriptor & 0x04 == 0 ? 0 : 4
      guard position <= limit else { break }
      return ZstdFrame(end: position, problem: nil)
    }
    return ZstdFrame(end: position, problem: "it was cut short")
  }
}

/// Small reads at rising positions of a file, through one buffer.
private struct PositionedBytes {
  private let limit: Int
  private var buffer = [UInt8](repeating: 0, count: 64 << 10)
  private var start = 0
  private var count = 0

  init(limit: Int) { self.limit = limit }

  /// The bytes at `position`, or nil where the file ends before them.
  mutating func at(
    _ position: Int, count wanted: Int, of file: borrowing FileDescriptor
  ) throws(FileError) -> [UInt8]? {
    guard position + wanted <= limit else { return nil }
    if position < start || position + wanted > start + count {
      start = position
      count = try file.read(at: position, into: &buffer)
      guard count >= wanted else { return nil }
    }
    let first = position - start
    return [UInt8](buffer[first..<(first + wanted)])
  }
}
