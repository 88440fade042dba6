import Testing
import Verifiers

@Suite struct TruthVerifierTests {
  private let problem = Problem(
    task: "boolean", prompt: "not ( True ) and ( False or True ) is", answer: "False")

  @Test(arguments: [
    "True", "false", "FALSE", "F", "0", "no", "False.", " False", "False ", "False\n",
    "True False", "False True", "True or False", "False or Unknown", "not True", "Falsе",
    "Fal\u{200B}se", "False\u{301}", "\u{FEFF}False", "Ｆalse", "Unknown", "FalseFalse",
  ])
  func dressedUpTruthValuesEarnNothing(_ answer: String) {
    let completion = Completion(reasoning: "!T=F", answer: answer)
    #expect(reward(TruthVerifier(), completion, problem) == 0)
  }

  @Test func referencesThatAreNoTruthValuesAreRefused() {
    let yes = Problem(task: "x", prompt: "?", answer: "yes")
    #expect(TruthVerifier().objection(to: yes) != nil)
  }
}
