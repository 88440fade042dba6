internal import Verifiers

/// Parses `not`, `and`, `or` and parentheses over `True` and `False`, with `is` at the end or not.
struct BooleanParser {
  private var input: ParserInput
  private var word: String
  private var operatorCount = 0

  static func problem(from bytes: [UInt8]) -> Problem? {
    var parser = BooleanParser(ParserInput(bytes))
    guard let expression = parser.disjunction(), parser.operatorCount > 0 else { return nil }
    if parser.word == "is" { parser.advance() }
    guard parser.word.isEmpty, parser.input.ends(after: "=", "?") else { return nil }
    var prompt = TextBuffer()
    expression.writeWords(to: &prompt)
    prompt.append(" is")
    return Problem(
      task: "boolean", prompt: prompt.text, answer: expression.result ? "True" : "False")
  }

  private init(_ input: ParserInput) {
    self.input = input
    word = ""
    advance()
  }

  /// Moves on to the next word; it is empty where the next thing is no word.
  private mutating func advance() {
    word = input.takeRun { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
  }

  private mutating func disjunction() -> BooleanExpression? {
    guard var left = conjunction() else { return nil }
    while word == "or" {
      operatorCount += 1
      advance()
      guard let right = conjunction() else { return nil }
      left = .or(left, right)
    }
    return left
  }

  private mutating func conjunction() -> BooleanExpression? {
    guard var left = negation() else { return nil }
    while word == "and" {
      operatorCount += 1
      advance()
      guard let right = negation() else { return nil }
      left = .and(left, right)
    }
    return left
  }

  private mutating func negation() -> BooleanExpression? {
    switch word {
    case "True", "False":
      let value = word == "True"
      advance()
      return .value(value)
    case "not":
      guard input.enter() else { return nil }
      defer { input.leave() }
      operatorCount += 1
      advance()
      return negation().map { .not($0) }
    case "":
      guard input.take("("), input.enter() else { return nil }
      defer { input.leave() }
      advance()
      guard let inner = disjunction(), word.isEmpty, input.take(")") else { return nil }
      advance()
      return .group(inner)
    default: return nil
    }
  }
}
