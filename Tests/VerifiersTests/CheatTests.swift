import Testing
import Verifiers

/// One attempt to be paid without a right answer.
struct Cheat: Sendable, CustomTestStringConvertible {
  let name: String
  let text: String
  var isFinished = true

  var testDescription: String { name }
  var completion: Completion { Completion(text: text, isFinished: isFinished) }
}

/// What built-in verifiers are tried on, each on the problems whose answers it can judge by. All have
/// the answers of others as wrong answers, so no two may be the same for any verifier.
private let problems = [
  Problem(task: "addition", prompt: "37+85=", answer: "122"),
  Problem(task: "fractions", prompt: "3/4+1/2=", answer: "5/4"),
  Problem(task: "boolean", prompt: "not ( True ) and ( False or True ) is", answer: "False"),
  Problem(task: "text", prompt: "capital of France?", answer: "Paris"),
  Problem(task: "list", prompt: "the odd digits?", answer: "1, 3, 5, 7, 9"),
  Problem(task: "object", prompt: "as JSON?", answer: #"{"a": [1, 2]}"#),
  Problem(task: "date", prompt: "the first day of 2000?", answer: "2000-01-01"),
  Problem(task: "equation", prompt: "a line?", answer: "y=2*x+1"),
]

private let malformed: [Cheat] = [
  Cheat(name: "empty", text: ""),
  Cheat(name: "format only", text: "<think></think>"),
  Cheat(name: "format and a space", text: "<think></think> "),
  Cheat(name: "format and a line break", text: "<think>7+5=12</think>\n"),
  Cheat(name: "opening mark only", text: "<think>"),
  Cheat(name: "closing mark only", text: "</think>122"),
  Cheat(name: "answer without marks", text: "122"),
  Cheat(name: "answer before the marks", text: "122<think>7+5=12</think>"),
  Cheat(name: "answer before and after", text: "122<think></think>122"),
  Cheat(name: "space before the marks", text: " <think></think>122"),
  Cheat(name: "answer in the reasoning only", text: "<think>122</think>"),
  Cheat(name: "reasoning never closed", text: "<think>7+5=12 122"),
  Cheat(name: "marks in the wrong order", text: "</think>7+5=12<think>122"),
  Cheat(name: "unfinished", text: "<think>7+5=12</think>122", isFinished: false),
  Cheat(name: "unfinished empty", text: "", isFinished: false),
  Cheat(name: "two openings", text: "<think><think>7+5=12</think>122"),
  Cheat(name: "nested marks", text: "<think><think>7+5=12</think></think>122"),
  Cheat(name: "two closings", text: "<think>7+5=12</think></think>122"),
  Cheat(name: "two whole completions", text: "<think></think>121<think></think>122"),
  Cheat(name: "closing mark after the answer", text: "<think></think>122</think>"),
  Cheat(name: "opening mark after the answer", text: "<think></think>122<think>"),
  Cheat(name: "upper-case marks", text: "<THINK>7+5=12</THINK>122"),
  Cheat(name: "full-width marks", text: "＜think＞7+5=12＜/think＞122"),
  Cheat(name: "mark with a zero-width space", text: "<th\u{200B}ink></think>122"),
  Cheat(name: "spaced marks", text: "< think ></ think >122"),
  Cheat(name: "a thousand openings", text: String(repeating: "<think>", count: 1_000) + "122"),
]

/// The reward of a completion; nil where the verifier fails.
func reward(_ verifier: some Verifier, _ completion: Completion, _ problem: Problem) -> Double? {
  guard case .score(let score) = verifier.verify(completion, of: problem) else { return nil }
  return score.reward
}

extension Verifier {
  /// Others look at the form alone.
  fileprivate var judgesAnswers: Bool { partNames.contains("correctness") }
}

/// What no built-in verifier may pay for. What one of them alone might fall for stands in its own
/// file, in the folder `BuiltIn`.
@Suite struct CheatTests {
  /// A verifier by its name, and the problems that it can judge.
  private func judged(_ name: String) throws -> (verifier: any Verifier, problems: [Problem]) {
    let verifier = try BuiltInVerifiers.make(name)
    let judged = problems.filter { verifier.objection(to: $0) == nil }
    try #require(!judged.isEmpty, "no problem here has an answer for \(name)")
    return (verifier, judged)
  }

  @Test(arguments: BuiltInVerifiers.names, malformed)
  func malformedTextEarnsNothing(_ name: String, _ cheat: Cheat) throws {
    let (verifier, problems) = try judged(name)
    for problem in problems {
      let text = cheat.text.replacing("122", with: problem.answer)
      let completion = Completion(text: text, isFinished: cheat.isFinished)
      #expect(reward(verifier, completion, problem) == 0)
      let weighted = try BuiltInVerifiers.make(name, weights: nil)
      guard case .score(let score) = weighted.verify(completion, of: problem) else {
        Issue.record("\(name) failed")
        return
      }
      #expect(score.reward == 0 && score.parts.values.allSatisfy { $0 == 0 })
    }
  }

  @Test(arguments: BuiltInVerifiers.names)
  func onlyTheRightAnswerEarnsTheReward(_ name: String) throws {
    let (verifier, judged) = try judged(name)
    for problem in judged {
      let answers = problems.map(\.answer) + ["", "\(problem.answer) \(problem.answer)"]
      for answer in answers {
        let right = answer == problem.answer || (!verifier.judgesAnswers && !answer.isEmpty)
        for reasoning in ["", "7+5=12"] {
          let completion = Completion(reasoning: reasoning, answer: answer)
          #expect(reward(verifier, completion, problem) == (right ? 1 : 0), "\(answer)")
        }
      }
    }
  }

  @Test(arguments: BuiltInVerifiers.names)
  func unreadableReferencesAreFailuresNotZeros(_ name: String) throws {
    let verifier = try BuiltInVerifiers.make(name)
    for answer in ["", " ", "twelve", "012", "1e3", "yes", "<think>", "a</think>b"] {
      let problem = Problem(task: "x", prompt: "?", answer: answer)
      let verdict = verifier.verify(Completion(reasoning: "", answer: "122"), of: problem)
      guard verifier.objection(to: problem) != nil else { continue }
      guard case .failure = verdict else {
        Issue.record("the reference '\(answer)' was scored")
        continue
      }
    }
    let blank = Problem(task: "x", prompt: "?", answer: " ")
    #expect((verifier.objection(to: blank) != nil) == verifier.judgesAnswers)
  }

  @Test(arguments: BuiltInVerifiers.names)
  func megabytesOfTextDontStall(_ name: String) throws {
    let digits = String(repeating: "9", count: 1 << 20)
    let texts = [
      digits,
      "<think>" + digits + "</think>122x",
      "<think></think>" + digits,
      "<think></think>1/" + digits,
      "<think></think>0." + digits,
      "<think></think>" + String(repeating: "(", count: 1 << 20),
      String(repeating: "<think>", count: 150_000),
      "<think>" + String(repeating: "<", count: 1 << 20) + "</think>",
      "<think>" + String(repeating: "</thin", count: 175_000) + "</think>é",
    ]
    let (verifier, problems) = try judged(name)
    let start = ContinuousClock.now
    for text in texts {
      let completion = Completion(text: text)
      let earns = !verifier.judgesAnswers && completion.parsed != nil
      for problem in problems {
        #expect(reward(verifier, completion, problem) == (earns ? 1 : 0))
      }
    }
    // A verdict on a megabyte takes some 2 ms; the bound leaves room for a busy machine.
    #expect(ContinuousClock.now - start < .seconds(20))
  }
}
