internal import Messages

/// A recursive-descent reader of JSON and JSON5 that stops at the first error, in linear time.
///
/// Stricter than the standards in what are mistakes or attacks: a key twice in one object, anything
/// beyond `JSONLimits`, a zero byte, half a surrogate pair.
struct JSONParser {
  let bytes: ArraySlice<UInt8>
  let syntax: JSONSyntax
  let limits: JSONLimits
  private let file: String?
  private let firstLine: Int
  var place: Int
  private var depth = 0
  private var values = 0
  /// A place whose position is known: positions are mostly asked for in order.
  private var mark: (place: Int, position: TextPosition)

  init(
    _ text: ArraySlice<UInt8>, _ syntax: JSONSyntax, file: String?, firstLine: Int,
    _ limits: JSONLimits
  ) {
    // A byte order mark is no part of the text; strict JSON has none.
    let hasMark = syntax == .json5 && text.starts(with: [0xEF, 0xBB, 0xBF])
    bytes = hasMark ? text.dropFirst(3) : text
    self.syntax = syntax
    self.limits = limits
    self.file = file
    self.firstLine = firstLine
    place = bytes.startIndex
    mark = (place, TextPosition(line: firstLine, column: 1))
  }

  mutating func wholeText() throws(JSONError) -> JSONNode {
    try checkEncoding()
    try skipSpace()
    guard next != nil else { throw error("the text is empty; a value was expected") }
    let node = try value()
    try skipSpace()
    guard next == nil else { throw error("\(shownNext) after the end of the value") }
    return node
  }

  private mutating func checkEncoding() throws(JSONError) {
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      let bad = bytes.startIndex + error.byteOffsets.lowerBound
      throw self.error("this isn't UTF-8 text", at: bad, .encoding)
    }
  }

  private mutating func value() throws(JSONError) -> JSONNode {
    let start = place
    let position = position(at: start)
    values += 1
    guard values <= limits.values else {
      throw error("more than \(limits.values) values", .refused)
    }
    let value: JSONNode.Value
    switch next {
    case UInt8(ascii: "{"): value = .object(try members())
    case UInt8(ascii: "["): value = .array(try elements())
    case UInt8(ascii: "\""): value = .string(try string())
    case UInt8(ascii: "'") where syntax == .json5: value = .string(try string())
    case let byte? where byte == UInt8(ascii: "-") || 0x30...0x39 ~= byte:
      value = .number(try number())
    case UInt8(ascii: "+") where syntax == .json5: value = .number(try number())
    case UInt8(ascii: ".") where syntax == .json5: value = .number(try number())
    case nil: throw error("the text ends where a value was expected")
    default:
      guard startsIdentifier else { throw error("a value was expected, not \(shownNext)") }
      let word = try identifier()
      switch word {
      case "true": value = .bool(true)
      case "false": value = .bool(false)
      case "null": value = .null
      default:
        guard let number = nonFinite(word) else {
          throw error("\(quoted(word)) needs quotes to be a string", at: start)
        }
        guard limits.takesNonFinite else {
          throw error("only finite numbers are allowed here", at: start)
        }
        value = .number(number)
      }
    }
    return JSONNode(value, at: position)
  }

  private mutating func members() throws(JSONError) -> [JSONNode.Member] {
    let start = place
    try enter()
    var members: [JSONNode.Member] = []
    var keys: Set<String> = []
    while try hasNext(before: "}", of: "object", from: start, "a key", members.isEmpty) {
      let keyPlace = place
      let position = position(at: keyPlace)
      let key = try self.key()
      // Few keys are compared faster than hashed.
      if members.count == 8 { keys = Set(members.map(\.key)) }
      let isNew =
        members.count < 8 ? !members.contains { $0.key == key } : keys.insert(key).inserted
      guard isNew else {
        throw error("the key \(quoted(key)) occurs twice in one object", at: keyPlace, .refused)
      }
      try skipSpace()
      guard next == UInt8(ascii: ":") else {
        throw error("':' was expected after the key \(quoted(key)), not \(shownNext)")
      }
      place += 1
      try skipSpace()
      members.append(JSONNode.Member(key: key, position: position, node: try value()))
    }
    return members
  }

  private mutating func elements() throws(JSONError) -> [JSONNode] {
    let start = place
    try enter()
    var nodes: [JSONNode] = []
    while try hasNext(before: "]", of: "array", from: start, "a value", nodes.isEmpty) {
      nodes.append(try value())
    }
    return nodes
  }

  private mutating func enter() throws(JSONError) {
    depth += 1
    guard depth <= limits.depth else {
      throw error("nested deeper than \(limits.depth) levels", .refused)
    }
    place += 1
  }

  /// Whether the list has another element; steps over the comma before it, or the closing bracket.
  private mutating func hasNext(
    before bracket: Unicode.Scalar, of kind: String, from start: Int, _ element: String,
    _ isFirst: Bool
  ) throws(JSONError) -> Bool {
    try skipSpace()
    let end = UInt8(ascii: bracket)
    if !isFirst, next == UInt8(ascii: ",") {
      place += 1
      try skipSpace()
      guard next != end || syntax == .json5 else {
        throw error("\(element) was expected, not \(shownNext)")
      }
    } else if !isFirst, let byte = next, byte != end {
      throw error("',' or '\(bracket)' was expected, not \(shownNext)")
    }
    guard let byte = next else {
      throw error("the \(kind) that begins here is never closed with '\(bracket)'", at: start)
    }
    guard byte == end else { return true }
    place += 1
    depth -= 1
    return false
  }

  private mutating func key() throws(JSONError) -> String {
    if next == UInt8(ascii: "\"") { return try string() }
    guard syntax == .json5 else { throw error("a key in quotes was expected, not \(shownNext)") }
    if next == UInt8(ascii: "'") { return try string() }
    guard startsIdentifier else {
      throw error("a key was expected, not \(shownNext); keys with such characters need quotes")
    }
    return try identifier()
  }

  mutating func skipSpace() throws(JSONError) {
    while let byte = next {
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0D: place += 1
      case UInt8(ascii: "/") where syntax == .json5: guard try skipComment() else { return }
      case 0x0B, 0x0C, 0x80...0xFF:
        guard syntax == .json5, let scalar = nextScalar,
          scalar.properties.isWhitespace || scalar == "\u{FEFF}"
        else { return }
        place += UTF8.width(scalar)
      default: return
      }
    }
  }

  /// Steps over a comment; false where a slash begins none.
  private mutating func skipComment() throws(JSONError) -> Bool {
    let start = place
    switch following {
    case UInt8(ascii: "/"):
      while let byte = next, byte != 0x0A, byte != 0x0D { place += 1 }
    case UInt8(ascii: "*"):
      place += 2
      while !(next == UInt8(ascii: "*") && following == UInt8(ascii: "/")) {
        guard next != nil else {
          throw error("the comment that begins here is not closed", at: start)
        }
        place += 1
      }
      place += 2
    default: return false
    }
    return true
  }
}

extension JSONParser {
  var next: UInt8? { place < bytes.endIndex ? bytes[place] : nil }

  var following: UInt8? { place + 1 < bytes.endIndex ? bytes[place + 1] : nil }

  var nextScalar: Unicode.Scalar? {
    guard let byte = next else { return nil }
    if byte < 0x80 { return Unicode.Scalar(byte) }
    let end = min(place + 4, bytes.endIndex)
    return String(decoding: bytes[place..<end], as: UTF8.self).unicodeScalars.first
  }

  /// The next character for messages.
  var shownNext: String { nextScalar.map { quoted(String($0)) } ?? "the end of the text" }

  mutating func position(at place: Int) -> TextPosition {
    if place < mark.place {
      mark = (bytes.startIndex, TextPosition(line: firstLine, column: 1))
    }
    while mark.place < place {
      let byte = bytes[mark.place]
      mark.place += 1
      if byte == 0x0A
        || (byte == 0x0D && !(mark.place < bytes.endIndex && bytes[mark.place] == 0x0A))
      {
        mark.position.line += 1
        mark.position.column = 1
      } else if byte & 0xC0 != 0x80 {
        mark.position.column += 1
      }
    }
    return mark.position
  }

  mutating func error(
    _ message: String, at place: Int? = nil, _ kind: JSONError.Kind = .syntax
  ) -> JSONError {
    JSONError(kind, file: file, position: position(at: place ?? self.place), message)
  }
}
