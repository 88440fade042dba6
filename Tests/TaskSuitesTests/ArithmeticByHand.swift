/// Works arithmetic out from its text in ways that share nothing with the module under test.
enum ArithmeticByHand {
  /// The answer to a prompt such as `37+85=`.
  static func answer(to prompt: String) -> String? {
    guard prompt.hasSuffix("=") else { return nil }
    return value(of: String(prompt.dropLast())).map(String.init)
  }

  /// Whether both sides of each `left=right` are equal, or a policy would learn wrong steps.
  static func holds(_ text: String) -> Bool {
    let steps = text.split(separator: ":").last ?? ""
    return steps.split(separator: ",").allSatisfy { step in
      let sides = step.split(separator: "=").map { value(of: String($0)) }
      return sides.count >= 2 && Set(sides).count == 1 && sides[0] != nil
    }
  }

  /// Dijkstra's shunting yard over `+ - *`, unary minus and parentheses.
  static func value(of text: String) -> Int? {
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
}
