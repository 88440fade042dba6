import PluginHost
import Verifiers

/// Random numbers that a seed repeats (SplitMix64), and the lines that fuzzing makes of them.
struct FuzzRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  /// A whole number from 0 to below `count`; 0 where that is none.
  mutating func below(_ count: Int) -> Int {
    count > 0 ? Int.random(in: 0..<count, using: &self) : 0
  }

  /// One of several.
  mutating func pick<Element>(_ list: [Element]) -> Element { list[below(list.count)] }

  private static let lines = [
    #"{"id":0,"reward":1,"parts":{"correctness":1}}"#, #"{"id": 12, "error": "it \u00e9 \\ n"}"#,
    #"{"protocol":1,"plugin":"faulty"}"#, #"{"id":0,"reward":-1.25e-3,"parts":{"a":NaN}}"#,
    #"{"id":0,"x":[[[{"y":[true,false,null]}]]]}"#,
    #"{"id":3,"error":"\ud83d\ude42 \/\b\f\n\r\t"}"#,
    #"{"id":0,"reward":123456789012345678901234567890,"parts":{"b":0.1e+9}}"#,
  ].map { Array($0.utf8) }
  private static let telling =
    Array("{}[]\",:\\u0123456789eE+-.NaInftruls \t\r\u{0}é".utf8) + [0xFF, 0xC0, 0xED, 0x80, 0xF4]
  private static let pieces = [
    "\\ud800", "\\udc00", "\\u0000", "1e999", "-0", "1e-400", "NaN", "-Infinity", "\u{212A}",
    "e\u{301}",
    "é", "\"id\":", "{\"a\":", "[[", "]]", "9007199254740993", "0.1", "\\\"",
  ].map { Array($0.utf8) }

  /// A line that a program might write, mutated a few times, or random bytes; no line feed at its end.
  mutating func line() -> [UInt8] {
    var line = pick(Self.lines)
    if below(8) == 0 { line = (0..<below(200)).map { _ in UInt8(below(256)) } }
    for _ in 0..<below(6) {
      let place = below(line.count + 1)
      switch below(8) {
      case 0 where place < line.count: line.remove(at: place)
      case 1: line.insert(pick(Self.telling), at: place)
      case 2 where place < line.count: line[place] = pick(Self.telling)
      case 3 where place < line.count: line[place] ^= 1 << UInt8(below(8))
      case 4:
        let other = pick(Self.lines)
        line = Array(line[..<place]) + other[below(other.count)...]
      case 5: line.insert(contentsOf: pick(Self.pieces), at: place)
      case 6 where below(50) == 0:
        // Long enough to show whatever takes time or stack out of proportion.
        let piece = pick(Self.pieces + [[pick(Self.telling)]])
        let times = below(PluginLines.longest / piece.count)
        line.insert(contentsOf: Array(repeatElement(piece, count: times).joined()), at: place)
      case 7: line.removeSubrange(place...)
      default: break
      }
    }
    return line
  }
}
