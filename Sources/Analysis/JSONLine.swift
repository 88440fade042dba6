internal import Checkpointing
internal import Experience
internal import JSON

/// Lines of a run's files, each a JSON object.
enum JSONLine {
  /// The object on a line.
  ///
  /// - Parameter place: the line for messages, `file:line`.
  /// - Throws: `TrainingError.unusable` with the place.
  static func object(
    _ line: ArraySlice<UInt8>, at place: String
  ) throws(TrainingError) -> [String: JSONValue] {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: line)
    } catch {
      throw damaged("\(place):\(error.position.column)", "it isn't JSON: \(error.message)")
    }
    guard let members = value.objectValue else { throw damaged(place, "it is no object") }
    return members
  }

  /// The error of a line that can't be what the run wrote.
  static func damaged(_ place: String, _ what: String) -> TrainingError {
    .unusable(
      "\(place): \(what)", hint: "The file was damaged or changed: take another copy of the run.")
  }
}
