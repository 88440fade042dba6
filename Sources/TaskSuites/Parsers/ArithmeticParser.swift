internal import Verifiers

/// Parses and works out `+ - * /`, unary minus and parentheses over exact numbers.
struct ArithmeticParser {
  private var input: ParserInput
  private var operators: [Unicode.Scalar] = []
  private var hasPlainNumbersOnly = true

  static func problem(from bytes: [UInt8]) -> Problem? {
    var parser = ArithmeticParser(input: ParserInput(bytes))
    guard let value = parser.sum(), !parser.operators.isEmpty, parser.input.ends(after: "=", "?")
    else { return nil }
    let answer = value.description
    // A result may have one digit more than the verifier reads.
    guard ExactNumber(answer) != nil else { return nil }
    let prompt = bytes.filter { !" =?".utf8.contains($0) }
    return Problem(
      task: parser.task, prompt: String(decoding: prompt, as: UTF8.self) + "=", answer: answer)
  }

  private var task: String {
    guard operators.count == 1, hasPlainNumbersOnly else { return "expression" }
    return switch operators[0] {
    case "+": "addition"
    case "-": "subtraction"
    case "*": "multiplication"
    default: "expression"
    }
  }

  private init(input: ParserInput) {
    self.input = input
  }

  private mutating func sum() -> ExactNumber? {
    guard var total = product() else { return nil }
    while true {
      if input.take("+") {
        operators.append("+")
        guard let next = product(), let sum = total.plus(next) else { return nil }
        total = sum
      } else if input.take("-") {
        operators.append("-")
        guard let next = product(), let difference = total.minus(next) else { return nil }
        total = difference
      } else {
        return total
      }
    }
  }

  private mutating func product() -> ExactNumber? {
    guard var total = factor() else { return nil }
    while true {
      if input.take("*") {
        operators.append("*")
        guard let next = factor(), let product = total.times(next) else { return nil }
        total = product
      } else if input.take("/") {
        operators.append("/")
        guard let next = factor(), let quotient = total.divided(by: next) else { return nil }
        total = quotient
      } else {
        return total
      }
    }
  }

  private mutating func factor() -> ExactNumber? {
    if input.take("-") {
      hasPlainNumbersOnly = false
      return nested { $0.factor() }?.negated
    }
    if input.take("(") {
      hasPlainNumbersOnly = false
      guard let value = nested({ $0.sum() }), input.take(")") else { return nil }
      return value
    }
    let digits = input.takeRun { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
    if digits.contains(".") { hasPlainNumbersOnly = false }
    return ExactNumber(digits)
  }

  private mutating func nested(
    _ parse: (inout ArithmeticParser) -> ExactNumber?
  ) -> ExactNumber? {
    guard input.enter() else { return nil }
    defer { input.leave() }
    return parse(&self)
  }
}
