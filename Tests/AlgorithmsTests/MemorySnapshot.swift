import Foundation
import LanguageModel
import Learning
import TestLab

/// A checkpoint in memory: what was saved into it is read from its `reader`.
final class MemorySnapshot: Snapshot {
  /// Tensors by name.
  private(set) var tensors: [String: [Float]] = [:]
  private var values: [String: Data] = [:]
  private var isReading = false

  struct Missing: Error, Equatable { let name: String }

  /// The same, to be restored from.
  var reader: MemorySnapshot {
    let reader = MemorySnapshot()
    (reader.tensors, reader.values, reader.isReading) = (tensors, values, true)
    return reader
  }

  /// Names of what was saved.
  var names: Set<String> { Set(tensors.keys).union(values.keys) }

  func tensors(
    _ prefix: String, _ parameters: Parameters, _ entries: ArraySlice<ParameterEntry>?
  ) throws {
    for entry in entries ?? parameters.layout.entries[...] {
      let name = prefix + entry.name
      if isReading {
        guard let saved = tensors[name] else { throw Missing(name: name) }
        parameters[entry].copy(from: saved)
      } else {
        precondition(tensors[name] == nil, "\(name) is saved twice")
        tensors[name] = parameters[entry].array
      }
    }
  }

  func value<Value: Codable>(_ key: String, _ value: inout Value?) throws {
    if isReading {
      value = try decoded(Value.self, of: key)
    } else if let value {
      precondition(values[key] == nil, "\(key) is saved twice")
      values[key] = try JSONEncoder().encode([value])
    }
  }

  /// A value that was saved; nil where there is none.
  func decoded<Value: Codable>(_ type: Value.Type, of key: String) throws -> Value? {
    try values[key].flatMap { try JSONDecoder().decode([Value].self, from: $0).first }
  }
}
