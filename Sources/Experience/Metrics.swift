internal import Foundation

/// One step's numbers by name, in the order they were entered; a line of `metrics.jsonl`.
package struct Metrics: Sendable, Equatable {
  /// Names and values.
  package private(set) var entries: [(name: String, value: Double)] = []
  /// Hash of the weights, on steps that save.
  package var weightsHash: String?

  package init() {}

  /// A value by name; setting a new name appends it.
  package subscript(name: String) -> Double? {
    get { entries.first { $0.name == name }?.value }
    set {
      guard let newValue else { return entries.removeAll { $0.name == name } }
      if let index = entries.firstIndex(where: { $0.name == name }) {
        entries[index].value = newValue
      } else {
        entries.append((name, newValue))
      }
    }
  }

  /// Whether a metric measures time, and so differs between equal runs.
  package static func isTime(_ name: String) -> Bool {
    name.hasPrefix("time/") || name == "step_time" || name == "tokens_per_second"
  }

  /// The record as one line of JSON, without a line end; what is not finite becomes null.
  package var line: String {
    var parts = entries.map { "\"\($0.name)\": \(Self.text($0.value))" }
    if let weightsHash { parts.append("\"weights_hash\": \"\(weightsHash)\"") }
    return "{" + parts.joined(separator: ", ") + "}"
  }

  // Swift prints the shortest digits that read back as the same double.
  private static func text(_ value: Double) -> String {
    guard value.isFinite else { return "null" }
    return value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  }

  package static func == (a: Metrics, b: Metrics) -> Bool {
    a.entries.elementsEqual(b.entries) { $0.name == $1.name && $0.value == $1.value }
      && a.weightsHash == b.weightsHash
  }
}
