internal import Checkpointing
import Foundation
package import JSON
internal import Messages

/// The two streams of the tool.
package enum Console {
  /// Writes what a command was asked for to standard output.
  ///
  /// - Throws: `OutputError` where that fails, for example on a full disk.
  package static func result(_ text: String) throws(OutputError) {
    try write(text, to: .standardOutput, named: "standard output")
  }

  /// Writes progress: to standard output, or where that is for JSON to standard error.
  ///
  /// - Throws: `OutputError` where that fails.
  package static func progress(_ text: String, isJSON: Bool) throws(OutputError) {
    if isJSON {
      try write(text, to: .standardError, named: "standard error")
    } else {
      try result(text)
    }
  }

  /// Writes a value as one line of JSON to standard output: the last line of a command.
  ///
  /// - Throws: `OutputError` where that fails.
  package static func json(_ value: some Encodable) throws {
    try result(jsonLine(value) + "\n")
  }

  /// Writes a value that is JSON already.
  package static func json(_ value: JSONValue) throws(OutputError) {
    try result(String(decoding: value.bytes(), as: UTF8.self) + "\n")
  }

  /// Writes an error or a warning to standard error; where even that fails there is nowhere left to say it.
  package static func complain(_ text: String) {
    try? write(text, to: .standardError, named: "standard error")
  }

  private static func write(
    _ text: String, to handle: FileHandle, named name: String
  ) throws(OutputError) {
    do {
      try handle.write(contentsOf: Data(text.utf8))
    } catch {
      throw OutputError(
        description: "\(name) can't be written; is the disk full, or the reader gone?")
    }
  }
}

/// Standard output or standard error that can't be written.
package struct OutputError: Error, Equatable, CustomStringConvertible {
  /// Which stream, and why that may be.
  package let description: String
}
