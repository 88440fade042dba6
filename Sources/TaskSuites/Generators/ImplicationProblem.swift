/// Rules, facts and a query over the letters a to z, such as `a>b,b>!c,d>e;a;c?`.
///
/// A rule `a>!b` says: where a is known to be true, b is known to be false. What follows is what
/// the rules yield from the facts, step by step. The query is `True` where it follows, `False` where
/// its opposite follows, else `Unknown`.
struct ImplicationProblem: Sendable, Equatable {
  var rules: [ImplicationRule]
  var facts: [Literal]
  var query: Literal

  /// Everything that follows from the facts by the rules, the facts included.
  var known: LiteralSet {
    var known = LiteralSet(facts)
    known.close(under: rules)
    return known
  }

  /// The answer, or nil where the facts and rules contradict each other.
  var answer: String? {
    let known = known
    guard !known.isContradictory else { return nil }
    if known.contains(query) { return "True" }
    return known.contains(query.negated) ? "False" : "Unknown"
  }

  /// Whether classical logic, in which a rule also works backwards (no b, hence no a) and by cases,
  /// gives the same answer as following the rules forward.
  ///
  /// Rules of two literals are an instance of 2-SAT, where assuming a literal and propagating it is
  /// a complete test of whether it can hold (Even, Itai, Shamir 1976).
  var isClassical: Bool {
    guard let answer else { return false }
    let both = rules + rules.map(\.contrapositive)
    func canHold(_ assumption: Literal?) -> Bool {
      var known = LiteralSet(facts + (assumption.map { [$0] } ?? []))
      known.close(under: both)
      return !known.isContradictory
    }
    guard canHold(nil) else { return false }
    return switch (canHold(query), canHold(query.negated)) {
    case (true, false): answer == "True"
    case (false, true): answer == "False"
    default: answer == "Unknown"
    }
  }

  /// Writes the prompt, with its question mark.
  func write(to text: inout TextBuffer) {
    for (place, rule) in rules.enumerated() {
      if place > 0 { text.append("," as Unicode.Scalar) }
      rule.premise.write(to: &text)
      text.append(">" as Unicode.Scalar)
      rule.conclusion.write(to: &text)
    }
    text.append(";" as Unicode.Scalar)
    for (place, fact) in facts.enumerated() {
      if place > 0 { text.append("," as Unicode.Scalar) }
      fact.write(to: &text)
    }
    text.append(";" as Unicode.Scalar)
    query.write(to: &text)
    text.append("?" as Unicode.Scalar)
  }
}

/// "Where the premise holds, the conclusion holds."
struct ImplicationRule: Sendable, Equatable {
  var premise: Literal
  var conclusion: Literal

  var contrapositive: ImplicationRule {
    ImplicationRule(premise: conclusion.negated, conclusion: premise.negated)
  }
}

/// A letter or its opposite: `a`, `!a`.
struct Literal: Sendable, Equatable, Hashable {
  /// 0 for a to 25 for z.
  var letter: Int
  var isNegated: Bool

  var negated: Literal { Literal(letter: letter, isNegated: !isNegated) }

  func write(to text: inout TextBuffer) {
    if isNegated { text.append("!" as Unicode.Scalar) }
    text.append(Literal.letters[letter])
  }

  /// The letters by number.
  static let letters = Array("abcdefghijklmnopqrstuvwxyz".unicodeScalars)
}

/// A set of literals, one bit each.
struct LiteralSet: Sendable, Equatable {
  private var positive: UInt32 = 0
  private var negative: UInt32 = 0

  init(_ literals: [Literal]) {
    for literal in literals { insert(literal) }
  }

  var isContradictory: Bool { positive & negative != 0 }

  func contains(_ literal: Literal) -> Bool {
    (literal.isNegated ? negative : positive) >> UInt32(literal.letter) & 1 != 0
  }

  mutating func insert(_ literal: Literal) {
    if literal.isNegated {
      negative |= 1 << UInt32(literal.letter)
    } else {
      positive |= 1 << UInt32(literal.letter)
    }
  }

  mutating func close(under rules: [ImplicationRule]) {
    var grows = true
    while grows {
      grows = false
      for rule in rules where contains(rule.premise) && !contains(rule.conclusion) {
        insert(rule.conclusion)
        grows = true
      }
    }
  }
}
