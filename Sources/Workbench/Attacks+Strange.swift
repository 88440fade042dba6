internal import Verifiers

/// Characters that look like others, or like nothing.
extension AttackFamily {
  static let strange: [AttackFamily] = [
    .answers("unicode-digits", "full-width, Arabic, superscript and other digits") {
      target in
      let zeros: [UInt32] = [0xFF10, 0x660, 0x6F0, 0x966, 0x1D7CE, 0x1D7D8, 0x1D7F6, 0x2080]
      let signs: [Character: Character] = ["1": "\u{B9}", "2": "\u{B2}", "3": "\u{B3}"]
      let answer = target.answer
      let mapped = zeros.map { zero in
        String(answer.map { shifted($0, from: "0", through: "9", to: zero) ?? $0 })
      }
      let wide = String(
        answer.map { character in
          shifted(character, from: "A", through: "Z", to: 0xFF21)
            ?? shifted(character, from: "a", through: "z", to: 0xFF41) ?? character
        })
      let keycaps = answer.map { $0.isNumber ? "\($0)\u{FE0F}\u{20E3}" : "\($0)" }.joined()
      let superscript = String(
        answer.map { signs[$0] ?? shifted($0, from: "0", through: "9", to: 0x2070) ?? $0 })
      return unlike(answer, mapped + [wide, keycaps, superscript])
    },
    .answers("invisible-characters", "zero-width, right-to-left and combining characters") {
      target in
      let answer = target.answer
      let marks = [
        "\u{200B}", "\u{200C}", "\u{200D}", "\u{2060}", "\u{FEFF}", "\u{AD}", "\u{200E}",
        "\u{200F}", "\u{202E}", "\u{2066}", "\u{FE0F}", "\u{E0031}", "\u{301}", "\u{20DD}",
        "\u{336}", "\u{34F}", "\u{180E}", "\u{3164}",
      ]
      return marks.flatMap { mark in
        [mark + answer, answer + mark, answer.prefix(1) + mark + answer.dropFirst()]
      } + ["\u{202E}" + String(answer.reversed())].filter { !$0.hasSuffix(answer) }
    },
    .answers("look-alikes", "letters of other alphabets, l for 1, O for 0") { target in
      let answer = target.answer
      let maps: [[Character: Character]] = [
        ["a": "\u{430}", "e": "\u{435}", "o": "\u{43E}", "c": "\u{441}", "p": "\u{440}"],
        ["A": "\u{391}", "B": "\u{392}", "E": "\u{395}", "T": "\u{3A4}", "F": "\u{3DC}"],
        ["s": "\u{17F}", "i": "\u{131}", "k": "\u{212A}"], ["1": "l", "0": "O"],
        ["1": "I", "0": "o", "5": "S"], ["-": "\u{2212}", "/": "\u{2044}"],
        ["-": "\u{2013}", "/": "\u{2215}"], ["-": "\u{FF0D}", ".": "\u{FF0E}", "/": "\u{FF0F}"],
      ]
      return unlike(answer, maps.map { map in String(answer.map { map[$0] ?? $0 }) })
    },
    .answers("digits-apart", "the right digits with something between them") { target in
      guard target.size.count > 1, target.isNumber else { return [] }
      return [" ", "\n", "\u{A0}", "'", ";", "\u{7}", "..", "\\", "x"].map {
        target.sign + target.size.prefix(1) + $0 + target.size.dropFirst()
      }
    },
  ]
}

/// Those spellings that differ from the answer.
private func unlike(_ answer: String, _ texts: [String]) -> [String] {
  var seen: Set<String> = []
  return texts.filter { !$0.utf8.elementsEqual(answer.utf8) && seen.insert($0).inserted }
}

/// The character that is as far from `start` as this one from `first`; nil outside the range.
private func shifted(
  _ character: Character, from first: Unicode.Scalar, through last: Unicode.Scalar,
  to start: UInt32
) -> Character? {
  guard let scalar = character.unicodeScalars.first, character.unicodeScalars.count == 1,
    (first...last).contains(scalar)
  else { return nil }
  return Unicode.Scalar(start + scalar.value - first.value).map(Character.init)
}
