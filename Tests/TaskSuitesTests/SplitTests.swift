import TaskSuites
import Testing
import Verifiers

@Suite struct SplitTests {
  @Test(arguments: shippedSuites.names())
  func splitsShareNoProblem(_ name: String) throws {
    let suite = try shippedSuites.open(name)
    var splitOf: [String: Split] = [:]
    for split in Split.allCases {
      for worked in suite.problems(0..<3_000, split: split) {
        let prompt = worked.problem.prompt.filter { $0 != " " }
        #expect(splitOf[prompt, default: split] == split, "\(prompt)")
        splitOf[prompt] = split
      }
    }
  }

  @Test func problemsAreAFunctionOfTheirIndex() throws {
    let suite = try shippedSuites.open("arithmetic")
    let again = try shippedSuites.open("arithmetic")
    let forwards = suite.problems(0..<500, split: .train)
    for index in (0..<500).reversed() {
      #expect(again.problem(at: index, split: .train) == forwards[index])
    }
    #expect(suite.problem(at: 1 << 60, split: .test) == again.problem(at: 1 << 60, split: .test))
    #expect(suite.fingerprint == again.fingerprint)
  }

  @Test func seedsAndSplitsGiveOtherProblems() throws {
    let folder = try TemporaryFolder()
    func prompts(seed: Int, _ split: Split) throws -> [String] {
      let text = "{seed: \(seed), tasks: [{generator: 'addition', digits: 3}]}"
      let suite = try folder.catalog.open(try folder.write(text, to: "seed\(seed).json5"))
      return suite.problems(0..<1_000, split: split).map(\.problem.prompt)
    }
    let first = try prompts(seed: 0, .train)
    let second = try prompts(seed: 1, .train)
    #expect(zip(first, second).filter(==).count < 5)
    // Sums of seed and index would make one seed's problems the other's, moved by one.
    #expect(zip(first.dropFirst(), second).filter(==).count < 5)
    // The split is the content's, whatever the seed, so one suite's test is never another's train.
    #expect(Set(first).isDisjoint(with: try prompts(seed: 1, .test)))
  }

  @Test func heldOutPromptsAreNeverTrainedOn() throws {
    let folder = try TemporaryFolder()
    let suite = try shippedSuites.open("logic")
    let asked = suite.problems(0..<400, split: .train).map(\.problem)
    // The same prompts but for white space, and one of the test split.
    let rows = asked.map { "{\"prompt\": \"\($0.prompt) \", \"answer\": \"\($0.answer)\"}" }
    let unique = Array(Set(rows)).sorted().joined(separator: "\n")
    let held = try folder.catalog.open(try folder.write(unique, to: "held.jsonl"))
    let kept = try suite.withholding(held)
    let prompts = Set(asked.map(\.prompt))
    for split in [Split.train, .validation] {
      #expect(
        prompts.isDisjoint(with: kept.problems(0..<3_000, split: split).map(\.problem.prompt)))
    }
    #expect(kept.problems(0..<500, split: .test) == suite.problems(0..<500, split: .test))
    #expect(
      held.distinctProblems(splits: [.test, .validation, .train], count: 1_000).count
        == Set(asked.map { $0.prompt.filter { $0 != " " } }).count)
  }

  @Test func holdingOutRowsAndTooMuch() throws {
    let folder = try TemporaryFolder()
    let rows = (0...9).map { "{\"prompt\": \"\($0)+1=\", \"answer\": \"\($0 + 1)\"}" }
    let mine = try folder.catalog.open(
      try folder.write(rows.joined(separator: "\n"), to: "mine.jsonl"))
    let held = try folder.catalog.open(
      try folder.write(rows.prefix(4).joined(separator: "\n"), to: "held.jsonl"))
    let kept = try mine.withholding(held)
    for problem in kept.problems(0..<50, split: .train) {
      #expect(problem.problem.prompt.first.map { $0 >= "4" } == true)
    }
    let tiny = try folder.catalog.open(
      try folder.write("{tasks: [{generator: 'addition', digits: 1}]}", to: "tiny.json5"))
    let all = (0...9).flatMap { a in
      (0...9).map { b in "{\"prompt\": \"\(a)+\(b)=\", \"answer\": \"\(a + b)\"}" }
    }
    let everything = try folder.catalog.open(
      try folder.write(all.joined(separator: "\n"), to: "everything.jsonl"))
    #expect(throws: SuiteError.self) { try tiny.withholding(everything) }
    #expect(throws: SuiteError.self) { try mine.withholding(tiny) }
  }

  @Test(arguments: shippedSuites.names())
  func evaluationHasAThousandDistinctProblems(_ name: String) throws {
    let suite = try shippedSuites.open(name)
    let thousand = suite.distinctProblems(split: .test, count: 1_000)
    #expect(Set(thousand.map(\.problem.prompt)).count == 1_000)
    #expect(suite.distinctProblems(split: .test, count: 300) == Array(thousand.prefix(300)))
    #expect(thousand.allSatisfy { Split(containing: $0.problem.prompt) == .test })
  }

  @Test func tinySpacesGiveFewerDistinctProblems() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "{tasks: [{generator: 'addition', digits: 1}]}", to: "tiny.json5")
    let suite = try folder.catalog.open(path)
    var prompts: [String] = []
    for split in Split.allCases {
      prompts += suite.distinctProblems(split: split, count: 1_000).map(\.problem.prompt)
    }
    // All hundred sums of two digits, each in exactly one split.
    #expect(prompts.count == 100)
    #expect(Set(prompts).count == 100)
  }

  @Test(arguments: shippedSuites.names())
  func mixturesKeepTheirShares(_ name: String) throws {
    let suite = try shippedSuites.open(name)
    let total = suite.tasks.map(\.weight).reduce(0, +)
    for start in stride(from: 0, to: 6_400, by: 64) {
      let batch = suite.problems(start..<(start + 64), split: .train)
      for task in suite.tasks {
        let count = batch.filter { $0.problem.task == task.name }.count
        #expect(abs(Double(count) - 64 * task.weight / total) <= 2, "\(task.name) \(count)")
      }
    }
  }

  @Test(arguments: shippedSuites.names())
  func makingProblemsIsFast(_ name: String) throws {
    let suite = try shippedSuites.open(name)
    // The best of many short stretches, because other work may hold the processor in between.
    let times = (0..<40).map { stretch in
      let start = ContinuousClock.now
      _ = suite.problems((stretch * 50)..<(stretch * 50 + 50), split: .train)
      return ContinuousClock.now - start
    }
    // 1,000 take about 2 ms (arithmetic) and 8 ms (logic) on a quiet machine, 50 a twentieth of it.
    #expect(try #require(times.min()) < .milliseconds(4))
  }
}
