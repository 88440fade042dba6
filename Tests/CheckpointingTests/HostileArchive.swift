import Checkpointing

/// Archives made byte by byte, so that they can be what no honest writer makes.
struct HostileArchive {
  /// The tar bytes so far.
  var tar: [UInt8] = []

  /// Appends a header and the bytes, filled up to whole blocks.
  mutating func add(
    _ name: String, _ bytes: [UInt8], type: Character = "0", link: String = "", size: Int? = nil,
    mode: Int = 0o644, time: Int = 0
  ) {
    tar += Self.header(
      name, size: size ?? bytes.count, type: type, link: link, mode: mode, time: time)
    tar += bytes
    tar += [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
  }

  /// Appends `manifest.json` for these contents.
  mutating func addManifest(of contents: [CheckpointEntry: [UInt8]]) {
    add("manifest.json", CheckpointManifest(of: contents, madeBy: .object([:])).bytes())
  }

  /// Appends the entries of these contents in the order of an archive.
  mutating func addEntries(of contents: [CheckpointEntry: [UInt8]]) {
    for (name, bytes) in contents.sorted(by: { $0.key < $1.key }) { add(name.rawValue, bytes) }
  }

  /// The archive: tar's end, one zstd frame, a good integrity record.
  func sealed() -> [UInt8] {
    Self.seal(Self.frame(Self.rawBlocks(tar + [UInt8](repeating: 0, count: 1024), last: true)))
  }

  /// A ustar header with a good checksum.
  static func header(
    _ name: String, size: Int, type: Character, link: String, mode: Int = 0o644, time: Int = 0
  ) -> [UInt8] {
    func octal(_ value: Int, _ width: Int) -> [UInt8] {
      let digits = String(value, radix: 8)
      return [UInt8]((String(repeating: "0", count: width - 1 - digits.count) + digits).utf8) + [0]
    }
    func text(_ value: String, _ width: Int) -> [UInt8] {
      let bytes = [UInt8](value.utf8.prefix(width))
      return bytes + [UInt8](repeating: 0, count: width - bytes.count)
    }
    var header = text(name, 100) + octal(mode, 8) + octal(0, 8) + octal(0, 8)
    header += octal(size, 12) + octal(time, 12) + [UInt8](repeating: 0x20, count: 8)
    header += [type.asciiValue!] + text(link, 100) + text("ustar", 6) + [0x30, 0x30]
    header += text("", 32) + text("", 32) + octal(0, 8) + octal(0, 8) + text("", 167)
    let sum = header.reduce(0) { $0 + Int($1) }
    header.replaceSubrange(148..<156, with: octal(sum, 7) + [0x20])
    precondition(header.count == 512)
    return header
  }

  /// One zstd frame around blocks, with a window of 2^(10 + windowExponent) bytes.
  static func frame(_ blocks: [UInt8], windowExponent: UInt8 = 10) -> [UInt8] {
    [0x28, 0xB5, 0x2F, 0xFD, 0x00, windowExponent << 3] + blocks
  }

  /// Stored blocks.
  static func rawBlocks(_ bytes: [UInt8], last: Bool) -> [UInt8] {
    var blocks: [UInt8] = []
    var start = 0
    repeat {
      let end = min(start + (128 << 10), bytes.count)
      blocks += blockHeader(size: end - start, type: 0, last: last && end == bytes.count)
      blocks += bytes[start..<end]
      start = end
    } while start < bytes.count
    return blocks
  }

  /// Blocks of one repeated byte: four bytes that unpack to 128 KiB, `count` times.
  static func repeatBlocks(_ byte: UInt8, count: Int, last: Bool) -> [UInt8] {
    (0..<count).flatMap { index in
      blockHeader(size: 128 << 10, type: 1, last: last && index == count - 1) + [byte]
    }
  }

  private static func blockHeader(size: Int, type: Int, last: Bool) -> [UInt8] {
    let value = size << 3 | type << 1 | (last ? 1 : 0)
    return (0..<3).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// Adds the integrity record.
  static func seal(_ bytes: [UInt8]) -> [UInt8] {
    bytes + [0x50, 0x2A, 0x4D, 0x18, 44, 0, 0, 0] + [UInt8]("hone-sha256\0".utf8)
      + SHA256Digest(of: bytes).bytes
  }
}
