package import TaskSuites
internal import Verifiers

/// A way to make a wrong answer from a right one.
package struct Mutation: Sendable {
  /// What reports and `--allow` call it.
  package let name: String
  /// One line about it.
  package let summary: String
  /// Answers that may come out, the first ones to be preferred; some may mean the same as the right
  /// one.
  private let candidates: @Sendable (Source, inout SplitMix64) -> [String]

  /// What a mutation starts from.
  package struct Source: Sendable {
    /// The right answer.
    package var answer: String
    /// The answers of other problems of the same task.
    package var others: [String]

    package init(answer: String, others: [String]) {
      self.answer = answer
      self.others = others
    }
  }

  /// A wrong answer; nil where this mutation has none that is sure to mean something else.
  package func wrongAnswer(_ source: Source, using random: inout SplitMix64) -> String? {
    candidates(source, &random).first {
      !$0.isEmpty && !AnswerValue.areSame($0, source.answer)
        && Completion(reasoning: "", answer: $0).parsed != nil
    }
  }

  /// Every mutation, in the order of the report.
  package static let table: [Mutation] = [
    Mutation(name: "another-answer", summary: "the answer of another problem of the task") {
      source, random in
      var others = source.others
      random.shuffle(&others)
      return others
    },
    Mutation(name: "one-off", summary: "a whole number, one more or one less") { source, random in
      guard let number = AnswerValue.number(of: source.answer), number.denominator == 1 else {
        return []
      }
      let steps = random.chance(0.5) ? [1, -1] : [-1, 1]
      return steps.compactMap { number.plus(ExactNumber($0))?.description }
    },
    Mutation(name: "digit-changed", summary: "one digit is another") { source, random in
      edits(source.answer, at: isDigit, &random) { text, place, random in
        let isFirst = place == 0 || !isDigit(text[place - 1])
        let isAlone = place + 1 == text.count || !isDigit(text[place + 1])
        var digits = Array(isFirst && !isAlone ? "123456789" : "0123456789")
        digits.removeAll { $0 == text[place] }
        text[place] = random.element(of: digits)
      }
    },
    Mutation(name: "digits-swapped", summary: "two digits in a row change places") {
      source, random in
      edits(source.answer, at: isDigit, &random) { text, place, _ in
        guard place + 1 < text.count, isDigit(text[place + 1]) else { return }
        text.swapAt(place, place + 1)
      }
    },
    Mutation(name: "digit-dropped", summary: "a digit is missing") { source, random in
      edits(source.answer, at: isDigit, &random) { text, place, _ in
        let isBeside = (place > 0 && isDigit(text[place - 1]))
        guard isBeside || (place + 1 < text.count && isDigit(text[place + 1])) else { return }
        text.remove(at: place)
      }
    },
    Mutation(name: "digit-added", summary: "there is a digit too many") { source, random in
      edits(source.answer, at: isDigit, &random) { text, place, random in
        text.insert(random.element(of: Array("123456789")), at: place + random.next(below: 2))
      }
    },
    Mutation(name: "sign-flipped", summary: "a number has the other sign") { source, _ in
      guard AnswerValue.number(of: source.answer) != nil else { return [] }
      let answer = source.answer
      return [answer.hasPrefix("-") ? String(answer.dropFirst()) : "-" + answer]
    },
    Mutation(name: "ten-times", summary: "a whole number with a zero more") { source, _ in
      guard AnswerValue.number(of: source.answer)?.denominator == 1 else { return [] }
      return [source.answer + "0"]
    },
    Mutation(name: "upside-down", summary: "a fraction's numbers change places") { source, _ in
      let parts = source.answer.split(separator: "/")
      return parts.count == 2 ? ["\(parts[1])/\(parts[0])"] : []
    },
    Mutation(name: "truth-flipped", summary: "true is false, yes is no") { source, random in
      flipped(source.answer, using: &random)
    },
    Mutation(name: "letter-changed", summary: "one letter is another") { source, random in
      edits(source.answer, at: \.isLetter, &random) { text, place, random in
        let letters = Array(text[place].isUppercase ? upperLetters : upperLetters.lowercased())
        text[place] = random.element(of: letters)
      }
    },
    Mutation(name: "letter-dropped", summary: "a letter is missing") { source, random in
      edits(source.answer, at: \.isLetter, &random) { text, place, _ in text.remove(at: place) }
    },
    Mutation(name: "word-dropped", summary: "a word of several is missing") { source, random in
      var words = source.answer.split(separator: " ").map(String.init)
      guard words.count > 1 else { return [] }
      words.remove(at: random.next(below: words.count))
      return [words.joined(separator: " ")]
    },
    Mutation(name: "cut-short", summary: "the first half alone") { source, _ in
      [String(source.answer.prefix(source.answer.count / 2))]
    },
  ]

  /// The names, in the order of the table.
  package static var names: [String] { table.map(\.name) }
}

private let upperLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

@Sendable private func isDigit(_ character: Character) -> Bool {
  character.isASCII && character.isNumber
}

/// The text edited at one of some places: a few tries, since an edit may change nothing.
private func edits(
  _ text: String, at isPlace: (Character) -> Bool, _ random: inout SplitMix64,
  _ edit: (inout [Character], Int, inout SplitMix64) -> Void
) -> [String] {
  let characters = Array(text)
  var places = characters.indices.filter { isPlace(characters[$0]) }
  random.shuffle(&places)
  return places.prefix(8).map { place in
    var edited = characters
    edit(&edited, place, &random)
    return String(edited)
  }
}

/// The text with its first truth value turned over, in the letters' case.
private func flipped(_ text: String, using random: inout SplitMix64) -> [String] {
  let pairs = [
    ("true", "false"), ("false", "true"), ("yes", "no"), ("no", "yes"), ("right", "wrong"),
    ("wrong", "right"), ("unknown", random.chance(0.5) ? "true" : "false"),
  ]
  let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
  for (place, word) in words.enumerated() {
    guard let other = pairs.first(where: { $0.0 == word.lowercased() })?.1 else { continue }
    var edited = words
    edited[place] =
      word == word.uppercased()
      ? other.uppercased()
      : word.first?.isUppercase == true ? other.prefix(1).uppercased() + other.dropFirst() : other
    return [edited.joined(separator: " ")]
  }
  return []
}
