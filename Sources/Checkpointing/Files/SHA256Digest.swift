import CLibCrypto

/// A SHA-256 digest (FIPS 180-4).
package struct SHA256Digest: Hashable, Sendable, CustomStringConvertible {
  /// The digest's length in bytes.
  package static let byteCount = 32

  /// The 32 bytes.
  package let bytes: [UInt8]

  /// A digest from its 32 bytes, or nil from another number of them.
  package init?(bytes: some Sequence<UInt8>) {
    self.bytes = [UInt8](bytes)
    guard self.bytes.count == Self.byteCount else { return nil }
  }

  /// A digest from 64 lower-case hexadecimal digits, or nil from anything else.
  package init?(hex: String) {
    let digits = hex.utf8.map { byte -> UInt8? in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
      default: nil
      }
    }
    guard digits.count == 2 * Self.byteCount, !digits.contains(nil) else { return nil }
    bytes = (0..<Self.byteCount).map { digits[2 * $0]! << 4 | digits[2 * $0 + 1]! }
  }

  /// The digest of a buffer.
  package init(of bytes: [UInt8]) { self.init(of: bytes.span) }

  /// The digest of a span of bytes.
  package init(of bytes: Span<UInt8>) {
    var hasher = SHA256Hasher()
    hasher.update(bytes)
    self = hasher.finish()
  }

  /// The digest of the values' float32 little-endian bytes: two sets of parameters have the same
  /// digest just when they are the same bit for bit.
  package init(of values: Span<Float>) {
    // Memory is hashed as it stands; every platform that Hone runs on is little-endian.
    precondition(UInt16(1).littleEndian == 1)
    var hasher = SHA256Hasher()
    unsafe hasher.update(raw: values.bytes)
    self = hasher.finish()
  }

  /// 64 lower-case hexadecimal digits.
  package var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  package var description: String { hex }
}

/// SHA-256 over bytes that come piece by piece, by OpenSSL's libcrypto.
@safe package struct SHA256Hasher: ~Copyable {
  private let context: OpaquePointer

  package init() {
    guard let context = unsafe EVP_MD_CTX_new() else { fatalError("out of memory") }
    unsafe self.context = unsafe context
    start()
  }

  deinit { unsafe EVP_MD_CTX_free(context) }

  /// Takes in the next bytes.
  package mutating func update(_ bytes: Span<UInt8>) { unsafe update(raw: bytes.bytes) }

  fileprivate mutating func update(raw bytes: RawSpan) {
    let status = unsafe bytes.withUnsafeBytes {
      unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count)
    }
    precondition(status == 1)
  }

  /// The digest of all bytes since the start; the next `update` starts anew.
  package mutating func finish() -> SHA256Digest {
    var bytes = [UInt8](repeating: 0, count: SHA256Digest.byteCount)
    let status = unsafe bytes.withUnsafeMutableBufferPointer {
      unsafe EVP_DigestFinal_ex(context, $0.baseAddress, nil)
    }
    precondition(status == 1)
    start()
    return SHA256Digest(bytes: bytes)!
  }

  private func start() {
    let status = unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil)
    precondition(status == 1, "libcrypto has no SHA-256")
  }
}
