/// A place in a text file.
package struct TextPosition: Sendable, Hashable {
  // In half the room of two Ints: every value has one.
  private var storedLine: UInt32
  private var storedColumn: UInt32

  /// The line, from 1.
  package var line: Int {
    get { Int(storedLine) }
    set { storedLine = UInt32(clamping: newValue) }
  }
  /// The column in characters (Unicode scalars), from 1.
  package var column: Int {
    get { Int(storedColumn) }
    set { storedColumn = UInt32(clamping: newValue) }
  }

  package init(line: Int, column: Int) {
    storedLine = UInt32(clamping: line)
    storedColumn = UInt32(clamping: column)
  }
}

/// The first thing wrong with a JSON text: what, and where.
package struct JSONError: Error, Equatable, CustomStringConvertible {
  /// What kind of thing it is.
  package enum Kind: Sendable {
    /// The text isn't JSON, or not of the syntax that was asked for.
    case syntax
    /// It is JSON, but beyond the reader's limits, or with a key twice in one object.
    case refused
    /// The bytes aren't UTF-8.
    case encoding
    /// A value isn't what its reader wants.
    case value
  }

  package var kind: Kind
  /// The file as the caller named it; nil where the caller names it.
  package var file: String?
  package var position: TextPosition
  package var message: String

  package init(_ kind: Kind, file: String?, position: TextPosition, _ message: String) {
    self.kind = kind
    self.file = file
    self.position = position
    self.message = message
  }

  /// `file:line:column: message`.
  package var description: String {
    if let file { return "\(file):\(position.line):\(position.column): \(message)" }
    return "line \(position.line), column \(position.column): \(message)"
  }
}

/// An error of a module's own that takes in those of JSON.
package protocol JSONErrorConvertible: Error {
  init(_ error: JSONError)
}

extension JSONError: JSONErrorConvertible {
  package init(_ error: JSONError) { self = error }
}

/// The dialects that are read.
package enum JSONSyntax: Sendable {
  /// RFC 8259, for what programs write.
  case json
  /// JSON5 (json5.org), for what people write; but numbers must be finite.
  case json5
}

/// How much a text may ask of its reader, and which numbers it may hold.
package struct JSONLimits: Sendable {
  /// Arrays and objects inside each other.
  package var depth = 64
  /// Values in all: each takes some 60 bytes, while its text may take two.
  package var values = 200_000
  /// Characters of one number.
  package var numberLength = 400
  /// Takes numbers that double precision has no room for, and NaN and Infinity, which some languages
  /// write although JSON has no such thing: for readers that want to name what is wrong.
  package var takesNonFinite = false

  package init() {}
}
