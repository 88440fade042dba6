/// Chains of implications with facts and a query, such as `a>b,b>!c,d>e;a;c?`.
///
/// The demonstration follows the rules from the first fact, `a>b>!c`, until it meets the query's
/// letter or no rule leads on; then from the next fact, after a comma. True, False and Unknown are
/// equally frequent. A chain of rules leads from a fact; the other rules are there to mislead:
/// their premises are not known, or known to be false. No two rules have the same premise, so every
/// step is a lookup, never a choice. Problems are kept only where classical logic agrees with the
/// answer. Settings: `rules: [least, most]`; `letters`, how many of the alphabet occur;
/// `facts: [least, most]`; `negation`, the share of literals with a `!`.
struct ImplicationGenerator: ProblemGenerator {
  static let verifierName = "truth"

  let rules: ClosedRange<Int>
  let letters: Int
  let facts: ClosedRange<Int>
  let negation: Double

  init(settings: inout SettingsReader) throws(SuiteError) {
    rules = try settings.range("rules", default: 2...5, within: 1...10)
    letters = try settings.integer("letters", default: 12, within: 6...26)
    facts = try settings.range("facts", default: 1...2, within: 1...3)
    negation = try settings.number("negation", default: 0.4, within: 0...1)
    guard rules.upperBound + 1 + facts.upperBound <= letters else {
      throw settings.error(
        "\(rules.upperBound) rules and \(facts.upperBound) facts need at least "
          + "\(rules.upperBound + 1 + facts.upperBound) letters, not \(letters)")
    }
  }

  func draw(using random: inout SplitMix64) -> ImplicationProblem? {
    let wanted = ["True", "False", "Unknown"][random.next(below: 3)]
    // Throwing a draw away here, without a new wish, is what keeps the answers equally frequent.
    for _ in 0..<1_000 {
      if let problem = candidate(answering: wanted, &random) { return problem }
    }
    return nil
  }

  private func candidate(
    answering wanted: String, _ random: inout SplitMix64
  ) -> ImplicationProblem? {
    var unused = Array(0..<letters)
    random.shuffle(&unused)
    let ruleCount = random.next(in: rules)
    let chainLength = 1 + random.next(below: ruleCount)
    let chain = (0...chainLength).map { _ in literal(unused.removeLast(), &random) }
    let others = unused
    var problem = ImplicationProblem(
      rules: zip(chain, chain.dropFirst()).map { ImplicationRule(premise: $0, conclusion: $1) },
      facts: [chain[0]], query: chain[0])
    for place in 1..<max(1, random.next(in: facts)) {
      problem.facts.append(literal(others[place - 1], &random))
    }
    while problem.rules.count < ruleCount {
      problem.rules.append(misleadingRule(chain: chain, others: others, &random))
    }
    random.shuffle(&problem.rules)
    random.shuffle(&problem.facts)
    guard hasDistinctPremises(problem.rules) else { return nil }
    let queries = problem.queries(answering: wanted)
    guard !queries.isEmpty else { return nil }
    problem.query = random.element(of: queries)
    return problem.isClassical ? problem : nil
  }

  private func literal(_ letter: Int, _ random: inout SplitMix64) -> Literal {
    Literal(letter: letter, isNegated: random.chance(negation))
  }

  /// A rule whose premise is the opposite of something known, or about another letter.
  private func misleadingRule(
    chain: [Literal], others: [Int], _ random: inout SplitMix64
  ) -> ImplicationRule {
    // A handful of letters, so that misleading rules meet each other and the query.
    let others = Array(others.prefix(4))
    let premise =
      random.chance(0.35)
      ? random.element(of: chain).negated : literal(random.element(of: others), &random)
    let letter = random.element(of: chain.dropFirst().map(\.letter) + others)
    return ImplicationRule(premise: premise, conclusion: literal(letter, &random))
  }

  private func hasDistinctPremises(_ rules: [ImplicationRule]) -> Bool {
    for (place, rule) in rules.enumerated() {
      if rule.premise.letter == rule.conclusion.letter { return false }
      for other in rules[..<place] where other.premise == rule.premise { return false }
    }
    return true
  }

  func write(_ question: ImplicationProblem, to text: inout TextBuffer) {
    question.write(to: &text)
  }

  func work(_ question: ImplicationProblem) -> Work? {
    guard let answer = question.answer else { return nil }
    var text = TextBuffer()
    var seen: Set<Literal> = []
    facts: for (place, fact) in question.facts.enumerated() {
      if place > 0 { text.append("," as Unicode.Scalar) }
      fact.write(to: &text)
      seen.insert(fact)
      var current = fact
      while current.letter != question.query.letter,
        let rule = question.rules.first(where: { $0.premise == current }),
        seen.insert(rule.conclusion).inserted
      {
        text.append(">" as Unicode.Scalar)
        rule.conclusion.write(to: &text)
        current = rule.conclusion
      }
      if current.letter == question.query.letter { break facts }
    }
    return Work(reasoning: text.text, answer: answer)
  }
}

extension ImplicationProblem {
  /// The letters of the rules, other than those of the facts, of which this is the verdict.
  fileprivate func queries(answering wanted: String) -> [Literal] {
    let known = known
    var queries: [Literal] = []
    for literal in rules.flatMap({ [$0.premise, $0.conclusion] }) {
      let query = Literal(letter: literal.letter, isNegated: false)
      let verdict =
        known.contains(query) ? "True" : known.contains(query.negated) ? "False" : "Unknown"
      guard verdict == wanted, !queries.contains(query),
        !facts.contains(where: { $0.letter == query.letter })
      else { continue }
      queries.append(query)
    }
    return queries
  }
}
