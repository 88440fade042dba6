/// The text that is left to parse, after any spaces.
struct ParserInput {
  private let bytes: [UInt8]
  private var place = 0
  private var depth = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// The next byte that isn't a space; nil at the end.
  var next: UInt8? {
    mutating get {
      while place < bytes.count, bytes[place] == UInt8(ascii: " ") { place += 1 }
      return place < bytes.count ? bytes[place] : nil
    }
  }

  /// Takes the next byte if it is this one.
  mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: scalar) else { return false }
    place += 1
    return true
  }

  /// Takes the longest run of these bytes, which may be empty; spaces end it.
  mutating func takeRun(where belongs: (UInt8) -> Bool) -> String {
    guard next != nil else { return "" }
    let first = place
    while place < bytes.count, belongs(bytes[place]) { place += 1 }
    return String(decoding: bytes[first..<place], as: UTF8.self)
  }

  /// Goes one level deeper; false where that is too deep.
  mutating func enter() -> Bool {
    guard depth < PromptParser.deepestNesting else { return false }
    depth += 1
    return true
  }

  /// Comes back from a level.
  mutating func leave() {
    depth -= 1
  }

  /// Whether nothing is left but an optional ending such as `= ?`.
  mutating func ends(after endings: Unicode.Scalar...) -> Bool {
    for ending in endings { _ = take(ending) }
    return next == nil
  }
}
