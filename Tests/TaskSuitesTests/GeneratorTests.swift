import Foundation
import TaskSuites
import Testing
import Verifiers

/// Properties that every problem of the shipped suites must have.
@Suite struct GeneratorTests {
  @Test(arguments: shippedSuites.names())
  func everyProblemIsReadable(_ name: String) throws {
    let suite = try shippedSuites.open(name, rules: standardRules)
    for task in suite.tasks {
      var promptLengths: [Int] = []
      var demonstrationLengths: [Int] = []
      for worked in suite.problems(of: task.name, count: 2_000) {
        let problem = worked.problem
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

  /// Answers worked out in another way stand in a file for each generator.
  @Test(arguments: GeneratorRegistry.names)
  func everyGeneratorHasTests(_ name: String) {
    let file = "Generators/\(name.prefix(1).uppercased())\(name.dropFirst())Tests.swift"
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    #expect(FileManager.default.fileExists(atPath: folder.appending(path: file).path), "\(file)")
  }
}
