/// Reads a flat JSON5 object of keys and single values, and remembers where each stands.
///
/// Foundation reads JSON5 too, but doesn't say where a key was, and an error in a value needs the
/// place.
struct JSON5SettingsReader {
  private let scalars: [Unicode.Scalar]
  private let path: String
  private var position = 0

  /// Makes a reader of a text; the path is for errors.
  init(_ text: String, path: String) {
    scalars = Array(text.unicodeScalars)
    self.path = path
  }

  /// The settings of the object, in the order of the file.
  ///
  /// - Throws: `ConfigurationError` with line and column for anything but a flat JSON5 object, and for
  ///   a key that is there twice.
  mutating func read() throws(ConfigurationError) -> [ConfigurationSetting] {
    if current == "\u{FEFF}" { position += 1 }
    try skipSpace()
    try expect("{", "a configuration is an object: it starts with {")
    var settings: [ConfigurationSetting] = []
    try skipSpace()
    while current != "}" {
      let start = position
      let key = try readKey()
      let place = lineAndColumn(of: start)
      let name = key.replacing("-", with: "_")
      if settings.contains(where: { $0.key.replacing("-", with: "_") == name }) {
        throw error("the key \(jsonString(key)) is there twice; keep one", at: start)
      }
      try skipSpace()
      try expect(":", "expected : after the key \(jsonString(key))")
      try skipSpace()
      let value = try readValue(of: key)
      settings.append(
        ConfigurationSetting(
          key: key, given: .value(value),
          origin: .file(path: path, line: place.line, column: place.column)))
      try skipSpace()
      if current == "}" { break }
      try expect(",", "expected , or } after the value of \(jsonString(key))")
      try skipSpace()
    }
    position += 1
    try skipSpace()
    guard current == nil else { throw error("expected the end of the file after }", at: position) }
    return settings
  }

  private var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private func lineAndColumn(of index: Int) -> (line: Int, column: Int) {
    var line = 1
    var column = 1
    for scalar in scalars[..<index] {
      if scalar == "\n" {
        line += 1
        column = 1
      } else if scalar != "\u{FEFF}" {
        column += 1
      }
    }
    return (line, column)
  }

  private func error(_ message: String, at index: Int) -> ConfigurationError {
    let (line, column) = lineAndColumn(of: min(index, scalars.count))
    return ConfigurationError(.syntax, "\(path):\(line):\(column): \(message)")
  }

  private mutating func expect(
    _ scalar: Unicode.Scalar, _ message: String
  ) throws(ConfigurationError) {
    guard current == scalar else { throw error(message, at: position) }
    position += 1
  }

  private mutating func skipSpace() throws(ConfigurationError) {
    while let scalar = current {
      if scalar.properties.isWhitespace || scalar == "\u{FEFF}" {
        position += 1
      } else if scalar == "/" {
        try skipComment()
      } else {
        return
      }
    }
  }

  private mutating func skipComment() throws(ConfigurationError) {
    let start = position
    position += 1
    switch current {
    case "/":
      while let scalar = current, scalar != "\n" && scalar != "\r" { position += 1 }
    case "*":
      position += 1
      while current != "*" || position + 1 >= scalars.count || scalars[position + 1] != "/" {
        guard current != nil else { throw error("this comment has no end", at: start) }
        position += 1
      }
      position += 2
    default: throw error("expected // or /* of a comment", at: start)
    }
  }

  private mutating func readWord() -> String {
    var word = String.UnicodeScalarView()
    while let scalar = current,
      scalar.properties.isAlphabetic || "0123456789_$-+.".unicodeScalars.contains(scalar)
    {
      word.append(scalar)
      position += 1
    }
    return String(word)
  }

  private mutating func readKey() throws(ConfigurationError) -> String {
    if current == "\"" || current == "'" { return try readString() }
    let start = position
    let word = readWord()
    guard !word.isEmpty else {
      throw error(
        current == nil ? "the object has no end; add }" : "expected a key", at: start)
    }
    return word
  }

  private mutating func readValue(of key: String) throws(ConfigurationError) -> ConfigurationValue {
    if current == "\"" || current == "'" { return .text(try readString()) }
    let start = position
    if current == "{" || current == "[" {
      throw error("\(key) takes a single value, not a list or an object", at: start)
    }
    let word = readWord()
    switch word {
    case "true": return .boolean(true)
    case "false": return .boolean(false)
    default: break
    }
    if let number = number(word) { return number }
    throw error(
      word.isEmpty || word == "null"
        ? "expected a value for \(jsonString(key)); leave the key out for its default"
        : "\(jsonString(word)) is no value; a text stands in quotes", at: start)
  }

  private func number(_ word: String) -> ConfigurationValue? {
    let isNegative = word.hasPrefix("-")
    let digits = isNegative || word.hasPrefix("+") ? word.dropFirst() : word[...]
    guard let first = digits.first, "0123456789.".contains(first) else { return nil }
    if digits.lowercased().hasPrefix("0x") {
      guard digits.dropFirst(2).allSatisfy(\.isHexDigit) else { return nil }
      let magnitude = Int(digits.dropFirst(2), radix: 16)
      return magnitude.map { .integer(isNegative ? -$0 : $0) }
    }
    if let whole = Int(digits) { return .integer(isNegative ? -whole : whole) }
    // JSON5 lets the digits on one side of the point away; Swift wants both.
    var padded = String(digits)
    if padded.hasPrefix(".") { padded = "0" + padded }
    if let point = padded.firstIndex(of: ".") {
      let next = padded.index(after: point)
      if next == padded.endIndex || !padded[next].isNumber { padded.insert("0", at: next) }
    }
    guard padded.allSatisfy({ "0123456789.eE+-".contains($0) }) else { return nil }
    return Double(padded).map { .number(isNegative ? -$0 : $0) }
  }

  private mutating func readString() throws(ConfigurationError) -> String {
    let start = position
    let quote = current
    position += 1
    var text = String.UnicodeScalarView()
    while let scalar = current, scalar != quote {
      guard scalar != "\n" && scalar != "\r" else { break }
      position += 1
      if scalar == "\\" {
        try readEscape(into: &text)
      } else {
        text.append(scalar)
      }
    }
    guard current == quote, quote != nil else { throw error("this text has no end", at: start) }
    position += 1
    return String(text)
  }

  private mutating func readEscape(
    into text: inout String.UnicodeScalarView
  ) throws(ConfigurationError) {
    guard let scalar = current else { return }
    let start = position - 1
    position += 1
    switch scalar {
    case "n": text.append("\n")
    case "r": text.append("\r")
    case "t": text.append("\t")
    case "b": text.append("\u{8}")
    case "f": text.append("\u{C}")
    case "v": text.append("\u{B}")
    case "0": text.append("\0")
    case "\n": break
    case "\r": if current == "\n" { position += 1 }
    case "x": try readHexadecimal(2, at: start, into: &text)
    case "u": try readHexadecimal(4, at: start, into: &text)
    default: text.append(scalar)
    }
  }

  private mutating func readHexadecimal(
    _ count: Int, at start: Int, into text: inout String.UnicodeScalarView
  ) throws(ConfigurationError) {
    func unit() -> UInt32? {
      let digits = scalars[position..<min(position + count, scalars.count)]
      guard digits.count == count, digits.allSatisfy({ $0.properties.isASCIIHexDigit }) else {
        return nil
      }
      return UInt32(String(String.UnicodeScalarView(digits)), radix: 16)
    }
    guard var code = unit() else { throw error("expected \(count) hexadecimal digits", at: start) }
    position += count
    // A character beyond the basic plane is written as two escapes.
    if (0xD800..<0xDC00).contains(code), position + 2 <= scalars.count,
      scalars[position] == "\\", scalars[position + 1] == "u"
    {
      position += 2
      guard let low = unit(), (0xDC00..<0xE000).contains(low) else {
        throw error("half a surrogate pair", at: start)
      }
      position += count
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw error("half a surrogate pair", at: start) }
    text.append(scalar)
  }
}
