import Judge
import Testing
import Verifiers

@Suite struct JudgeTests {
  private func verdict(_ answer: String, to reference: String) -> Verdict {
    let problem = Problem(task: "test", prompt: "6*7=", answer: reference)
    return Judge().verify(Completion(text: "<think>6*7</think>" + answer), of: problem)
  }

  private func score(_ reward: Double) -> Verdict {
    .score(Score(reward: reward, parts: ["correctness": reward]))
  }

  @Test func rightAnswers() {
    #expect(verdict("42", to: "42") == score(1))
  }

  /// Add whatever your rule might let through.
  @Test(arguments: [
    "", "43", "042", "42 ", "42 or 43", "142", "the answer is 42", "42</think>42",
    "\u{FF14}\u{FF12}",
  ])
  func cheatsEarnNothing(_ answer: String) {
    #expect(verdict(answer, to: "42") == score(0))
  }

  @Test func badProblemsAreFailures() {
    #expect(verdict("42", to: "") == .failure("the reference is empty"))
  }
}
