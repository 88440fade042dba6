internal import Checkpointing
internal import Foundation

/// The numbers of a run's steps by name, as `metrics.jsonl` holds them.
struct MetricHistory: Sendable {
  /// The steps, rising.
  private(set) var steps: [Int] = []
  /// The hash of the weights after each step that saved.
  private(set) var hashes: [(step: Int, hash: String)] = []
  /// Whether the last line is cut: the run was stopped in it, or writes it just now.
  private(set) var endsMidLine = false
  private var columns: [String: [Double]] = [:]

  /// Reads a file; none is a run without steps. A line without an end is left out.
  ///
  /// - Throws: `TrainingError.unusable` with the line that is damaged, `FileError`.
  init(reading path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else { return }
    let reader = try LineReader(path)
    while let line = try reader.next() {
      let object = try JSONLine.object(line, at: reader.place)
      guard let step = object["step"]?.intValue, step > steps.last ?? 0 else {
        throw JSONLine.damaged(reader.place, "its step is missing or not above the last one")
      }
      steps.append(step)
      for (name, value) in object where name != "step" {
        if name == "weights_hash", let hash = value.stringValue {
          hashes.append((step, hash))
        } else {
          // What isn't finite is written as null; a gap is the same to a reader of curves.
          let missing = steps.count - 1 - (columns[name]?.count ?? 0)
          columns[name, default: []] += Array(repeating: .nan, count: missing)
          columns[name]?.append(value.doubleValue ?? .nan)
        }
      }
    }
    endsMidLine = reader.endsMidLine
    for name in columns.keys {
      columns[name]! += Array(repeating: .nan, count: steps.count - columns[name]!.count)
    }
  }

  /// Names that have a value in any step, sorted.
  var names: [String] {
    columns.filter { $0.value.contains { !$0.isNaN } }.keys.sorted()
  }

  /// A metric's values, one for each of `steps`; NaN where it has none.
  subscript(name: String) -> [Double] {
    columns[name] ?? Array(repeating: .nan, count: steps.count)
  }

  /// Seconds of training up to each step.
  var seconds: [Double] {
    var total = 0.0
    return self["step_time"].map { seconds in
      total += seconds.isNaN ? 0 : seconds
      return total
    }
  }
}
