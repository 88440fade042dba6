import Foundation
import Synchronization
import TaskSuites
import Testing
import Verifiers
import Workbench

/// A verifier that is a closure; its one part is `correctness`.
private struct Judge: Verifier {
  let name = "judge"
  var partNames = ["correctness"]
  let judge: @Sendable (Completion, Problem) -> Verdict

  init(_ judge: @escaping @Sendable (Completion, Problem) -> Verdict) { self.judge = judge }

  /// One that gives 1 or 0.
  init(isRight: @escaping @Sendable (Completion, Problem) -> Bool) {
    judge = { Judge.score(isRight($0, $1) ? 1 : 0) }
  }

  func verify(_ completion: Completion, of problem: Problem) -> Verdict {
    judge(completion, problem)
  }

  static func score(_ reward: Double, correctness: Double? = nil) -> Verdict {
    .score(Score(reward: reward, parts: ["correctness": correctness ?? reward]))
  }
}

@Suite("The workbench: faults of verifiers, by name")
struct WorkbenchTests {
  private static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private func check(
    _ verifier: any Verifier, name: String = "judge", suite: String? = "arithmetic",
    problems: Int = 60, _ change: (inout VerifierCheck) -> Void = { _ in }
  ) throws -> WorkbenchFindings {
    let chosen = try WorkbenchProblems(
      for: verifier, name: name, folder: nil, suite: suite, count: problems, seed: 0,
      catalog: SuiteCatalog(folder: Self.repository.appending(path: "Tasks")))
    var check = VerifierCheck(name: name, origin: "built in")
    check.attackedProblems = 6
    check.threads = 2
    change(&check)
    return try check.run(verifier, on: chosen)
  }

  /// Rows with a breach of a kind.
  private func rows(
    _ findings: WorkbenchFindings, _ kind: WorkbenchFindings.Breach.Kind
  ) -> Set<String> {
    Set(findings.breaches.filter { $0.kind == kind }.map(\.row))
  }

  private static let exact = Judge(isRight: { $0.parsed?.answer == $1.answer })

  @Test("all built-in verifiers pass", arguments: BuiltInVerifiers.names)
  func builtIn(_ name: String) throws {
    let findings = try check(BuiltInVerifiers.make(name), name: name, suite: nil, problems: 120)
    #expect(findings.isClean, "\(findings.breaches)")
    #expect(findings.right.tried == 120 && findings.right.passed == 120)
    #expect(findings.falseNegatives == (0, 120))
    #expect(findings.falsePositives.count == 0)
    #expect(findings.judgesFormOnly == (name == "format"))
    #expect(findings.judgesFormOnly || findings.falsePositives.trials > 300)
    #expect((findings.wrong + findings.attacks).allSatisfy { $0.tried > 0 && $0.notJudged == 0 })
    #expect(
      findings.attacks.count > (findings.judgesFormOnly ? 8 : 35), "\(findings.attacks.count)")
    #expect(findings.repeats.map(\.name) == ["again", "reversed", "shuffled", "alone", "threads"])
    #expect(findings.repeats.allSatisfy { $0.tried > 20 && $0.differing == 0 })
    // Not even the lenient spellings, by design; a new verifier may have a reason for one.
    if ["numeric", "truth", "text", "format"].contains(name) {
      #expect(findings.attacks.allSatisfy { $0.passed == 0 })
    }
  }

  @Test("a verifier that looks for the answer anywhere in the text")
  func substring() throws {
    let findings = try check(Judge(isRight: { $0.text.contains($1.answer) }))
    let passed = rows(findings, .passed)
    for family in [
      "no-marks", "answer-in-reasoning", "repeated-marks", "unfinished", "several-answers", "or",
      "enumeration", "inside-longer", "answer-twice", "text-after", "control-characters",
      // The demonstration's reasoning holds the right answer.
      "digit-changed", "another-answer",
    ] { #expect(passed.contains(family), "\(family)") }
    #expect(!passed.contains("empty") && !passed.contains("spaces"))
    #expect(findings.falsePositives.count > 0 && findings.falseNegatives.count == 0)
    let spaces = try #require(findings.attacks.first { $0.name == "spaces" })
    #expect(spaces.passed > 0 && !spaces.isBreach)
  }

  @Test("a verifier that evaluates the answer, and one that reads Unicode digits")
  func lenient() throws {
    let evaluating = Judge(isRight: { completion, problem in
      guard let answer = completion.parsed?.answer else { return false }
      let terms = answer.split(separator: "+").map { Int($0) }
      let sum = terms.compactMap(\.self).reduce(0, +)
      return terms.allSatisfy { $0 != nil } && sum == Int(problem.answer)
    })
    #expect(rows(try check(evaluating), .passed).isSuperset(of: ["expression", "prompt-echo"]))
    let worldly = Judge(isRight: { completion, problem in
      let digits = (completion.parsed?.answer ?? "").map { character in
        character.wholeNumberValue.map(String.init) ?? String(character)
      }
      return digits.joined() == problem.answer
    })
    #expect(rows(try check(worldly), .passed) == ["unicode-digits"])
  }

  @Test("a verifier that throws a die, and one that remembers")
  func flaky() throws {
    let counter = Mutex(0)
    let dice = Judge { completion, problem in
      let throwing = counter.withLock { count in
        count += 1
        return count % 97
      }
      if throwing == 0 { return Judge.score(0.5, correctness: 0) }
      return Self.exact.judge(completion, problem)
    }
    #expect(rows(try check(dice), .differs).contains("again"))

    let last = Mutex("")
    let remembering = Judge { completion, problem in
      let before = last.withLock { last in
        defer { last = problem.prompt }
        return last
      }
      guard case .score(var score) = Self.exact.judge(completion, problem) else {
        return .failure("")
      }
      // Pays a little where the problem before was a longer one.
      if before.count > problem.prompt.count, score.reward == 0 { score.reward = 0.1 }
      return .score(score)
    }
    let found = rows(try check(remembering), .differs)
    #expect(found.isSuperset(of: ["reversed", "shuffled"]), "\(found)")
  }

  @Test("a verifier that refuses right answers")
  func strict() throws {
    let findings = try check(
      Judge(isRight: { $0.parsed?.answer == $1.answer && !$1.answer.hasPrefix("-") }))
    #expect(
      rows(findings, .refused) == ["right"] && findings.breaches.allSatisfy { $0.row == "right" })
    let (refused, trials) = findings.falseNegatives
    #expect(trials == 60 && refused > 5 && refused < 40)
    #expect(findings.falsePositives.count == 0)
  }

  @Test("a verifier that fails on control characters")
  func failing() throws {
    let findings = try check(
      Judge { completion, problem in
        let isOdd = completion.text.unicodeScalars.contains { $0.value < 9 }
        return isOdd ? .failure("a control character") : Self.exact.judge(completion, problem)
      })
    #expect(rows(findings, .failed).contains("control-characters"))
    #expect(findings.breaches.allSatisfy { $0.kind == .failed })
    let row = try #require(findings.attacks.first { $0.name == "control-characters" })
    // It is given up after the fourth failure.
    #expect(row.failed == 4 && row.passed == 0 && row.notJudged > 50)
    #expect(findings.failures >= 4)

    #expect(throws: VerifierError.self) { try check(Judge { _, _ in .failure("always") }) }
  }

  @Test("half a reward for the answer among others is too much; scores must be as declared")
  func overpaid() throws {
    let half = Judge { completion, problem in
      let exact = completion.parsed?.answer == problem.answer
      let holds = completion.parsed?.answer.split(separator: " ").contains { $0 == problem.answer }
      return Judge.score(exact ? 1 : holds == true ? 0.5 : 0.25, correctness: exact ? 1 : 0)
    }
    let findings = try check(half)
    #expect(findings.mostForWrong == 0.25)
    #expect(rows(findings, .overpaid).isSuperset(of: ["several-answers", "or", "enumeration"]))
    #expect(rows(findings, .passed).isEmpty && findings.falsePositives.count == 0)

    var undeclared = Judge { Judge.score($0.parsed?.answer == $1.answer ? 1 : 0) }
    undeclared.partNames = ["correctness", "style"]
    let invalid = try check(undeclared)
    #expect(rows(invalid, .invalid).contains("right"))
    #expect(invalid.breaches[0].verdict.contains("the part 'style' is missing"))
  }

  @Test("one attack alone, and attacks that are allowed")
  func options() throws {
    let leaky = Judge(isRight: { completion, problem in
      completion.parsed?.answer.split(separator: " ").contains { $0 == problem.answer } == true
    })
    let one = try check(leaky) { $0.only = ["several-answers"] }
    #expect(one.attacks.map(\.name) == ["several-answers"] && !one.isClean)
    let all = try check(leaky)
    let same = all.attacks.first { $0.name == "several-answers" }
    #expect(same?.passed == one.attacks[0].passed && same?.tried == one.attacks[0].tried)
    let allowed = try check(leaky) { $0.allowed = rows(all, .passed) }
    #expect(allowed.isClean && allowed.attacks.contains { $0.passed > 0 && $0.mayPass })
  }

  @Test("the same seed finds the same, another one asks others")
  func repeats() throws {
    let leaky = Judge(isRight: { $0.text.hasSuffix($1.answer) })
    func trace(_ findings: WorkbenchFindings) -> [String] {
      findings.breaches.map { "\($0.row) \($0.submission) \($0.verdict)" }
    }
    let first = trace(try check(leaky))
    let second = trace(try check(leaky))
    let other = trace(try check(leaky) { $0.seed = 1 })
    #expect(first.count > 20 && first == second && first != other)
  }

  @Test("docs/workbench.md names every attack and mutation, and no name is used twice")
  func documented() throws {
    let text = try String(
      contentsOf: Self.repository.appending(path: "docs/workbench.md"), encoding: .utf8)
    let names = AttackFamily.names + Mutation.names
    for name in names { #expect(text.contains("`\(name)`"), "\(name)") }
    #expect(Set(names).count == names.count)
  }
}
