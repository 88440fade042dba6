import Foundation
import TaskSuites
import Testing
import Verifiers

@Suite(
  "Suites: problems of source plugins", .enabled(if: SourceLab.hasPython, SourceLab.needsPython))
struct SourceTests {
  @Test func problemsAreAFunctionOfTheSuiteFile() throws {
    let task = "dataset: 'numbers', train: 200, validation: 5, test: 20"
    let (one, other) = (try SourceLab(), try SourceLab())
    let (first, second) = (try one.open(task), try other.open(task))
    for split in Split.allCases { #expect(first.all(split) == second.all(split)) }
    #expect(first.problems(0..<300, split: .train) == second.problems(0..<300, split: .train))
    #expect(first.fingerprint == second.fingerprint)
    #expect(first.tasks[0].problemCount(in: .train) == 200)
    #expect(first.tasks[0].problemCount(in: .validation) == 5)
    #expect(first.tasks[0].problemCount(in: .test) == 20)
    #expect(first.notes.isEmpty)
    // More of them begin with the same ones.
    let more = try one.open("dataset: 'numbers', train: 300, validation: 5, test: 20")
    let prompts = Set(more.all(.train).map(\.prompt))
    #expect(first.all(.train).allSatisfy { prompts.contains($0.prompt) })
    #expect(more.fingerprint != first.fingerprint)
  }

  @Test func anotherVersionOfTheSourceIsAnotherSuite() throws {
    let task = "dataset: 'numbers', train: 20, validation: 1, test: 1"
    let (old, new) = (try SourceLab(version: "1"), try SourceLab(version: "2"))
    #expect(try old.open(task).fingerprint != new.open(task).fingerprint)
  }

  @Test(arguments: ["content", "seeds"])
  func noProblemIsInTwoSplits(rule: String) throws {
    // 97 numbers: whatever the seed, all splits are made of the same ones.
    let suite = try SourceLab().open(
      "dataset: 'numbers', settings: {count: 97}, validation: 10, test: 10",
      suite: "seed: 3, splits: '\(rule)',")
    var seen: Set<String> = []
    for (place, split) in [Split.train, .validation, .test].enumerated() {
      let problems = suite.all(split)
      #expect(!problems.isEmpty)
      for problem in problems {
        #expect(seen.insert(problem.prompt).inserted, "\(problem.prompt) is in two splits")
        if rule == "content" { #expect(Split(containing: problem.prompt) == split) }
        // The seeds from a split's own on are a million: none of them is another split's.
        #expect(problem.columns["seed"] == "\((9 + place) * 1_000_000)")
        #expect(try #require(Int(problem.columns["index"] ?? "")) < 1_000_000)
      }
    }
    #expect(seen.count <= 97)
    // All that is left is found, and the run is told how little that is.
    let counts = Split.allCases.map { suite.all($0).count }
    if rule == "seeds" { #expect(counts == [77, 10, 10]) } else { #expect(counts[0] > 77) }
    #expect(suite.notes.count == 1 && suite.notes[0].contains("\(counts[0]) of 5000 train"))
  }

  @Test func promptsAreRewritten() throws {
    let lab = try SourceLab()
    let counts = "dataset: 'numbers', train: 20, validation: 0, test: 2"
    let suite = try lab.open("\(counts), prompt: {after: ': ', replace: {' ': '', '+': ' + '}}")
    for problem in suite.all(.train) {
      let number = try #require(Int(problem.answer)) - 1
      #expect(problem.prompt == "\(number) + 1=")
    }
    let cut = try lab.open("\(counts), prompt: {after: 'to ', before: ': '}")
    for problem in cut.all(.train) { #expect(Int(problem.prompt) != nil) }
    let absent = try #require(lab.error("\(counts), prompt: {after: '?'}"))
    #expect(absent.kind == .badData)
    #expect(absent.message.contains("test problem 0 (seed 2000000) of numbers"), "\(absent)")
    #expect(absent.message.contains("doesn't hold '?'"), "\(absent)")
  }

  @Test func aReferenceMayBeMissing() throws {
    let suite = try SourceLab().open("dataset: 'unsure', train: 5, validation: 0, test: 0")
    #expect(suite.all(.train).allSatisfy { $0.answer.isEmpty })
    let missing = #expect(throws: SuiteError.self) { try suite.checkHasProblems(in: .test) }
    #expect(missing?.message.contains("a key such as test: 100") == true)
    let demonstrations = #expect(throws: SuiteError.self) { try suite.checkHasDemonstrations() }
    #expect(demonstrations?.message.contains("sources don't make any") == true)
  }

  @Test func placesWithoutAProblemAreLeftOut() throws {
    let suite = try SourceLab().open("dataset: 'gaps', train: 30, validation: 0, test: 0")
    let indices = suite.all(.train).compactMap { Int($0.columns["index"] ?? "") }
    #expect(indices.count == 30 && indices.allSatisfy { $0 % 3 == 0 })
  }

  @Test func whatDoesNotFitIsNamed() throws {
    let lab = try SourceLab()
    var rules = standardRules
    let accent = try #require(lab.error("dataset: 'accent', test: 0, validation: 0", rules: rules))
    #expect(
      accent.message.contains("train problem 3 (seed 0) of accent: the character 'é' (U+00E9)"),
      "\(accent)")
    rules.longestPrompt = 10
    let long = try #require(lab.error("dataset: 'numbers'", rules: rules))
    #expect(long.message.contains("test problem"), "\(long)")
    #expect(long.message.contains("set longest: { prompt: 10 } to leave such out"), "\(long)")
    let none = try #require(
      lab.error("dataset: 'numbers'", suite: "longest: {prompt: 10},", rules: rules))
    #expect(none.message.contains("no test problem of numbers is within longest.prompt 10"))
    #expect(none.message.contains("or shorten prompts with 'prompt'"), "\(none)")
    // What is longer than the suite allows is left out, and only that.
    let short = try lab.open(
      "dataset: 'uneven', settings: {count: 300}, train: 400, test: 0, validation: 0",
      suite: "longest: {prompt: 30},")
    let answers = short.all(.train).compactMap { Int($0.answer) }
    #expect(answers.count > 100 && answers.allSatisfy { $0 % 2 == 1 })
  }

  @Test(arguments: [
    ("dies", "out of problems"), ("mute", "a problem without a prompt"),
    ("blank", "a problem without a prompt"), ("columns", "the column 'index' is a number"),
    ("score", "an unknown key 'reward'; a problem has id, prompt"),
  ])
  func faultsOfTheSourceAreFailures(_ dataset: String, _ words: String) throws {
    let error = try #require(
      SourceLab().error("dataset: '\(dataset)', train: 40, validation: 0, test: 0"))
    #expect(error.kind == .verifierFailed)
    #expect(error.message.contains(words), "\(error)")
    #expect(
      error.description.contains("mine.json5:2:10: the plugin source did not make train problem"))
    if dataset == "dies" { #expect(error.message.contains("problem 7 (seed 0) of dies")) }
  }

  @Test(arguments: [
    ("dataset: 'refuses'", "source: no such data set here"),
    ("train: 3", "a task of a source needs \"dataset\""),
    ("dataset: 'numbers', settings: 3", "settings must be an object, not a number"),
    ("dataset: 'numbers', train: 1000000", "train must be from 0 to 999999"),
    ("dataset: 'numbers', trian: 3", "no key 'trian'; did you mean 'train'?"),
    ("dataset: 'numbers', train: 0, validation: 0, test: 0", "are all 0"),
    ("dataset: 'numbers', prompt: {befor: 'x'}", "no key 'befor'; did you mean 'before'?"),
    ("dataset: 'numbers', prompt: {after: ''}", "after must not be empty"),
    ("dataset: 'numbers', prompt: {replace: ' '}", "replace must be an object"),
    ("dataset: 'numbers', prompt: {replace: {a: 1}}", "a text for each text"),
    ("dataset: 'numbers', generator: 'addition'", "either \"generator\" or \"file\" or \"source\""),
    ("dataset: 'numbers', train: 9}, {generator: 'addition'", "has tasks of sources alone"),
  ])
  func mistakesAreLocated(_ task: String, _ message: String) throws {
    let suite = task.contains("}, {") ? "splits: 'seeds'," : ""
    let error = try #require(SourceLab().error(task, suite: suite))
    #expect(error.kind == .badData && error.position != nil)
    #expect(error.message.contains(message), "\(error)")
  }

  @Test func theSourceItselfMustBeOne() throws {
    let judge = try SourceLab(manifest: "problems: false")
    let error = try #require(judge.error("dataset: 'numbers'"))
    #expect(error.message.contains("'./source' makes no problems"), "\(error)")
    let lab = try SourceLab()
    let seed = try #require(lab.error("dataset: 'numbers'", suite: "seed: 1001,"))
    #expect(seed.message.contains("a seed from 0 to 1000"), "\(seed)")
    let rule = try #require(lab.error("dataset: 'numbers'", suite: "splits: 'seed',"))
    #expect(rule.message.contains("did you mean 'seeds'?"), "\(rule)")
    _ = try lab.folder.write("{tasks: [{source: './absent', dataset: 'x'}]}", to: "lost.json5")
    let lost = #expect(throws: SuiteError.self) { try lab.folder.catalog.open("lost") }
    #expect(lost?.kind == .missing)
    try FileManager.default.removeItem(at: lab.folder.url.appending(path: "source/source.py"))
    let gone = try #require(lab.error("dataset: 'numbers'"))
    #expect(gone.kind == .verifierFailed && gone.message.contains("doesn't start"), "\(gone)")
  }
}
