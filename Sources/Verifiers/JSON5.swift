/// JSON5 texts (json5.org) read with line and column, which Foundation's decoder doesn't tell.
///
/// Stricter than the standard in three points that are mistakes in a file people edit: a key twice
/// in one object, a number that isn't finite, and nesting beyond 64 levels are errors.
package enum JSON5 {
  /// Reads a whole text.
  ///
  /// - Parameter file: The name that errors show.
  /// - Parameter firstLine: The line of the file on which the text begins.
  /// - Throws: `JSON5Error` for the first error in the text.
  package static func parse(
    _ text: String, file: String, firstLine: Int = 1
  ) throws(JSON5Error) -> JSON5Node {
    var parser = JSON5Parser(text, firstLine: firstLine)
    do throws(JSON5Parser.Fault) {
      return try parser.wholeText()
    } catch {
      throw JSON5Error(file: file, position: error.position, message: error.message)
    }
  }

  /// The first error of a text, or nil where it is good JSON5.
  package static func locateError(in text: String, file: String = "text") -> JSON5Error? {
    do throws(JSON5Error) {
      _ = try parse(text, file: file)
      return nil
    } catch {
      return error
    }
  }

  /// Decodes a value from a text; wrong types and missing keys are located, too.
  ///
  /// - Throws: `JSON5Error` for bad syntax or for a value that `type` refuses.
  package static func decode<Value: Decodable>(
    _ type: Value.Type, from text: String, file: String
  ) throws(JSON5Error) -> Value {
    let root = try parse(text, file: file)
    do {
      return try type.init(from: JSON5Decoder(node: root, file: file))
    } catch let error as JSON5Error {
      throw error
    } catch {
      throw JSON5Error(file: file, position: root.position, message: "\(error)")
    }
  }

  /// Where each character of a string of the text stands, for a string that begins at `start`.
  ///
  /// It is meant for errors about one character, and so reads the text again.
  package static func characterPositions(
    ofStringAt start: TextPosition, in text: String, firstLine: Int = 1
  ) -> [TextPosition] {
    var parser = JSON5Parser(text, firstLine: firstLine)
    parser.advance(to: start)
    var positions: [TextPosition] = []
    _ = try? parser.string { positions.append($0) }
    return positions
  }
}

/// A place in a text file.
package struct TextPosition: Sendable, Equatable, Hashable {
  /// The line, from 1.
  package var line: Int
  /// The column in characters (Unicode scalars), from 1.
  package var column: Int

  /// Makes a position.
  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// A located error in a JSON5 file: bad data, or a usage error where the file is a configuration.
package struct JSON5Error: Error, Equatable, CustomStringConvertible {
  /// The file as the caller named it.
  package var file: String
  /// Where in the file.
  package var position: TextPosition
  /// What is wrong.
  package var message: String

  /// Makes an error.
  package init(file: String, position: TextPosition, message: String) {
    self.file = file
    self.position = position
    self.message = message
  }

  /// `file:line:column: message`.
  package var description: String {
    "\(file):\(position.line):\(position.column): \(message)"
  }
}
