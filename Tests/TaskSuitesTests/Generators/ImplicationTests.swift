import Testing
import Verifiers

@Suite struct ImplicationTests {
  private let checks = GeneratorChecks("implication")

  @Test func answersAreRight() throws {
    try checks.expectAnswers(Self.answer)
    try checks.expectBalance(of: ["True", "False", "Unknown"])
  }

  /// Every literal of the chains must be a fact or follow by a rule from the literal before it.
  @Test func everyStepIsAFactOrARule() throws {
    try checks.expectReasoning(Self.holds)
  }

  @Test func problemsStayAsTheyAre() throws {
    try checks.expectFirst([
      "c>i,!b>!f;c;i?", "d>c,c>i,!l>c,i>h;d,f;l?", "!i>!e,e>c,!e>g,a>e,!c>!b;a;b?",
    ])
  }

  private static func holds(_ problem: Problem, _ reasoning: String) -> Bool {
    let parts = problem.prompt.dropLast().split(separator: ";")
    let rules = Set(parts[0].split(separator: ","))
    let chains = reasoning.split(separator: ",").map { $0.split(separator: ">") }
    for (chain, fact) in zip(chains, parts[1].split(separator: ",")) {
      let steps = zip(chain, chain.dropFirst()).map { $0 + ">" + $1 }
      guard chain[0] == fact, rules.isSuperset(of: steps) else {
        return false
      }
    }
    // The last literal decides, or no literal does.
    let query = parts[2]
    guard let decided = ["True": query, "False": "!" + query][problem.answer] else {
      return Set(chains.joined()).isDisjoint(with: [query, "!" + query])
    }
    return chains.last?.last == decided
  }

  /// Tries every assignment of truth values to the letters.
  private static func answer(to text: String) -> String? {
    let parts = text.dropLast().split(separator: ";")
    guard parts.count == 3 else { return nil }
    let rules = parts[0].split(separator: ",").map { $0.split(separator: ">") }
    let facts = parts[1].split(separator: ",")
    let letters = Set(text.filter(\.isLetter)).sorted()
    func holds(_ literal: Substring, _ values: Int) -> Bool? {
      guard let letter = literal.last, let bit = letters.firstIndex(of: letter) else { return nil }
      return (values >> bit & 1 == 1) != (literal.first == "!")
    }
    var outcomes: Set<Bool> = []
    for values in 0..<(1 << letters.count) {
      guard facts.allSatisfy({ holds($0, values) == true }) else { continue }
      let obeys = rules.allSatisfy { rule in
        holds(rule[0], values) == false || holds(rule[1], values) == true
      }
      if obeys, let outcome = holds(parts[2], values) { outcomes.insert(outcome) }
    }
    switch (outcomes.contains(true), outcomes.contains(false)) {
    case (true, false): return "True"
    case (false, true): return "False"
    case (true, true): return "Unknown"
    case (false, false): return nil
    }
  }
}
