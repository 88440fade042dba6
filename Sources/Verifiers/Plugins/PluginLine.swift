/// A line of JSON that a plugin's program wrote, read with suspicion.
///
/// Plain JSON in every point but one: `NaN` and `Infinity`, which some languages write for numbers
/// that JSON doesn't have, are read, so that the answer they stand in can be named.
package struct PluginLine {
  /// A value of JSON.
  package indirect enum Value: Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([Value])
    case object([Member])

    /// What it is, for messages.
    var kind: String {
      switch self {
      case .null: "null"
      case .bool: "true or false"
      case .number: "a number"
      case .string: "a string"
      case .array: "an array"
      case .object: "an object"
      }
    }
  }

  /// A key of an object with its value.
  package struct Member: Equatable {
    /// The key, its escapes undone.
    package var key: String
    /// What it stands for.
    package var value: Value
  }

  /// Why a line can't be read.
  package struct Fault: Error, Equatable {
    /// The reason.
    package var message: String
  }

  /// Objects and arrays in one another, the outermost one counted.
  package static let deepestNesting = 16

  private let bytes: ArraySlice<UInt8>
  private var place: Int
  private var depth = 0

  /// The members of the object that the line holds, no key twice.
  ///
  /// - Throws: `Fault` for anything else.
  package static func members(_ bytes: ArraySlice<UInt8>) throws(Fault) -> [Member] {
    var line = PluginLine(bytes: bytes, place: bytes.startIndex)
    line.skipSpace()
    guard line.next == UInt8(ascii: "{") else { throw Fault(message: "not a JSON object") }
    let value = try line.value()
    line.skipSpace()
    guard line.next == nil else { throw Fault(message: "something after the JSON object") }
    guard case .object(let members) = value else { preconditionFailure("it began with a brace") }
    return members
  }

  private init(bytes: ArraySlice<UInt8>, place: Int) {
    self.bytes = bytes
    self.place = place
  }

  private var next: UInt8? { place < bytes.endIndex ? bytes[place] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0D { place += 1 }
  }

  private mutating func value() throws(Fault) -> Value {
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .array(try array())
    case UInt8(ascii: "\""): return .string(try string())
    case let byte? where byte == UInt8(ascii: "-") || isDigit(byte): return .number(try number())
    case nil: throw Fault(message: "the line ends in the middle of its JSON")
    default: return try word()
    }
  }

  private mutating func enter() throws(Fault) {
    depth += 1
    guard depth <= PluginLine.deepestNesting else {
      throw Fault(message: "JSON nested deeper than \(PluginLine.deepestNesting) levels")
    }
    place += 1
  }

  /// Whether the list goes on with another element; steps over the comma or the closing bracket.
  private mutating func goesOn(until bracket: UInt8, isFirst: Bool) throws(Fault) -> Bool {
    skipSpace()
    if next == bracket {
      place += 1
      depth -= 1
      return false
    }
    if isFirst { return true }
    guard next == UInt8(ascii: ",") else { throw broken }
    place += 1
    skipSpace()
    return true
  }

  private mutating func object() throws(Fault) -> [Member] {
    try enter()
    var members: [Member] = []
    while try goesOn(until: UInt8(ascii: "}"), isFirst: members.isEmpty) {
      guard next == UInt8(ascii: "\"") else { throw broken }
      let key = try string()
      guard !members.contains(where: { $0.key == key }) else {
        throw Fault(message: "the key \(quoted(key)) twice")
      }
      guard members.count < 256 else { throw Fault(message: "more than 256 keys") }
      skipSpace()
      guard next == UInt8(ascii: ":") else { throw broken }
      place += 1
      members.append(Member(key: key, value: try value()))
    }
    return members
  }

  private mutating func array() throws(Fault) -> [Value] {
    try enter()
    var values: [Value] = []
    while try goesOn(until: UInt8(ascii: "]"), isFirst: values.isEmpty) {
      values.append(try value())
    }
    return values
  }

  private mutating func word() throws(Fault) -> Value {
    let start = place
    while let byte = next, (byte | 0x20) >= UInt8(ascii: "a"), (byte | 0x20) <= UInt8(ascii: "z") {
      place += 1
    }
    switch String(decoding: bytes[start..<place], as: UTF8.self) {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "null": return .null
    case "NaN", "nan": return .number(.nan)
    case "Infinity", "inf": return .number(.infinity)
    default: throw broken
    }
  }

  private mutating func number() throws(Fault) -> Double {
    let start = place
    if next == UInt8(ascii: "-") { place += 1 }
    if let byte = next, byte == UInt8(ascii: "I") || byte == UInt8(ascii: "i") {
      guard case .number(let size) = try word() else { throw broken }
      return -size
    }
    let whole = digits()
    guard whole > 0, whole == 1 || bytes[place - whole] != UInt8(ascii: "0") else { throw broken }
    if next == UInt8(ascii: ".") {
      place += 1
      guard digits() > 0 else { throw broken }
    }
    if let byte = next, byte | 0x20 == UInt8(ascii: "e") {
      place += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { place += 1 }
      guard digits() > 0 else { throw broken }
    }
    // One digit is the usual reward, and needs no general reading.
    if place - start == 1 { return Double(bytes[start] - UInt8(ascii: "0")) }
    guard let value = Double(String(decoding: bytes[start..<place], as: UTF8.self)) else {
      throw broken
    }
    return value
  }

  private mutating func digits() -> Int {
    let start = place
    while let byte = next, isDigit(byte) { place += 1 }
    return place - start
  }

  private mutating func string() throws(Fault) -> String {
    place += 1
    let start = place
    while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
      place += 1
    }
    if next == UInt8(ascii: "\"") {
      place += 1
      return try text(bytes[start..<place - 1])
    }
    var unescaped = Array(bytes[start..<place])
    while let byte = next, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw broken }
      place += 1
      if byte == UInt8(ascii: "\\") {
        unescaped.append(contentsOf: String(try escape()).utf8)
      } else {
        unescaped.append(byte)
      }
    }
    guard next != nil else { throw broken }
    place += 1
    return try text(unescaped[...])
  }

  private func text(_ bytes: ArraySlice<UInt8>) throws(Fault) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Fault(message: "a text that isn't UTF-8")
    }
    return text
  }

  /// What stands after a backslash.
  private mutating func escape() throws(Fault) -> Unicode.Scalar {
    guard let byte = next else { throw broken }
    place += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{08}"
    case UInt8(ascii: "f"): return "\u{0C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw broken
    }
  }

  private mutating func unicodeEscape() throws(Fault) -> Unicode.Scalar {
    let first = try hexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, next == UInt8(ascii: "\\") else { throw broken }
    place += 1
    guard next == UInt8(ascii: "u") else { throw broken }
    place += 1
    let second = try hexadecimal()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
    else { throw broken }
    return scalar
  }

  private mutating func hexadecimal() throws(Fault) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw broken
      }
      value = value * 16 + UInt32(digit)
      place += 1
    }
    return value
  }

  private var broken: Fault { Fault(message: "broken JSON") }
}

private func isDigit(_ byte: UInt8) -> Bool {
  byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
}
