/// One event of TensorBoard as the bytes of a record: a protocol buffer `tensorflow.Event` in the frame
/// of a TFRecord file.
///
/// Only what scalars need is written: `wall_time` (1), `step` (2), `file_version` (3), and in `summary`
/// (5) a `value` (1) each with `tag` (1) and `simple_value` (2).
package enum EventRecord {
  /// The event that a file begins with.
  package static func version(wallTime: Double) -> [UInt8] {
    framed(head(wallTime) + bytes(3, Array("brain.Event:2".utf8)))
  }

  /// The numbers of one step.
  ///
  /// - Parameters:
  ///   - wallTime: seconds since 1970.
  ///   - values: by tag; TensorBoard keeps float32.
  package static func scalars(
    wallTime: Double, step: Int, _ values: [(tag: String, value: Double)]
  ) -> [UInt8] {
    let summary = values.flatMap { tag, value in
      bytes(1, bytes(1, Array(tag.utf8)) + key(2, .fixed32) + little(Float(value).bitPattern))
    }
    return framed(head(wallTime) + key(2, .variable) + variable(UInt64(step)) + bytes(5, summary))
  }

  /// The wall time of a file's first event; nil where the bytes aren't one.
  package static func wallTime(ofFirstIn file: some Collection<UInt8>) -> Double? {
    let start = Array(file.prefix(21))
    guard start.count == 21, start[12] == key(1, .fixed64)[0] else { return nil }
    let bits = start[13..<21].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let time = Double(bitPattern: bits)
    return time.isFinite && time > 0 ? time : nil
  }

  private static func head(_ wallTime: Double) -> [UInt8] {
    key(1, .fixed64) + little(wallTime.bitPattern)
  }

  /// Length, its checksum, the data, its checksum; all little-endian.
  private static func framed(_ data: [UInt8]) -> [UInt8] {
    let length = little(UInt64(data.count))
    return length + little(CRC32C.masked(length)) + data + little(CRC32C.masked(data))
  }

  /// How a field is stored (protocol buffers, encoding: wire types).
  private enum WireType: UInt8 {
    case variable = 0
    case fixed64 = 1
    case bytes = 2
    case fixed32 = 5
  }

  private static func key(_ field: UInt8, _ type: WireType) -> [UInt8] {
    [field << 3 | type.rawValue]
  }

  private static func bytes(_ field: UInt8, _ content: [UInt8]) -> [UInt8] {
    key(field, .bytes) + variable(UInt64(content.count)) + content
  }

  /// Seven bits a byte, the least first; the highest bit says that more follow.
  private static func variable(_ number: UInt64) -> [UInt8] {
    var (rest, result) = (number, [UInt8]())
    while rest > 0x7F {
      result.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return result + [UInt8(rest)]
  }

  private static func little<Number: FixedWidthInteger & UnsignedInteger>(
    _ number: Number
  ) -> [UInt8] {
    (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }
}
