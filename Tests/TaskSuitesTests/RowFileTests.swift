import Foundation
import JSON
import TaskSuites
import Testing
import Verifiers

@Suite struct RowFileTests {
  private func open(_ text: String, rules: TextRules? = nil) throws -> TaskSuite {
    let folder = try TemporaryFolder()
    return try folder.catalog.open(try folder.write(text, to: "mine.jsonl"), rules: rules)
  }

  private func error(_ text: String, rules: TextRules? = nil) throws -> SuiteError? {
    do {
      _ = try open(text, rules: rules)
      return nil
    } catch let error as SuiteError {
      return error
    }
  }

  private static let sums = (0..<200).map { #"{"prompt": "\#($0)+1=", "answer": \#($0 + 1)}"# }

  @Test func aProblemFileIsASuite() throws {
    let suite = try open(RowFileTests.sums.joined(separator: "\n") + "\n\n")
    #expect(suite.name == "mine")
    #expect(suite.taskNames == ["mine"])
    #expect(suite.verifier.name == "numeric")
    #expect(suite.notes.count == 1)
    #expect(suite.notes[0].contains("numeric"))
    var seen: Set<String> = []
    for split in Split.allCases {
      let count = try #require(suite.tasks[0].problemCount(in: split))
      #expect(count > 0)
      let problems = suite.distinctProblems(split: split, count: 1_000)
      #expect(problems.count == count)
      // One run through the indices has every row once; the next has them in another order.
      let first = suite.problems(0..<count, split: split).map(\.problem.prompt)
      let second = suite.problems(count..<(2 * count), split: split).map(\.problem.prompt)
      #expect(Set(first).count == count)
      #expect(Set(second) == Set(first))
      if count > 20 { #expect(second != first) }
      for prompt in first {
        #expect(Split(containing: prompt) == split)
        #expect(seen.insert(prompt).inserted)
      }
    }
    #expect(seen.count == 200)
  }

  @Test func keepsColumnsTasksAndDemonstrations() throws {
    let suite = try open(
      #"""
      {"prompt": "1+1=", "answer": "2", "task": "easy", "level": 3, "tags": ["a", 1], "split": "train", "demonstration": "<think>1+1=2</think>2", "note": null}
      {"prompt": "2+2=", "answer": "4", "split": "test"}
      """#)
    let worked = suite.problem(at: 0, split: .train)
    #expect(
      worked.problem
        == Problem(
          task: "easy", prompt: "1+1=", answer: "2",
          columns: ["level": "3", "tags": #"["a",1]"#, "note": ""]))
    #expect(worked.demonstration == "<think>1+1=2</think>2")
    #expect(suite.problem(at: 0, split: .test).problem.prompt == "2+2=")
    #expect(suite.taskNames == ["easy", "mine"])
  }

  @Test(arguments: [
    (#"{"prompt": "a", "answer": "-3/4"}"#, "numeric"),
    (#"{"prompt": "a", "answer": true}"#, "truth"),
    (#"{"prompt": "a", "answer": "Unknown"}"#, "truth"),
    (#"{"prompt": "a", "answer": "yes"}"#, "text"),
    (#"{"prompt": "a", "answer": "007"}"#, "text"),
  ])
  func choosesTheVerifierThatFits(_ row: String, _ verifier: String) throws {
    let suite = try open(
      row.replacing("}", with: #", "split": "train"}"#) + "\n"
        + row.replacing("\"a\"", with: "\"b\"").replacing("}", with: #", "split": "test"}"#))
    #expect(suite.verifier.name == verifier)
    #expect(suite.notes.first?.contains("verifier \(verifier)") == true)
  }

  @Test(arguments: [
    ("", 0, 0, "no problem"),
    ("\n  \n", 0, 0, "no problem"),
    ("{\"prompt\": \"1=\", \"answer\": 1}\n{\"prompt\": \"2=\"}", 2, 1, "no 'answer'"),
    ("\n\n{\"answer\": 1}", 3, 1, "no 'prompt'"),
    ("{\"prompt\": \"\", \"answer\": 1}", 1, 12, "no 'prompt'"),
    ("{\"prompt\": \"1=\", \"answer\": null}", 1, 28, "no 'answer'"),
    ("{\"prompt\": 1, \"answer\": 1}", 1, 12, "'prompt' must be a string, not a number"),
    ("{\"prompt\": \"1=\", \"answer\": 1", 1, 1, "never closed"),
    ("{\"prompt\": \"1=\", \"answer\": 1}\n[]", 2, 1, "a row must be an object"),
    ("{\"prompt\": \"1=\", \"answer\": 1} x", 1, 31, "after the end"),
    ("{\"prompt\": \"1=\", \"answer\": 1, \"split\": \"tain\"}", 1, 40, "did you mean 'train'?"),
    (
      "{\"prompt\": \"1=\", \"answer\": 1, \"demonstration\": \"1\"}", 1, 48,
      "the demonstration must read <think>"
    ),
    (
      "{\"prompt\": \"1=\", \"answer\": 1, \"demonstration\": \"<think></think>2\"}", 1, 48,
      "ends in '2', which is not the answer '1'"
    ),
    (
      "{\"prompt\": \"1=\", \"answer\": 1, \"split\": \"train\"}\n"
        + "{\"prompt\": \"1 =\", \"answer\": 1, \"split\": \"test\"}", 2, 12, "train on line 1"
    ),
  ])
  func badRowsAreLocated(_ text: String, _ line: Int, _ column: Int, _ message: String) throws {
    let error = try #require(try error(text))
    #expect(error.kind == .badData)
    let position = line == 0 ? nil : TextPosition(line: line, column: column)
    #expect(error.position == position, "\(error)")
    #expect(error.message.contains(message), "\(error)")
    #expect(error.file.hasSuffix("mine.jsonl"))
  }

  @Test func textsOutsideTheModelAreLocated() throws {
    let row = #"{"prompt": "1\u0020+é=", "answer": 1, "split": "train"}"#
    let character = try #require(try error("\n" + row, rules: standardRules))
    #expect(character.position == TextPosition(line: 2, column: 21))
    #expect(character.message.contains("'é' (U+00E9) of the prompt"))
    let answer = try #require(
      try error(#"{"prompt": "1=", "answer": "a\u200bb"}"#, rules: standardRules))
    #expect(answer.position == TextPosition(line: 1, column: 30))
    #expect(answer.message.contains("U+200B of the answer"))
    let reasoning = try #require(
      try error(
        #"{"prompt": "1=", "answer": "1", "demonstration": "<think>1→1</think>1"}"#,
        rules: standardRules))
    #expect(reasoning.position == TextPosition(line: 1, column: 59))

    var rules = standardRules
    rules.longestPrompt = 10
    let long = try #require(
      try error(#"{"prompt": "1+1+1+1+1+1=", "answer": 6}"#, rules: rules))
    #expect(long.message.contains("the prompt has 12 tokens, but the model reads at most 10"))
    rules.longestCompletion = 6
    let completion = try #require(
      try error(
        #"{"prompt": "1+1=", "answer": 2, "demonstration": "<think>1+1=2</think>2"}"#,
        rules: rules))
    #expect(completion.message.contains("takes 8 tokens"))
  }

  @Test func rowsMixWithGenerators() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(RowFileTests.sums.joined(separator: "\r\n"), to: "rows.jsonl")
    _ = try folder.write(
      "{tasks: [{generator: 'addition'}, {name: 'mine', file: 'rows.jsonl', weight: 2}]}",
      to: "mix.json5")
    let suite = try folder.catalog.open("mix", rules: standardRules)
    let problems = suite.problems(0..<900, split: .train)
    #expect(abs(problems.filter { $0.problem.task == "mine" }.count - 600) < 6)
    #expect(suite.verifier.name == "numeric")

    _ = try folder.write("{tasks: [{file: 'rows.json'}]}", to: "lost.json5")
    let lost = #expect(throws: SuiteError.self) { try folder.catalog.open("lost") }
    #expect(lost?.kind == .missing)

    _ = try folder.write(
      "{verifier: 'truth', tasks: [{file: 'rows.jsonl'}]}", to: "wrong.json5")
    let wrong = #expect(throws: SuiteError.self) { try folder.catalog.open("wrong") }
    #expect(wrong?.position?.line == 1)
    #expect(wrong?.message.contains("not a truth value") == true)
  }

  @Test func emptySplitsAreTold() throws {
    let suite = try open(#"{"prompt": "1=", "answer": 1, "split": "train"}"#)
    try suite.checkHasProblems(in: .train)
    let error = #expect(throws: SuiteError.self) { try suite.checkHasProblems(in: .test) }
    #expect(error?.message.contains("no row is in the split test") == true)
    #expect(error?.message.contains(#""split": "test""#) == true)
  }

  @Test func mixturesDoWithoutATaskWhoseSplitIsEmpty() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(#"{"prompt": "1=", "answer": 1, "split": "train"}"#, to: "one.jsonl")
    _ = try folder.write(
      "{tasks: [{file: 'one.jsonl', weight: 3}, {generator: 'addition'}]}", to: "mix.json5")
    let suite = try folder.catalog.open("mix")
    #expect(suite.problems(0..<200, split: .test).allSatisfy { $0.problem.task == "addition" })
    let train = suite.problems(0..<200, split: .train)
    #expect(abs(train.filter { $0.problem.task == "one" }.count - 150) < 3)
  }
}
