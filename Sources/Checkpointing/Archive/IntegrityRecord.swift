/// The last 52 bytes of an archive: the SHA-256 of all bytes before them.
///
/// libarchive's zstd writes no content checksum, and tar leaves its padding unchecked, so a flipped
/// bit could pass unseen. The record is a zstd skippable frame (RFC 8878 §3.1.2: magic, length, any
/// content), which `zstd`, `tar --zstd` and libarchive step over.
enum IntegrityRecord {
  private static let magic: [UInt8] = [0x50, 0x2A, 0x4D, 0x18]
  private static let label = [UInt8]("hone-sha256\0".utf8)
  private static let head = magic + [UInt8(label.count + SHA256Digest.byteCount), 0, 0, 0] + label

  /// The record's length in bytes.
  static let byteCount = head.count + SHA256Digest.byteCount

  /// The record that ends a file whose bytes so far have this digest.
  static func bytes(_ digest: SHA256Digest) -> [UInt8] { head + digest.bytes }

  /// The digest in a file's last bytes, or nil where they are no such record.
  static func digest(in last: ArraySlice<UInt8>) -> SHA256Digest? {
    guard last.starts(with: head) else { return nil }
    return SHA256Digest(bytes: last.dropFirst(head.count))
  }
}
