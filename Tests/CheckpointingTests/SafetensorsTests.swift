import Checkpointing
import Testing

@Suite struct SafetensorsTests {
  @Test func whatIsWrittenIsReadBack() throws {
    let odd: [Float] = [0, -0.0, .infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude, .nan]
    let bytes = SafetensorsBuilder.encode(
      [
        TensorEntry(name: "b", shape: [2, 3], values: odd),
        TensorEntry(name: "a", shape: [], values: [7]),
        TensorEntry(name: "empty", shape: [0, 4], values: []),
      ], metadata: ["format": "pt", "step": "3"])
    #expect(bytes.count == (bytes.count + 7) / 8 * 8 - 4)
    let file = try SafetensorsFile(parsing: bytes)
    #expect(file.metadata == ["format": "pt", "step": "3"])
    #expect(file.tensors.count == 3)
    let layout = try #require(file.layout(of: "b"))
    #expect(layout.shape == [2, 3] && layout.format == .float32 && layout.count == 6)
    #expect(file.values(of: layout).map(\.bitPattern) == odd.map(\.bitPattern))
    #expect(file.values(of: try #require(file.layout(of: "a"))) == [7])
    #expect(file.values(of: try #require(file.layout(of: "empty"))) == [])
    #expect(file.layout(of: "c") == nil)
  }

  @Test func numbersStartAtAMultipleOfEight() throws {
    for length in 1...9 {
      let name = String(repeating: "x", count: length)
      let bytes = SafetensorsBuilder.encode([TensorEntry(name: name, shape: [1], values: [1])])
      #expect((bytes.count - 4) % 8 == 0)
      #expect(try SafetensorsFile(parsing: bytes).tensors[0].name == name)
    }
  }

  @Test func halfFormatsBecomeFloats() throws {
    // 1, -2, the largest, the smallest subnormal, infinity of float16; and of bfloat16.
    let header =
      #"{"h":{"dtype":"F16","shape":[5],"data_offsets":[0,10]},"#
      + #""b":{"dtype":"BF16","shape":[2,2],"data_offsets":[10,18]}}"#
    let data: [UInt8] = [
      0x00, 0x3C, 0x00, 0xC0, 0xFF, 0x7B, 0x01, 0x00, 0x00, 0x7C,
      0x80, 0x3F, 0x00, 0xC0, 0xCC, 0x3E, 0x80, 0xFF,
    ]
    let file = try SafetensorsFile(parsing: safetensors(header, data))
    let half = file.values(of: try #require(file.layout(of: "h")))
    #expect(half == [1, -2, 65504, 0x1p-24, .infinity])
    let brain = file.values(of: try #require(file.layout(of: "b")))
    #expect(brain == [1, -2, 0.3984375, -.infinity])
  }

  @Test func aSpanIsFilledInPlace() throws {
    let bytes = SafetensorsBuilder.encode([
      TensorEntry(name: "a", shape: [3], values: [1, 2, 3])
    ])
    let file = try SafetensorsFile(parsing: bytes)
    var flat = [Float](repeating: 0, count: 5)
    var span = flat.mutableSpan
    file.copy(file.tensors[0], into: &span, at: 1)
    #expect(flat == [0, 1, 2, 3, 0])
  }

  /// Header text, data byte count, and a word that the error must hold.
  @Test(arguments: [
    (
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#,
      12, "inside"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
      8, "inside"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}"#,
      16, "hole"
    ),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "hole"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 4, "ends at byte 8"),
    (#"{"a":{"dtype":"F32","shape":[1000000000],"data_offsets":[0,4000000000]}}"#, 4, "ends at"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 12, "after the last"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "takes 8 bytes"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8, "begin and an end"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#, 8, "begin and an end"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}}"#, 8, "begin and an end"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,99999999999999999999]}}"#, 8, "begin"),
    (#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, 0, "memory"),
    (#"{"a":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}"#, 4, "shape"),
    (#"{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#, 4, "shape"),
    (#"{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}"#, 4, "shape"),
    (#"{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}"#, 8, "I64"),
    (#"{"a":{"dtype":"F32","shape":[1]}}"#, 4, "data_offsets"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}"#, 4, "nothing else"),
    (#"{"a":7}"#, 0, "needs dtype"),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
      4, "twice"
    ),
    (#"{"__metadata__":{"a":1}}"#, 0, "__metadata__"),
    (#"{"__metadata__":[]}"#, 0, "__metadata__"),
    (#"[]"#, 0, "object"),
    (#"{"a":"#, 0, "header"),
  ])
  func refusesAHeaderThatLies(_ header: String, _ dataBytes: Int, _ word: String) {
    let bytes = safetensors(header, [UInt8](repeating: 0, count: dataBytes))
    let error = #expect(throws: SafetensorsError.self) { try SafetensorsFile(parsing: bytes) }
    #expect(error?.description.contains(word) == true, "\(error?.description ?? "no error")")
  }

  @Test func refusesAHeaderOfAnyWrongLength() {
    for length in [UInt64(3), 1 << 24 + 1, 1 << 40, .max] {
      let bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + [0x7B, 0x7D]
      #expect(throws: SafetensorsError.self) { try SafetensorsFile(parsing: bytes) }
    }
    #expect(throws: SafetensorsError.self) { try SafetensorsFile(parsing: [1, 2, 3]) }
    #expect(throws: SafetensorsError.self) { try SafetensorsFile(parsing: []) }
  }

  @Test func refusesDepthAndTooManyTensors() {
    let deep = safetensors(String(repeating: #"{"a":"#, count: 100_000), [])
    #expect(throws: SafetensorsError.self) { try SafetensorsFile(parsing: deep) }
    let members = (0...10_000).map {
      "\"\($0)\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}"
    }
    let many = safetensors("{" + members.joined(separator: ",") + "}", [])
    #expect(throws: SafetensorsError.self) { try SafetensorsFile(parsing: many) }
  }

  @Test func anyDamagedHeaderIsRefusedOrReadWithinBounds() throws {
    let good = SafetensorsBuilder.encode([
      TensorEntry(name: "a", shape: [2, 2], values: [1, 2, 3, 4]),
      TensorEntry(name: "b", shape: [3], values: [5, 6, 7]),
    ])
    var random = TestRandom(seed: 11)
    for _ in 0..<3000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        bytes[Int.random(in: 0..<(good.count - 28), using: &random)] =
          UInt8.random(in: 0...255, using: &random)
      }
      guard let file = try? SafetensorsFile(parsing: bytes) else { continue }
      let count = file.tensors.reduce(0) { $0 + file.values(of: $1).count * $1.format.byteCount }
      #expect(count == 28)
    }
  }
}

/// A file with this header text.
func safetensors(_ header: String, _ data: [UInt8]) -> [UInt8] {
  let text = [UInt8](header.utf8)
  return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text + data
}
