import Testing
import Verifiers

@Suite struct TextVerifierTests {
  @Test func canonicallyEquivalentTextIsOtherText() {
    let problem = Problem(task: "text", prompt: "?", answer: "caf\u{E9}")
    let composed = Completion(reasoning: "", answer: "caf\u{E9}")
    let decomposed = Completion(reasoning: "", answer: "cafe\u{301}")
    #expect(reward(TextVerifier(), composed, problem) == 1)
    #expect(reward(TextVerifier(), decomposed, problem) == 0)
  }

  @Test func referencesThatNoCompletionCanCarryAreRefused() {
    for answer in [" ", "a</think>b"] {
      let problem = Problem(task: "x", prompt: "?", answer: answer)
      #expect(TextVerifier().objection(to: problem) != nil)
    }
  }
}
