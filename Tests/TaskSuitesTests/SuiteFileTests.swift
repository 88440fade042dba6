import Foundation
import JSON
import TaskSuites
import Testing
import Verifiers

@Suite struct SuiteFileTests {
  /// The error of a suite file with this text.
  private func error(_ text: String, rules: TextRules? = nil) throws -> SuiteError? {
    let folder = try TemporaryFolder()
    _ = try folder.write(text, to: "mine.json5")
    do throws(SuiteError) {
      _ = try folder.catalog.open("mine", rules: rules)
      return nil
    } catch {
      return error
    }
  }

  @Test func shippedSuitesOpen() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: shippedSuites.folder.path)
    let names = files.filter { $0.hasSuffix(".json5") }.map { String($0.dropLast(6)) }
    #expect(shippedSuites.names() == names.sorted() && names.contains("arithmetic"))
    for entry in shippedSuites.entries(rules: standardRules) {
      let suite = try entry.suite.get()
      #expect(suite.name == entry.name)
      #expect(!suite.summary.isEmpty)
      #expect(suite.base == entry.name + "-base")
      #expect(suite.verifier.partNames == ["correctness", "format"])
    }
  }

  @Test(arguments: [
    ("{tasks: [{generator 'addition'}]}", 1, 21, "':' was expected after the key 'generator'"),
    ("{\n tasks: [,]}", 2, 10, "a value was expected"),
    ("[1]", 1, 1, "a suite must be an object, not an array"),
    ("{}", 1, 1, "needs \"tasks\""),
    ("{tasks: 3}", 1, 9, "needs \"tasks\""),
    ("{tasks: []}", 1, 9, "the suite is empty"),
    ("{tasks: [{generator: 'addition', weight: 0}]}", 1, 9, "weight 0"),
    ("{task: [{generator: 'addition'}]}", 1, 2, "no key 'task'; did you mean 'tasks'?"),
    ("{tasks: [{}]}", 1, 10, "either \"generator\" or \"file\""),
    ("{tasks: [{generator: 'addition', file: 'x'}]}", 1, 10, "either"),
    ("{tasks: [{generator: 'adition'}]}", 1, 22, "did you mean 'addition'?"),
    ("{tasks: [{generator: 'addition', digit: 2}]}", 1, 34, "did you mean 'digits'?"),
    ("{tasks: [{generator: 'addition', digits: 0}]}", 1, 42, "from 1 to 17, not 0"),
    ("{tasks: [{generator: 'addition', digits: [3, 1]}]}", 1, 42, "3 is more than 1"),
    ("{tasks: [{generator: 'addition', digits: [1, 2, 3]}]}", 1, 42, "[least, most]"),
    ("{tasks: [{generator: 'addition', digits: 1.5}]}", 1, 42, "a whole number"),
    ("{tasks: [{generator: 'addition', digits: '2'}]}", 1, 42, "a whole number, not a string"),
    ("{tasks: [{generator: 'addition', weight: -1}]}", 1, 42, "weight must be from 0"),
    ("{tasks: [{generator: 'subtraction', negative: 1}]}", 1, 47, "true or false"),
    ("{tasks: [{generator: 'expression', operators: '+^'}]}", 1, 47, "some of +-*"),
    ("{tasks: [{generator: 'expression', operators: ''}]}", 1, 47, "some of +-*"),
    ("{tasks: [{generator: 'implication', letters: 6}]}", 1, 10, "at least 8 letters"),
    (
      "{tasks: [{generator: 'addition'}, {generator: 'addition'}]}", 1, 35,
      "two tasks are called 'addition'"
    ),
    ("{seed: -1, tasks: [{generator: 'addition'}]}", 1, 8, "seed must be from 0"),
    ("{verifier: {nam: 'x'}, tasks: [{generator: 'addition'}]}", 1, 13, "did you mean 'name'?"),
    (
      "{verifier: {weights: {format: 'x'}}, tasks: [{generator: 'addition'}]}", 1, 31,
      "a weight must be a number"
    ),
    ("{longest: {prompt: 0}, tasks: [{generator: 'addition'}]}", 1, 20, "from 1"),
    (
      "{longest: {prompt: 2}, tasks: [{generator: 'addition'}]}", 1, 32,
      "no train problem of 'addition' in 50,000 draws"
    ),
  ])
  func mistakesAreLocated(
    _ text: String, _ line: Int, _ column: Int, _ message: String
  ) throws {
    let error = try #require(try error(text))
    #expect(error.kind == .badData)
    #expect(error.position == TextPosition(line: line, column: column), "\(error)")
    #expect(error.message.contains(message), "\(error)")
    #expect(error.description.contains("mine.json5:\(line):\(column): "))
  }

  @Test func wrongVerifiersAreRefused() throws {
    let unknown = try error("{verifier: 'numbric', tasks: [{generator: 'addition'}]}")
    #expect(unknown?.message.contains("did you mean 'numeric'?") == true)
    let part = try error(
      "{verifier: {weights: {corectness: 1}}, tasks: [{generator: 'addition'}]}")
    #expect(part?.message.contains("did you mean 'correctness'?") == true)
  }

  @Test func rulesAreEnforced() throws {
    var rules = standardRules
    rules.longestPrompt = 30
    let prompt = try error("{tasks: [{generator: 'addition'}]}", rules: rules)
    #expect(prompt?.message.contains("set longest: { prompt: 30 }") == true)
    #expect(
      try error("{longest: {prompt: 30}, tasks: [{generator: 'addition'}]}", rules: rules) == nil)
    rules.longestCompletion = 20
    let completion = try error(
      "{longest: {prompt: 30}, tasks: [{generator: 'addition'}]}", rules: rules)
    #expect(completion?.message.contains("set longest: { completion: 20 }") == true)
    rules = standardRules
    rules.allowedScalars.remove("+")
    let character = try error("{tasks: [{generator: 'addition'}]}", rules: rules)
    #expect(character?.message.contains("'+' (U+002B)") == true)
  }

  @Test func missingSuitesAreAnsweredWithTheNearest() throws {
    let byName = #expect(throws: SuiteError.self) { try shippedSuites.open("arithmetik") }
    #expect(byName?.kind == .missing)
    #expect(byName?.message.contains("did you mean 'arithmetic'?") == true)
    let byPath = #expect(throws: SuiteError.self) {
      try shippedSuites.open("/nowhere/mine.json5")
    }
    #expect(byPath?.kind == .missing)
    #expect(byPath?.description.hasPrefix("/nowhere/mine.json5: ") == true)
    let noFolder = SuiteCatalog(folder: URL(filePath: "/nowhere"))
    #expect(noFolder.names().isEmpty)
    #expect(throws: SuiteError.self) { try noFolder.open("arithmetic") }
  }

  @Test func unreadableFilesAreTold() throws {
    let folder = try TemporaryFolder()
    let directory = folder.url.appending(path: "d.json5")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let unreadable = #expect(throws: SuiteError.self) { try folder.catalog.open(directory.path) }
    #expect(unreadable?.kind == .unreadable)
    let binary = folder.url.appending(path: "b.json5")
    try Data([0x7B, 0x0A, 0xFF, 0xFE]).write(to: binary)
    let notText = #expect(throws: SuiteError.self) { try folder.catalog.open(binary.path) }
    #expect(notText?.position?.line == 2)
    #expect(notText?.message.contains("UTF-8") == true)
  }

  @Test func aBrokenSuiteDoesNotHideTheOthers() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("{", to: "broken.json5")
    _ = try folder.write("{tasks: [{generator: 'addition'}]}", to: "good.json5")
    _ = try folder.write("not a suite", to: "notes.txt")
    let entries = folder.catalog.entries()
    #expect(entries.map(\.name) == ["broken", "good"])
    #expect(throws: SuiteError.self) { try entries[0].suite.get() }
    #expect(try entries[1].suite.get().taskNames == ["addition"])
  }

  @Test func mixturesOfKindsHaveTheRightVerifiers() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(
      "{tasks: [{generator: 'addition'}, {generator: 'boolean', weight: 3}]}", to: "mix.json5")
    let suite = try folder.catalog.open("mix")
    #expect(suite.verifier.partNames == ["correctness", "format"])
    var counts: [String: Int] = [:]
    for worked in suite.problems(0..<1_000, split: .train) {
      counts[worked.problem.task, default: 0] += 1
      let completion = Completion(text: worked.demonstration ?? "")
      #expect(
        suite.verifier.verify(completion, of: worked.problem)
          == .score(Score(reward: 1, parts: ["correctness": 1, "format": 1])))
    }
    #expect(abs(counts["addition", default: 0] - 250) < 5)
  }

  @Test func weightsReachTheVerifier() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(
      """
      {verifier: {name: 'numeric', weights: {correctness: 0.9, format: 0.1}},
       tasks: [{generator: 'addition'}]}
      """, to: "weighted.json5")
    let suite = try folder.catalog.open("weighted")
    let problem = Problem(task: "addition", prompt: "1+1=", answer: "2")
    #expect(
      suite.verifier.verify(Completion(reasoning: "", answer: "3"), of: problem)
        == .score(Score(reward: 0.1, parts: ["correctness": 0, "format": 1])))
  }

  @Test func fingerprintsTellSuitesApart() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("{tasks: [{generator: 'addition'}]}", to: "a.json5")
    _ = try folder.write("{tasks: [{generator: 'addition', digits: 2}]}", to: "b.json5")
    let first = try folder.catalog.open("a").fingerprint
    #expect(first.count == 16)
    #expect(try folder.catalog.open("b").fingerprint != first)
  }
}
