import Checkpointing
import Foundation
import JSON
import Testing

/// A folder for one test, removed when the test lets go of it.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "hone-checkpointing-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Everything in it, sorted, temporaries too.
  func names() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: path).sorted()
  }
}

/// A file's bytes.
func bytes(at path: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
}

/// Writes a file without flushing, for the many damaged copies of a test.
func write(_ bytes: [UInt8], to path: String) throws {
  try Data(bytes).write(to: URL(fileURLWithPath: path))
}

/// A folder of `Tests/Fixtures`.
func fixture(_ name: String) -> String {
  URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures").appending(path: name).path
}

/// Repeatable random numbers (SplitMix64).
struct TestRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}

/// A small checkpoint with all entries.
func sampleContents(seed: UInt64 = 1, weights: Int = 600) -> [CheckpointEntry: [UInt8]] {
  var random = TestRandom(seed: seed)
  let values = (0..<weights).map { _ in Float.random(in: -1...1, using: &random) }
  let moments = (0..<weights).map { _ in Float.random(in: 0...1, using: &random) }
  func file(_ values: [Float]) -> [UInt8] {
    SafetensorsBuilder.encode([
      TensorEntry(name: "model.norm.weight", shape: [weights], values: values)
    ])
  }
  return [
    .config: [UInt8](#"{"model_type": "llama", "hidden_size": 32}"#.utf8),
    .generationConfig: [UInt8]("{}".utf8),
    .tokenizer: [UInt8](#"{"version": "1.0"}"#.utf8),
    .tokenizerConfig: [UInt8](#"{"tokenizer_class": "PreTrainedTokenizerFast"}"#.utf8),
    .weights: file(values),
    .optimizer: file(moments),
    .trainerState: [UInt8](#"{"step": 7}"#.utf8),
  ]
}

/// What a caller says about the sample's making.
let sampleMadeBy: JSONValue = .object([
  "suite": .string("arithmetic"), "seed": .integer(0), "step": .integer(7),
  "scores": .object(["pass@1": .number("0.4620")]),
])

/// The error that reading an archive throws, or nil where it is read.
func readingError(_ path: String) -> (any Error)? {
  do {
    _ = try CheckpointArchive.read(path)
    return nil
  } catch {
    return error
  }
}
