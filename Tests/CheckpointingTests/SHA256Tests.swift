import Checkpointing
import Testing

@Suite struct SHA256Tests {
  @Test func publishedAnswers() {
    #expect(
      SHA256Digest(of: [UInt8]("abc".utf8)).hex
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      SHA256Digest(of: [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)).hex
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    #expect(
      SHA256Digest(of: [UInt8]()).hex
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test func floatsAreHashedAsLittleEndianBytes() {
    let values: [Float] = [0, 1, -2.5, 3e38]
    // Python: hashlib.sha256(struct.pack('<4f', 0, 1, -2.5, 3e38))
    #expect(
      SHA256Digest(of: values.span).hex
        == "d522a1ddfac1ba7acbaf34700b5ac72be168bd4632455cc16746f239e9829bcf")
  }

  @Test func piecesGiveTheDigestOfTheWhole() {
    var random = TestRandom(seed: 3)
    let bytes = (0..<5000).map { _ in UInt8.random(in: 0...255, using: &random) }
    var hasher = SHA256Hasher()
    for _ in 0..<2 {
      var rest = bytes[...]
      while !rest.isEmpty {
        let piece = [UInt8](rest.prefix(Int.random(in: 0...700, using: &random)))
        hasher.update(piece.span)
        rest = rest.dropFirst(piece.count)
      }
      #expect(hasher.finish() == SHA256Digest(of: bytes))
    }
  }

  @Test func hexadecimalGoesBothWays() {
    let digest = SHA256Digest(of: [1, 2, 3])
    #expect(SHA256Digest(hex: digest.hex) == digest)
    #expect(SHA256Digest(hex: digest.hex.uppercased()) == nil)
    #expect(SHA256Digest(hex: String(digest.hex.dropLast())) == nil)
    #expect(SHA256Digest(hex: digest.hex + "00") == nil)
    #expect(SHA256Digest(bytes: [1, 2, 3]) == nil)
  }
}
