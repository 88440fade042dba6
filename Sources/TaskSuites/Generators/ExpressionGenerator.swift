/// Several operations on small numbers such as `(3-5)*2+4=`, worked one operation at a time.
///
/// The demonstration is `-2*2+4=-4+4=0`: the whole expression again after each operation, always the
/// first one whose two sides are numbers by now, so that a step is a copy with one place changed.
/// Settings: `operations: [least, most]`; `operands: [least, most]`;
/// `negatives`, the share of operands that carry a minus sign; `operators`, some of `+-*`;
/// `parentheses` (default true); `bound`, the largest size of any result on the way.
struct ExpressionGenerator: ProblemGenerator {
  static let verifierName = "numeric"

  indirect enum Question: Sendable {
    case number(Int)
    case operation(Operator, Question, Question)
  }

  enum Operator: Unicode.Scalar, CaseIterable, Sendable {
    case plus = "+"
    case minus = "-"
    case times = "*"

    var precedence: Int { self == .times ? 2 : 1 }

    func apply(_ left: Int, _ right: Int) -> Int {
      switch self {
      case .plus: left + right
      case .minus: left - right
      case .times: left * right
      }
    }
  }

  let operations: ClosedRange<Int>
  let operands: ClosedRange<Int>
  let negatives: Double
  let operators: [Operator]
  let hasParentheses: Bool
  let bound: Int

  init(settings: inout SettingsReader) throws(SuiteError) {
    operations = try settings.range("operations", default: 2...3, within: 1...12)
    operands = try settings.range("operands", default: 0...9, within: 0...9999)
    negatives = try settings.number("negatives", default: 0.1, within: 0...1)
    hasParentheses = try settings.flag("parentheses", default: true)
    bound = try settings.integer("bound", default: 50, within: 1...1_000_000)
    let known = Operator.allCases.map { String($0.rawValue) }
    operators = try settings.characters("operators", default: "+-*", among: known)
      .compactMap(Operator.init)
  }

  func draw(using random: inout SplitMix64) -> Question? {
    let count = random.next(in: operations)
    let question =
      hasParentheses ? tree(operations: count, &random) : chain(operations: count, &random)
    return value(of: question) == nil ? nil : question
  }

  /// Any tree of operations; parentheses stand where the shape needs them.
  private func tree(operations: Int, _ random: inout SplitMix64) -> Question {
    guard operations > 0 else { return operand(&random) }
    let kind = random.element(of: operators)
    let before = random.next(below: operations)
    let left = tree(operations: before, &random)
    return .operation(kind, left, tree(operations: operations - 1 - before, &random))
  }

  /// A row of operations without parentheses, as a tree: products first, then from the left.
  private func chain(operations: Int, _ random: inout SplitMix64) -> Question {
    var sum: (left: Question, kind: Operator)?
    var term = operand(&random)
    for _ in 0..<operations {
      let kind = random.element(of: operators)
      let next = operand(&random)
      if kind == .times {
        term = .operation(.times, term, next)
      } else {
        sum = (sum.map { .operation($0.kind, $0.left, term) } ?? term, kind)
        term = next
      }
    }
    return sum.map { .operation($0.kind, $0.left, term) } ?? term
  }

  private func operand(_ random: inout SplitMix64) -> Question {
    let size = random.next(in: operands)
    return .number(random.chance(negatives) ? -size : size)
  }

  /// The result, or nil where a result on the way is beyond the bound.
  private func value(of question: Question) -> Int? {
    switch question {
    case .number(let value): return value
    case .operation(let kind, let left, let right):
      guard let left = value(of: left), let right = value(of: right) else { return nil }
      let result = kind.apply(left, right)
      return abs(result) <= bound ? result : nil
    }
  }

  func write(_ question: Question, to text: inout TextBuffer) {
    write(question, above: 0, to: &text)
    text.append("=" as Unicode.Scalar)
  }

  private func write(_ question: Question, above precedence: Int, to text: inout TextBuffer) {
    switch question {
    case .number(let value): text.append(value)
    case .operation(let kind, let left, let right):
      let needsParentheses = kind.precedence < precedence
      if needsParentheses { text.append("(" as Unicode.Scalar) }
      write(left, above: kind.precedence, to: &text)
      text.append(kind.rawValue)
      write(right, above: kind.precedence + 1, to: &text)
      if needsParentheses { text.append(")" as Unicode.Scalar) }
    }
  }

  func work(_ question: Question) -> Work? {
    var steps: [String] = []
    var rest = question
    while let next = reduced(rest) {
      rest = next
      var text = TextBuffer()
      write(rest, above: 0, to: &text)
      steps.append(text.text)
    }
    return Work(reasoning: steps.joined(separator: "="), answer: steps.last ?? "")
  }

  /// The question with the first operation whose two sides are numbers replaced by its result; nil
  /// for a number.
  private func reduced(_ question: Question) -> Question? {
    guard case .operation(let kind, let left, let right) = question else { return nil }
    if let left = reduced(left) { return .operation(kind, left, right) }
    if let right = reduced(right) { return .operation(kind, left, right) }
    guard case .number(let a) = left, case .number(let b) = right else { return nil }
    return .number(kind.apply(a, b))
  }
}
