import TaskSuites
import Testing
import Verifiers

@Suite struct SplitTests {
  @Test(arguments: ["arithmetic", "logic"])
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

  /// The published problems must not move, or results would silently change their meaning.
  @Test func problemsStayAsTheyAre() throws {
    let suite = try shippedSuites.open("arithmetic")
    #expect(
      suite.problems(0..<4, split: .test).map(\.problem.prompt) == ["PIN"])
    let logic = try shippedSuites.open("logic")
    #expect(logic.problems(0..<3, split: .test).map(\.problem.prompt) == ["PIN"])
  }

  @Test(arguments: ["arithmetic", "logic"])
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

  @Test func mixturesKeepTheirShares() throws {
    let suite = try shippedSuites.open("arithmetic")
    for start in stride(from: 0, to: 6_400, by: 64) {
      var counts: [String: Int] = [:]
      for worked in suite.problems(start..<(start + 64), split: .train) {
        counts[worked.problem.task, default: 0] += 1
      }
      #expect(counts.values.allSatisfy { (14...18).contains($0) }, "\(counts)")
    }
  }

  @Test(.timeLimit(.minutes(1))) func makingProblemsIsFast() throws {
    for name in shippedSuites.names() {
      let suite = try shippedSuites.open(name)
      _ = suite.problems(0..<100, split: .train)
      let start = ContinuousClock.now
      #expect(suite.problems(0..<1_000, split: .train).count == 1_000)
      // About 2 ms (arithmetic) and 6 ms (logic); the bound leaves room for a busy machine.
      #expect(ContinuousClock.now - start < .milliseconds(100))
    }
  }
}
