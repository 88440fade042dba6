import Testing
import Verifiers

@Suite struct FormatVerifierTests {
  @Test func anyAnswerInTheRightFormEarnsTheReward() {
    let problem = Problem(task: "text", prompt: "capital of France?", answer: "Paris")
    for text in ["<think></think>no", "<think>7+5=12</think>12"] {
      #expect(reward(FormatVerifier(), Completion(text: text), problem) == 1)
    }
  }
}
