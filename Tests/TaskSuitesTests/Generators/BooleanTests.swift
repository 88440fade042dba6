import Testing

@Suite struct BooleanTests {
  private let checks = GeneratorChecks("boolean")

  @Test func answersAreRight() throws {
    try checks.expectAnswers { prompt in
      Self.value(of: String(prompt.dropLast(3))).map { $0 ? "True" : "False" }
    }
    try checks.expectBalance(of: ["True", "False"])
  }

  /// Each state of the rewriting must have the value of the whole expression.
  @Test func everyStepKeepsTheValue() throws {
    let words: [Character: String] = ["!": "not", "&": "and", "|": "or", "T": "True", "F": "False"]
    try checks.expectReasoning { problem, reasoning in
      let states = reasoning.split(separator: "=").map(String.init)
      return states.last?.count == 1
        && states.allSatisfy { state in
          let text = state.map { words[$0] ?? String($0) }.joined(separator: " ")
          return Self.value(of: text) == (problem.answer == "True")
        }
    }
  }

  @Test func problemsStayAsTheyAre() throws {
    try checks.expectFirst([
      "not ( False or False or True ) is", "False or ( ( False ) or False ) is",
      "( False or not not True ) and False is",
    ])
  }

  /// Splits at the loosest operator outside of parentheses, again and again.
  private static func value(of text: String) -> Bool? {
    value(of: text.split(separator: " ").map(String.init)[...])
  }

  private static func value(of words: ArraySlice<String>) -> Bool? {
    for kind in ["or", "and"] {
      var depth = 0
      for (place, word) in zip(words.indices, words).reversed() {
        if word == ")" { depth += 1 }
        if word == "(" { depth -= 1 }
        guard depth == 0, word == kind else { continue }
        guard let left = value(of: words[words.startIndex..<place]),
          let right = value(of: words[(place + 1)...])
        else { return nil }
        return kind == "or" ? left || right : left && right
      }
    }
    if words.first == "not" { return value(of: words.dropFirst()).map { !$0 } }
    if words.first == "(", words.last == ")" { return value(of: words.dropFirst().dropLast()) }
    return words.count == 1 ? ["True": true, "False": false][words[words.startIndex]] : nil
  }
}
