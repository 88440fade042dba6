import Analysis
import Foundation
import Settings
import Testing

@Suite("TensorBoard: bytes of event files")
struct TensorBoardTests {
  @Test(
    "CRC-32C: the vectors of RFC 3720, appendix B.4, and the catalogue's check value",
    arguments: [
      (Array(repeating: 0, count: 32), 0x8A91_36AA),
      (Array(repeating: 0xFF, count: 32), 0x62A8_AB43),
      (Array(0..<32), 0x46DD_794E), ((0..<32).reversed(), 0x113F_DB5C),
      (Array("123456789".utf8), 0xE306_9283), ([], 0),
    ] as [([UInt8], UInt32)])
  func checksum(bytes: [UInt8], expected: UInt32) {
    #expect(CRC32C.checksum(bytes) == expected)
    #expect(CRC32C.masked(bytes) == (expected >> 15 | expected << 17) &+ 0xA282_EAD8)
  }

  /// Bit by bit, without a table.
  private func slowChecksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var rest: UInt32 = .max
    for byte in bytes {
      for bit in 0..<8 {
        let isOdd = (rest ^ UInt32(byte >> bit)) & 1 == 1
        rest = rest >> 1 ^ (isOdd ? 0x82F6_3B78 : 0)
      }
    }
    return ~rest
  }

  private func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The data of a record, its frame checked.
  private func data(of record: [UInt8]) throws -> [UInt8] {
    let count = Int(word(record[0..<8]))
    try #require(record.count == count + 16)
    for (sum, covered) in [(8..<12, 0..<8), (12 + count..<16 + count, 12..<12 + count)] {
      let expected = slowChecksum(record[covered])
      #expect(
        UInt32(word(record[sum])) == (expected >> 15 | expected << 17) &+ 0xA282_EAD8)
    }
    return Array(record[12..<12 + count])
  }

  @Test("the first event says the version of the file, and when it was made")
  func version() throws {
    let record = EventRecord.version(wallTime: 1.5)
    // 1.5 is 0x3FF8000000000000; field 1, 64 bits: 0x09; field 3, bytes: 0x1A.
    #expect(
      try data(of: record) == [0x09, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0x1A, 13]
        + Array("brain.Event:2".utf8))
    #expect(EventRecord.wallTime(ofFirstIn: record + [1, 2, 3]) == 1.5)
    #expect(EventRecord.wallTime(ofFirstIn: record.prefix(20)) == nil)
    #expect(EventRecord.wallTime(ofFirstIn: Array(repeating: 0, count: 30)) == nil)
  }

  @Test("scalars: step as a variable number, tags and float32 values within lengths")
  func scalars() throws {
    let record = EventRecord.scalars(
      wallTime: 1.5, step: 300, [("a", 1), ("bc", -0.1)])
    // 300 is 0b10_0101100: 0xAC 0x02. Float 1 is 0x3F800000, -0.1 is 0xBDCCCCCD.
    let first: [UInt8] = [0x0A, 1, 0x61, 0x15, 0, 0, 0x80, 0x3F]
    let second: [UInt8] = [0x0A, 2, 0x62, 0x63, 0x15, 0xCD, 0xCC, 0xCC, 0xBD]
    let summary = [0x0A, 8] + first + [0x0A, 9] + second
    #expect(
      try data(of: record) == [0x09, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0x10, 0xAC, 0x02, 0x2A]
        + [UInt8(summary.count)] + summary)
    // A length of two bytes.
    let long = String(repeating: "x", count: 200)
    let bytes = try data(of: EventRecord.scalars(wallTime: 1.5, step: 1, [(long, 0)]))
    #expect(Array(bytes[11..<21]) == [0x2A, 0xD3, 0x01, 0x0A, 0xD0, 0x01, 0x0A, 0xC8, 0x01, 0x78])
  }

  @Test("docs/metrics.md lists the names of verl that there are")
  func documentedNames() throws {
    let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "docs/metrics.md")
    let rows = try String(contentsOf: page, encoding: .utf8).matches(
      of: /(?m)^\| `([^`]+)` \| `([^`]+)` \|/)
    let documented = Dictionary(
      rows.map { (String($0.1), String($0.2)) }, uniquingKeysWith: { first, _ in first })
    for (ours, theirs) in MetricNames.verlNames {
      #expect(documented[ours] == theirs)
    }
    let start = "actor/|critic/|response_length/|timing_s/|perf/|train/".split(separator: "|")
    #expect(
      documented.values.filter { name in start.contains { name.hasPrefix($0) } }.count
        == MetricNames.verlNames.count)
  }

  @Test("every metric has one name, and verl's names are different ones")
  func names() {
    let names = MetricNames.verlNames
    #expect(Set(names.values).count == names.count)
    #expect(Set(names.values).isDisjoint(with: names.keys))
    #expect(MetricNames.verl.tag(of: "clip_ratio/region_mean") == "actor/pg_clipfrac")
    #expect(MetricNames.verl.tag(of: "ledger/used") == "ledger/used")
    #expect(
      MetricNames.hone.tag(of: "clip_ratio/region_mean") == "clip_ratio/region_mean")
  }
}
