internal import Verifiers

/// Parses `a>b,b>!c;a;c?`: rules, facts and a query.
struct ImplicationParser {
  private var input: ParserInput

  static func problem(from bytes: [UInt8]) -> Problem? {
    var parser = ImplicationParser(input: ParserInput(bytes))
    guard let rules = parser.list(of: { $0.rule() }), parser.input.take(";"),
      let facts = parser.list(of: { $0.literal() }), parser.input.take(";"),
      let query = parser.literal(), parser.input.ends(after: "?")
    else { return nil }
    let question = ImplicationProblem(rules: rules, facts: facts, query: query)
    guard let answer = question.answer else { return nil }
    var prompt = TextBuffer()
    question.write(to: &prompt)
    return Problem(task: "implication", prompt: prompt.text, answer: answer)
  }

  private init(input: ParserInput) {
    self.input = input
  }

  private mutating func list<Element>(
    of element: (inout ImplicationParser) -> Element?
  ) -> [Element]? {
    var elements: [Element] = []
    repeat {
      guard let next = element(&self) else { return nil }
      elements.append(next)
    } while input.take(",")
    return elements
  }

  private mutating func rule() -> ImplicationRule? {
    guard let premise = literal(), input.take(">"), let conclusion = literal() else { return nil }
    return ImplicationRule(premise: premise, conclusion: conclusion)
  }

  private mutating func literal() -> Literal? {
    let isNegated = input.take("!")
    guard let byte = input.next, (0x61...0x7A).contains(byte),
      input.take(Unicode.Scalar(byte))
    else { return nil }
    return Literal(letter: Int(byte) - 0x61, isNegated: isNegated)
  }
}
