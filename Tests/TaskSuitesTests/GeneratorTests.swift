import TaskSuites
import Testing
import Verifiers

/// Properties that every problem of the shipped suites must have.
@Suite struct GeneratorTests {
  static let problemsPerTask = 2_000

  private static func problems(_ suite: TaskSuite, of task: String) -> [WorkedProblem] {
    var found: [WorkedProblem] = []
    var index = 0
    while found.count < problemsPerTask {
      // Mostly train, whose problems are found soonest; the others are not made otherwise.
      let split: Split = index % 10 == 0 ? .test : index % 10 == 1 ? .validation : .train
      let next = suite.problem(at: index, split: split)
      if next.problem.task == task { found.append(next) }
      index += 1
    }
    return found
  }

  @Test(arguments: ["arithmetic", "logic"])
  func everyProblemIsRightAndReadable(_ name: String) throws {
    let suite = try shippedSuites.open(name, rules: standardRules)
    for task in suite.tasks {
      var promptLengths: [Int] = []
      var demonstrationLengths: [Int] = []
      for worked in GeneratorTests.problems(suite, of: task.name) {
        let problem = worked.problem
        try #require(
          IndependentEvaluation.answer(to: problem.prompt) == problem.answer, "\(problem)")
        let demonstration = try #require(worked.demonstration)
        let verdict = suite.verifier.verify(Completion(text: demonstration), of: problem)
        try #require(
          verdict == .score(Score(reward: 1, parts: ["correctness": 1, "format": 1])),
          "\(demonstration)")
        let parsed = try #require(Completion(text: demonstration).parsed)
        let text = problem.prompt + parsed.reasoning + problem.answer
        try #require(TextRules.standardScalars.isSuperset(of: text.unicodeScalars), "\(text)")
        promptLengths.append(TextRules.tokenCount(of: problem.prompt))
        demonstrationLengths.append(TextRules.tokenCount(of: demonstration))
      }
      #expect(promptLengths.max() ?? .max <= 52)
      #expect(demonstrationLengths.max() ?? .max <= 60)
      let mean = Double(demonstrationLengths.reduce(0, +)) / Double(demonstrationLengths.count)
      #expect(mean <= 48, "\(task.name)")
    }
  }

  /// Each `left=right` of the reasoning must hold, or the policy would learn wrong steps.
  @Test func everyArithmeticStepIsTrue() throws {
    let suite = try shippedSuites.open("arithmetic")
    for task in suite.tasks {
      for worked in GeneratorTests.problems(suite, of: task.name) {
        let reasoning = try #require(worked.demonstration.flatMap { Completion(text: $0).parsed })
          .reasoning
        // An expression is rewritten, so its first side is the prompt; others have steps of their own.
        let text = task.origin == "expression" ? worked.problem.prompt + reasoning : reasoning
        let steps = text.split(separator: ":").last ?? ""
        for step in steps.split(separator: ",") {
          let sides = step.split(separator: "=").map {
            IndependentEvaluation.arithmetic(String($0))
          }
          try #require(sides.count >= 2 && Set(sides).count == 1 && sides[0] != nil, "\(text)")
        }
      }
    }
  }

  /// Each state of the rewriting must have the value of the whole expression.
  @Test func everyBooleanStepKeepsTheValue() throws {
    let suite = try shippedSuites.open("logic")
    for task in suite.tasks where task.origin == "boolean" {
      for worked in GeneratorTests.problems(suite, of: task.name) {
        let reasoning = try #require(worked.demonstration.flatMap { Completion(text: $0).parsed })
          .reasoning
        let states = reasoning.split(separator: "=").map(String.init)
        try #require(states.last?.count == 1, "\(reasoning)")
        for state in states {
          let words = state.map { character in
            ["!": "not", "&": "and", "|": "or", "T": "True", "F": "False"][character]
              ?? String(character)
          }
          let value = IndependentEvaluation.boolean(words.joined(separator: " "))
          try #require(value == (worked.problem.answer == "True"), "\(reasoning)")
        }
      }
    }
  }

  /// Every literal of the chains must be a fact or follow by a rule from the literal before it.
  @Test func everyImplicationStepIsAFactOrARule() throws {
    let suite = try shippedSuites.open("logic")
    for task in suite.tasks where task.origin == "implication" {
      for worked in GeneratorTests.problems(suite, of: task.name) {
        let reasoning = try #require(worked.demonstration.flatMap { Completion(text: $0).parsed })
          .reasoning
        let parts = worked.problem.prompt.dropLast().split(separator: ";")
        let rules = Set(parts[0].split(separator: ","))
        let facts = parts[1].split(separator: ",")
        let chains = reasoning.split(separator: ",").map { $0.split(separator: ">") }
        for (place, chain) in chains.enumerated() {
          try #require(chain[0] == facts[place], "\(worked)")
          for (premise, conclusion) in zip(chain, chain.dropFirst()) {
            try #require(rules.contains(premise + ">" + conclusion), "\(worked)")
          }
        }
        // The last literal decides, or no literal does.
        let query = parts[2]
        let decided = ["True": query, "False": "!" + query][worked.problem.answer]
        let literals = Set(chains.joined())
        if let decided {
          try #require(chains.last?.last == decided, "\(worked)")
        } else {
          try #require(!literals.contains(query) && !literals.contains("!" + query), "\(worked)")
        }
      }
    }
  }

  @Test func answersAreBalanced() throws {
    let suite = try shippedSuites.open("logic")
    for task in suite.tasks {
      var counts: [String: Int] = [:]
      for worked in GeneratorTests.problems(suite, of: task.name) {
        counts[worked.problem.answer, default: 0] += 1
      }
      let fairShare = GeneratorTests.problemsPerTask / (task.origin == "boolean" ? 2 : 3)
      for (answer, count) in counts {
        #expect(abs(count - fairShare) < fairShare / 4, "\(task.name) \(answer) \(count)")
      }
      #expect(counts.count == (task.origin == "boolean" ? 2 : 3))
    }
  }

  @Test(arguments: [
    ("addition", "37+85=", "7+5=12,3+8+1=12"),
    ("subtraction", "52-37=", "12-7=5,5-3-1=1"),
    ("subtraction", "37-52=", "-:12-7=5,5-3-1=1"),
    ("multiplication", "47*6=", "7*6=42,4*6+4=24+4=28"),
    ("multiplication", "6*47=", "7*6=42,4*6+4=24+4=28"),
  ])
  func demonstrationsLookAsDocumented(
    _ generator: String, _ prompt: String, _ reasoning: String
  ) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "{tasks: [{generator: '\(generator)', digits: 2}]}", to: "two-digits.json5")
    let suite = try folder.catalog.open(path)
    // There are 8,100 pairs of numbers with two digits; this many draws meet nearly all of them.
    let found = suite.problems(0..<60_000, split: Split(containing: prompt))
      .first { $0.problem.prompt == prompt }
    let worked = try #require(found)
    #expect(Completion(text: worked.demonstration ?? "").parsed?.reasoning == reasoning)
  }
}
