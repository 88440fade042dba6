/// A recursive-descent parser of JSON5 that stops at the first error.
struct JSON5Parser {
  struct Fault: Error {
    var position: TextPosition
    var message: String
  }

  private static let deepestNesting = 64

  private let scalars: [Unicode.Scalar]
  private var place = 0
  private(set) var position: TextPosition
  private var depth = 0

  init(_ text: String, firstLine: Int) {
    scalars = Array(text.unicodeScalars)
    position = TextPosition(line: firstLine, column: 1)
  }

  mutating func wholeText() throws(Fault) -> JSON5Node {
    try skipSpace()
    guard next != nil else { throw fault("the file is empty; a value was expected") }
    let node = try value()
    try skipSpace()
    guard next == nil else { throw fault("\(shown(next)) after the end of the value") }
    return node
  }

  /// Moves forward to a place that this text has.
  mutating func advance(to target: TextPosition) {
    while next != nil, position != target { advance() }
  }

  private mutating func value() throws(Fault) -> JSON5Node {
    let start = position
    let value: JSON5Node.Value
    switch next {
    case "{": value = .object(try members())
    case "[": value = .array(try elements())
    case "\"", "'": value = .string(try string { _ in })
    case let scalar? where scalar.isDigit || "+-.".unicodeScalars.contains(scalar):
      value = try number()
    case nil: throw fault("the file ends where a value was expected")
    default:
      guard startsIdentifier(next) else {
        throw fault("a value was expected, not \(shown(next))")
      }
      switch try identifier() {
      case "true": value = .bool(true)
      case "false": value = .bool(false)
      case "null": value = .null
      case "Infinity", "NaN": throw fault("only finite numbers are allowed here", at: start)
      case let word: throw fault("\(quoted(word)) needs quotes to be a string", at: start)
      }
    }
    return JSON5Node(value: value, position: start)
  }

  private mutating func members() throws(Fault) -> [JSON5Node.Member] {
    let start = position
    try enter()
    var members: [JSON5Node.Member] = []
    var seen: Set<String> = []
    while try !closes(with: "}", of: "object", from: start) {
      let place = position
      let key = try self.key()
      guard seen.insert(key).inserted else {
        throw fault("the key \(quoted(key)) occurs twice in one object", at: place)
      }
      try skipSpace()
      guard next == ":" else {
        throw fault("':' was expected after the key \(quoted(key)), not \(shown(next))")
      }
      advance()
      try skipSpace()
      members.append(JSON5Node.Member(key: key, position: place, node: try value()))
      try separator(before: "}")
    }
    depth -= 1
    return members
  }

  private mutating func elements() throws(Fault) -> [JSON5Node] {
    let start = position
    try enter()
    var nodes: [JSON5Node] = []
    while try !closes(with: "]", of: "array", from: start) {
      nodes.append(try value())
      try separator(before: "]")
    }
    depth -= 1
    return nodes
  }

  private mutating func enter() throws(Fault) {
    depth += 1
    guard depth <= JSON5Parser.deepestNesting else {
      throw fault("nested deeper than \(JSON5Parser.deepestNesting) levels")
    }
    advance()
  }

  private mutating func closes(
    with bracket: Unicode.Scalar, of kind: String, from start: TextPosition
  ) throws(Fault) -> Bool {
    try skipSpace()
    guard next != nil else {
      throw fault("the \(kind) that begins here is never closed with '\(bracket)'", at: start)
    }
    guard next == bracket else { return false }
    advance()
    return true
  }

  private mutating func separator(before bracket: Unicode.Scalar) throws(Fault) {
    try skipSpace()
    if next == "," {
      advance()
    } else if next != bracket, next != nil {
      throw fault("',' or '\(bracket)' was expected, not \(shown(next))")
    }
  }

  private mutating func key() throws(Fault) -> String {
    if next == "\"" || next == "'" { return try string { _ in } }
    guard startsIdentifier(next) else {
      throw fault("a key was expected, not \(shown(next)); keys with such characters need quotes")
    }
    return try identifier()
  }

  private mutating func identifier() throws(Fault) -> String {
    var name = String.UnicodeScalarView()
    while let scalar = next, startsIdentifier(scalar) || scalar.properties.isIDContinue {
      if scalar == "\\" {
        advance()
        guard next == "u" else { throw fault("only \\u escapes are allowed in a key") }
        advance()
        guard let escaped = Unicode.Scalar(try hexadecimal(digits: 4)) else {
          throw fault("this escape is no character")
        }
        name.append(escaped)
      } else {
        name.append(scalar)
        advance()
      }
    }
    return String(name)
  }

  /// Reads a quoted string; `note` is told where each of its characters stands.
  mutating func string(note: (TextPosition) -> Void) throws(Fault) -> String {
    let start = position
    let quote = next
    advance()
    var text = String.UnicodeScalarView()
    while let scalar = next, scalar != quote {
      let place = position
      switch scalar {
      case "\n", "\r": throw fault("the string that begins here is not closed", at: start)
      case "\\":
        advance()
        guard let escaped = try escape() else { continue }
        text.append(escaped)
      default:
        text.append(scalar)
        advance()
      }
      note(place)
    }
    guard next != nil else { throw fault("the string that begins here is not closed", at: start) }
    advance()
    return String(text)
  }

  /// What stands after a backslash; nil for a continued line.
  private mutating func escape() throws(Fault) -> Unicode.Scalar? {
    guard let scalar = next else { throw fault("the file ends inside a string") }
    let place = position
    advance()
    switch scalar {
    case "b": return "\u{08}"
    case "f": return "\u{0C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "v": return "\u{0B}"
    case "x": return Unicode.Scalar(UInt8(try hexadecimal(digits: 2)))
    case "u": return try unicodeEscape(at: place)
    case "\n", "\u{2028}", "\u{2029}": return nil
    case "\r":
      if next == "\n" { advance() }
      return nil
    case "0":
      if next?.isDigit == true { throw fault("octal escapes are not allowed", at: place) }
      return "\0"
    case "1"..."9": throw fault("octal escapes are not allowed", at: place)
    default: return scalar
    }
  }

  private mutating func unicodeEscape(at place: TextPosition) throws(Fault) -> Unicode.Scalar {
    let first = try hexadecimal(digits: 4)
    if let scalar = Unicode.Scalar(first) { return scalar }
    // A character beyond U+FFFF is written as a high and a low surrogate.
    guard first < 0xDC00, next == "\\" else { throw fault("half a surrogate pair", at: place) }
    advance()
    guard next == "u" else { throw fault("half a surrogate pair", at: place) }
    advance()
    let second = try hexadecimal(digits: 4)
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
    else { throw fault("half a surrogate pair", at: place) }
    return scalar
  }

  private mutating func hexadecimal(digits: Int) throws(Fault) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard let digit = next?.hexadecimalValue else {
        throw fault("\(digits) hexadecimal digits were expected, not \(shown(next))")
      }
      value = value * 16 + digit
      advance()
    }
    return value
  }

  private mutating func number() throws(Fault) -> JSON5Node.Value {
    let start = position
    let first = place
    var text = ""
    if next == "-" { text = "-" }
    if next == "-" || next == "+" { advance() }
    if startsIdentifier(next) {
      guard ["Infinity", "NaN"].contains(try identifier()) else {
        throw fault("this is not a number", at: start)
      }
      throw fault("only finite numbers are allowed here", at: start)
    }
    if next == "0", following == "x" || following == "X" {
      advance()
      advance()
      var magnitude: UInt64 = 0
      guard next?.hexadecimalValue != nil else {
        throw fault("hexadecimal digits were expected, not \(shown(next))")
      }
      while let digit = next?.hexadecimalValue {
        guard magnitude >> 60 == 0 else { throw fault("this number is too large", at: start) }
        magnitude = magnitude << 4 | UInt64(digit)
        advance()
      }
      text += "\(magnitude)"
    } else {
      let whole = digitRun()
      guard whole.count <= 1 || !whole.hasPrefix("0") else {
        throw fault("a number can't begin with 0; quote it if it is a text", at: start)
      }
      var part = ""
      if next == "." {
        advance()
        part = digitRun()
      }
      guard !whole.isEmpty || !part.isEmpty else { throw fault("this is not a number", at: start) }
      text += (whole.isEmpty ? "0" : whole) + (part.isEmpty ? "" : "." + part)
      if next == "e" || next == "E" {
        advance()
        text += "e"
        if next == "-" { text += "-" }
        if next == "-" || next == "+" { advance() }
        let exponent = digitRun()
        guard !exponent.isEmpty else { throw fault("the exponent has no digits", at: start) }
        text += exponent
      }
    }
    if startsIdentifier(next) || next == "." {
      throw fault("\(shown(next)) after a number; quote it if it is a text")
    }
    guard place - first <= 400, let value = Double(text), value.isFinite else {
      throw fault("this number is too large", at: start)
    }
    return .number(value, text: text)
  }

  private mutating func digitRun() -> String {
    var run = ""
    while let scalar = next, scalar.isDigit {
      run.unicodeScalars.append(scalar)
      advance()
    }
    return run
  }

  private mutating func skipSpace() throws(Fault) {
    while let scalar = next {
      if scalar == "/", following == "/" {
        while let scalar = next, scalar != "\n", scalar != "\r" { advance() }
      } else if scalar == "/", following == "*" {
        let start = position
        advance()
        advance()
        while !(next == "*" && following == "/") {
          guard next != nil else {
            throw fault("the comment that begins here is not closed", at: start)
          }
          advance()
        }
        advance()
        advance()
      } else if scalar.properties.isWhitespace || scalar == "\u{FEFF}" {
        advance()
      } else {
        return
      }
    }
  }

  private var next: Unicode.Scalar? { place < scalars.count ? scalars[place] : nil }

  private var following: Unicode.Scalar? {
    place + 1 < scalars.count ? scalars[place + 1] : nil
  }

  private mutating func advance() {
    guard let scalar = next else { return }
    place += 1
    if scalar == "\n" || (scalar == "\r" && next != "\n") {
      position = TextPosition(line: position.line + 1, column: 1)
    } else {
      position.column += 1
    }
  }

  private func fault(_ message: String, at position: TextPosition? = nil) -> Fault {
    Fault(position: position ?? self.position, message: message)
  }
}

private func startsIdentifier(_ scalar: Unicode.Scalar?) -> Bool {
  guard let scalar else { return false }
  return scalar == "$" || scalar == "_" || scalar == "\\" || scalar.properties.isIDStart
}

private func shown(_ scalar: Unicode.Scalar?) -> String {
  scalar.map { quoted(String($0)) } ?? "the end of the file"
}

extension Unicode.Scalar {
  fileprivate var isDigit: Bool { ("0"..."9").contains(self) }

  fileprivate var hexadecimalValue: UInt32? {
    switch self {
    case "0"..."9": value - 0x30
    case "a"..."f": value - 0x61 + 10
    case "A"..."F": value - 0x41 + 10
    default: nil
    }
  }
}
