import Foundation
import Messages
import Testing
import Verifiers

private struct BrokenVerifier: Verifier {
  let name = "broken"
  let partNames = ["style"]

  func verify(_ completion: Completion, of problem: Problem) -> Verdict {
    .failure("it hung")
  }
}

@Suite struct CombinationTests {
  let problem = Problem(task: "addition", prompt: "1+1=", answer: "2")

  @Test func weighsPartsAndLogsThemAll() throws {
    let verifier = try WeightedVerifier(
      name: "both", [NumericVerifier(), FormatVerifier()],
      weights: ["correctness": 0.75, "format": 0.25])
    #expect(verifier.partNames == ["correctness", "format"])
    #expect(
      verifier.verify(Completion(reasoning: "", answer: "2"), of: problem)
        == .score(Score(reward: 1, parts: ["correctness": 1, "format": 1])))
    #expect(
      verifier.verify(Completion(reasoning: "", answer: "3"), of: problem)
        == .score(Score(reward: 0.25, parts: ["correctness": 0, "format": 1])))
    #expect(
      verifier.verify(Completion(text: "2"), of: problem)
        == .score(Score(reward: 0, parts: ["correctness": 0, "format": 0])))
  }

  @Test func oneFailureFailsTheWhole() throws {
    let verifier = try WeightedVerifier(
      name: "both", [NumericVerifier(), BrokenVerifier()], weights: ["correctness": 1])
    #expect(
      verifier.verify(Completion(reasoning: "", answer: "2"), of: problem)
        == .failure("broken: it hung"))
  }

  @Test func refusesBadWeights() {
    #expect(throws: VerifierError.unknownPart("formt", verifier: "x", known: ["format"])) {
      try WeightedVerifier(name: "x", [FormatVerifier()], weights: ["formt": 1])
    }
    #expect(throws: VerifierError.weightNotFinite(part: "format")) {
      try WeightedVerifier(name: "x", [FormatVerifier()], weights: ["format": .nan])
    }
    #expect(throws: VerifierError.partDefinedTwice("correctness")) {
      try WeightedVerifier(name: "x", [NumericVerifier(), TruthVerifier()], weights: [:])
    }
  }

  @Test func unknownNamesAreAnsweredWithTheNearest() {
    let error = #expect(throws: VerifierError.self) { try BuiltInVerifiers.make("numerik") }
    #expect(
      error?.description == "no verifier is called 'numerik'; did you mean 'numeric'?")
    let strange = #expect(throws: VerifierError.self) { try BuiltInVerifiers.make("sandwich") }
    #expect(
      strange?.description
        == "no verifier is called 'sandwich'; the known ones are "
        + BuiltInVerifiers.names.joined(separator: ", "))
  }

  /// What one verifier alone might fall for stands in a file of its own.
  @Test(arguments: BuiltInVerifiers.names)
  func everyVerifierHasTests(_ name: String) {
    let file = "BuiltIn/\(name.prefix(1).uppercased())\(name.dropFirst())VerifierTests.swift"
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    #expect(FileManager.default.fileExists(atPath: folder.appending(path: file).path), "\(file)")
  }

  @Test func namesOfTheTableAreTheVerifiersOwn() throws {
    for entry in BuiltInVerifiers.table { #expect(entry.make().name == entry.name) }
    #expect(try BuiltInVerifiers.make("format", weights: nil).partNames == ["format"])
  }

  @Test func routesByTask() {
    let verifier = RoutedVerifier(
      name: "mix", routes: [("addition", NumericVerifier()), ("boolean", TruthVerifier())])
    #expect(verifier.partNames == ["correctness"])
    let truth = Problem(task: "boolean", prompt: "not True is", answer: "False")
    let right = Score(reward: 1, parts: ["correctness": 1])
    #expect(verifier.verify(Completion(reasoning: "", answer: "False"), of: truth) == .score(right))
    #expect(verifier.verify(Completion(reasoning: "", answer: "2"), of: problem) == .score(right))
    let foreign = Problem(task: "chess", prompt: "?", answer: "e4")
    #expect(
      verifier.verify(Completion(reasoning: "", answer: "e4"), of: foreign)
        == .failure("no verifier for the task 'chess'"))
    #expect(verifier.objection(to: foreign) != nil)
  }

  @Test func nearestNames() {
    let known = ["learning-rate", "group-size", "steps", "seed"]
    #expect(nearestName(to: "lerning-rate", among: known) == "learning-rate")
    #expect(nearestName(to: "group_size", among: known) == "group-size")
    #expect(nearestName(to: "STEPS", among: known) == "steps")
    #expect(nearestName(to: "sed", among: known) == "seed")
    #expect(nearestName(to: "learn", among: known) == "learning-rate")
    #expect(nearestName(to: "x", among: known) == nil)
    #expect(nearestName(to: "banana", among: known) == nil)
    #expect(nearestName(to: "", among: known) == nil)
    #expect(
      nearestName(to: String(repeating: "a", count: 1_000_000), among: known) == nil)
  }

  @Test func partsOfACompletion() {
    let parsed = Completion(text: "<think>a<b</think> 12 \n").parsed
    #expect(parsed?.reasoning == "a<b")
    #expect(parsed?.answer == " 12 \n")
  }
}
