/// An expression of truth values; `not` binds tighter than `and`, and `and` tighter than `or`.
indirect enum BooleanExpression: Sendable, Equatable {
  case value(Bool)
  case not(BooleanExpression)
  case and(BooleanExpression, BooleanExpression)
  case or(BooleanExpression, BooleanExpression)
  /// Parentheses that the text has, needed or not.
  case group(BooleanExpression)

  /// The truth value.
  var result: Bool {
    switch self {
    case .value(let value): value
    case .not(let inner): !inner.result
    case .and(let left, let right): left.result && right.result
    case .or(let left, let right): left.result || right.result
    case .group(let inner): inner.result
    }
  }

  /// Writes the words as BIG-Bench Hard does: `not ( True ) and ( False or True )`.
  func writeWords(to text: inout TextBuffer) {
    switch self {
    case .value(let value): text.append(value ? "True" : "False")
    case .not(let inner):
      text.append("not ")
      inner.writeWords(to: &text)
    case .and(let left, let right):
      left.writeWords(to: &text)
      text.append(" and ")
      right.writeWords(to: &text)
    case .or(let left, let right):
      left.writeWords(to: &text)
      text.append(" or ")
      right.writeWords(to: &text)
    case .group(let inner):
      text.append("( ")
      inner.writeWords(to: &text)
      text.append(" )")
    }
  }

  /// The short form: `!(T)&(F|T)`.
  var symbols: String {
    switch self {
    case .value(let value): value ? "T" : "F"
    case .not(let inner): "!" + inner.symbols
    case .and(let left, let right): left.symbols + "&" + right.symbols
    case .or(let left, let right): left.symbols + "|" + right.symbols
    case .group(let inner): "(" + inner.symbols + ")"
    }
  }
}
