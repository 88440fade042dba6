internal import Verifiers

/// Boolean expressions in the words of BIG-Bench Hard, such as `not ( True ) and ( False or True ) is`.
///
/// The demonstration is the expression in short form, then again and again with its first
/// operation done. The answer is True as often as False. Settings: `operators: [least, most]`,
/// counting `not`, `and` and `or`; `parentheses`, the share of places that get them unneeded
/// (default 0.15; parentheses that change the meaning occur anyway unless it is 0).
struct BooleanGenerator: ProblemGenerator {
  static let verifierName = "truth"

  let operators: ClosedRange<Int>
  let parentheses: Double

  init(settings: inout SettingsReader) throws(SuiteError) {
    operators = try settings.range("operators", default: 2...4, within: 1...12)
    parentheses = try settings.number("parentheses", default: 0.15, within: 0...0.9)
  }

  func draw(using random: inout SplitMix64) -> BooleanExpression? {
    let wanted = random.chance(0.5)
    let expression = tree(operators: random.next(in: operators), &random)
    return expression.result == wanted ? expression : nil
  }

  private func tree(operators: Int, _ random: inout SplitMix64) -> BooleanExpression {
    let bare: BooleanExpression
    if operators == 0 {
      bare = .value(random.chance(0.5))
    } else if random.chance(0.4) {
      let inner = tree(operators: operators - 1, &random)
      bare = .not(isBinary(inner) ? .group(inner) : inner)
    } else {
      let before = random.next(below: operators)
      let left = tree(operators: before, &random)
      let right = tree(operators: operators - 1 - before, &random)
      bare = random.chance(0.5) ? .and(guarded(left), guarded(right)) : .or(left, right)
    }
    return random.chance(parentheses) ? .group(bare) : bare
  }

  private func guarded(_ side: BooleanExpression) -> BooleanExpression {
    if case .or = side { return .group(side) }
    return side
  }

  private func isBinary(_ expression: BooleanExpression) -> Bool {
    switch expression {
    case .and, .or: true
    default: false
    }
  }

  func write(_ question: BooleanExpression, to text: inout TextBuffer) {
    question.writeWords(to: &text)
    text.append(" is")
  }

  func work(_ question: BooleanExpression) -> Work? {
    Work(
      reasoning: booleanReduction(of: question),
      answer: question.result ? "True" : "False")
  }
}
