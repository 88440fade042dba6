/// Works prompts out from their text in ways that share nothing with the module under test.
enum IndependentEvaluation {
  /// The answer to a prompt of any generator.
  static func answer(to prompt: String) -> String? {
    if prompt.hasSuffix("=") { return arithmetic(String(prompt.dropLast())).map(String.init) }
    if prompt.hasSuffix(" is") {
      return boolean(String(prompt.dropLast(3))).map { $0 ? "True" : "False" }
    }
    return implication(prompt)
  }

  /// Dijkstra's shunting yard over `+ - *`, unary minus and parentheses.
  static func arithmetic(_ text: String) -> Int? {
    var values: [Int] = []
    var operators: [Character] = []
    let precedence: [Character: Int] = ["+": 1, "-": 1, "*": 2, "~": 3]
    func reduce() -> Bool {
      guard let kind = operators.popLast(), let right = values.popLast() else { return false }
      if kind == "~" {
        values.append(-right)
        return true
      }
      guard let left = values.popLast() else { return false }
      switch kind {
      case "+": values.append(left + right)
      case "-": values.append(left - right)
      case "*": values.append(left * right)
      default: return false
      }
      return true
    }
    var expectsValue = true
    var number = ""
    for character in text + " " {
      if character.isNumber {
        number.append(character)
        continue
      }
      if !number.isEmpty {
        guard expectsValue, let value = Int(number) else { return nil }
        values.append(value)
        number = ""
        expectsValue = false
      }
      switch character {
      case " ": continue
      case "(":
        guard expectsValue else { return nil }
        operators.append("(")
      case ")":
        while let top = operators.last, top != "(" { guard reduce() else { return nil } }
        guard operators.popLast() != nil else { return nil }
      case "-" where expectsValue: operators.append("~")
      default:
        guard let rank = precedence[character], !expectsValue else { return nil }
        while let top = operators.last, let above = precedence[top], above >= rank {
          guard reduce() else { return nil }
        }
        operators.append(character)
        expectsValue = true
      }
    }
    while !operators.isEmpty { guard reduce() else { return nil } }
    return values.count == 1 ? values[0] : nil
  }

  /// Splits at the loosest operator outside of parentheses, again and again.
  static func boolean(_ text: String) -> Bool? {
    boolean(text.split(separator: " ").map(String.init)[...])
  }

  private static func boolean(_ words: ArraySlice<String>) -> Bool? {
    for kind in ["or", "and"] {
      var depth = 0
      for (place, word) in zip(words.indices, words).reversed() {
        if word == ")" { depth += 1 }
        if word == "(" { depth -= 1 }
        guard depth == 0, word == kind else { continue }
        guard let left = boolean(words[words.startIndex..<place]),
          let right = boolean(words[(place + 1)...])
        else { return nil }
        return kind == "or" ? left || right : left && right
      }
    }
    if words.first == "not" { return boolean(words.dropFirst()).map { !$0 } }
    if words.first == "(", words.last == ")" { return boolean(words.dropFirst().dropLast()) }
    return words.count == 1 ? ["True": true, "False": false][words[words.startIndex]] : nil
  }

  /// Tries every assignment of truth values to the letters.
  static func implication(_ text: String) -> String? {
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
