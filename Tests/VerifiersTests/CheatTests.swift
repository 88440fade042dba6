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

/// Cheats on `37+85=` (122), `3/4+1/2=` (5/4) and a truth problem that is False.
private let numberProblem = Problem(task: "addition", prompt: "37+85=", answer: "122")
private let fractionProblem = Problem(task: "fractions", prompt: "3/4+1/2=", answer: "5/4")
private let truthProblem = Problem(
  task: "boolean", prompt: "not ( True ) and ( False or True ) is", answer: "False")
private let textProblem = Problem(task: "text", prompt: "capital of France?", answer: "Paris")

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

/// Answers that aren't 122, written to be taken for it, after a well-formed reasoning.
private let falseNumbers: [(name: String, answer: String)] = [
  ("wrong", "121"), ("two answers", "122 122"), ("two lines", "122\n122"),
  ("two different answers", "121 122"), ("or", "121 or 122"), ("enumeration", "120,121,122,123"),
  ("inside a longer number", "1122"), ("beginning of a longer number", "1220"),
  ("inside a decimal", "0.122"), ("before a decimal point", "122."), ("decimal zero", "122.0"),
  ("sentence", "the answer is 122"), ("unit", "122 apples"), ("full stop", "122;"),
  ("prompt echoed", "37+85="), ("prompt solved", "37+85=122"), ("unsolved", "37+85"),
  ("division that makes it", "244/2"), ("fraction over one", "122/1"),
  ("leading zero", "0122"), ("many leading zeros", "000000000122"), ("plus sign", "+122"),
  ("minus sign", "-122"), ("two minus signs", "--122"), ("space before", " 122"),
  ("space after", "122 "), ("space inside", "1 22"), ("tab", "\t122"), ("line break", "122\n"),
  ("carriage return", "122\r"), ("non-breaking space", "\u{A0}122"), ("NUL", "122\u{0}"),
  ("control character", "122\u{7}"), ("backspace", "1221\u{8}"), ("escape code", "\u{1B}[1m122"),
  ("full-width digits", "１２２"), ("Arabic digits", "١٢٢"), ("superscript", "12²"),
  ("mathematical digits", "\u{1D7D9}\u{1D7DA}\u{1D7DA}"), ("zero-width space", "1\u{200B}22"),
  ("zero-width joiner", "122\u{200D}"), ("byte order mark", "\u{FEFF}122"),
  ("combining accent", "122\u{301}"), ("right-to-left mark", "\u{200F}122"),
  ("variation selector", "122\u{FE0F}"), ("Unicode minus", "\u{2212}122"),
  ("thousands separator", "1,22"), ("underscore", "1_22"), ("hexadecimal", "0x7A"),
  ("exponent", "1.22e2"), ("huge exponent", "1e999"), ("power tower", "9**9**9"),
  ("caret tower", "9^9^9^9"), ("huge fraction", "1/" + String(repeating: "9", count: 50)),
  ("hundred digits", String(repeating: "1", count: 100)), ("expression", "(122)"),
  ("code", "__import__('os')"), ("infinity", "inf"), ("not a number", "nan"), ("letter O", "l22"),
  ("in braces", "{122}"), ("boxed", "\\boxed{122}"), ("wildcard", "*"), ("regex", ".*"),
  ("end mark spelled out", "122</s>"), ("percent", "122%"),
]

private func reward(_ verifier: some Verifier, _ cheat: Completion, _ problem: Problem) -> Double? {
  guard case .score(let score) = verifier.verify(cheat, of: problem) else { return nil }
  return score.reward
}

@Suite struct CheatTests {
  @Test(arguments: malformed)
  func malformedTextEarnsNothing(_ cheat: Cheat) throws {
    #expect(reward(NumericVerifier(), cheat.completion, numberProblem) == 0)
    #expect(reward(TruthVerifier(), cheat.completion, truthProblem) == 0)
    #expect(reward(TextVerifier(), cheat.completion, textProblem) == 0)
    #expect(reward(FormatVerifier(), cheat.completion, numberProblem) == 0)
    let suiteVerifier = try BuiltInVerifiers.make("numeric", weights: nil)
    #expect(
      suiteVerifier.verify(cheat.completion, of: numberProblem)
        == .score(Score(reward: 0, parts: ["correctness": 0, "format": 0])))
  }

  @Test(arguments: falseNumbers.map { Cheat(name: $0.name, text: $0.answer) })
  func dressedUpNumbersEarnNothing(_ cheat: Cheat) {
    let completion = Completion(reasoning: "7+5=12,3+8+1=12", answer: cheat.text)
    #expect(reward(NumericVerifier(), completion, numberProblem) == 0)
    #expect(reward(NumericVerifier(), completion, fractionProblem) == 0)
  }

  @Test(arguments: [
    "3/4+1/2", "10/8", "5/4.", "-5/4", "5/-4", "+5/4", "05/4", "5/04", "5 /4", "5//4", "5/4/1",
    "1 1/4", "1.250", "01.25", "1.25.0", "1,25", "1.2500000000000000000001", "1.2", "5/0", "0/0",
    "1/0", "⁵⁄₄", "5⁄4", "¼",
  ])
  func dressedUpFractionsEarnNothing(_ answer: String) {
    let completion = Completion(reasoning: "3/4+2/4=5/4", answer: answer)
    #expect(reward(NumericVerifier(), completion, fractionProblem) == 0)
  }

  @Test(arguments: [
    "True", "false", "FALSE", "F", "0", "no", "False.", " False", "False ", "False\n",
    "True False", "False True", "True or False", "False or Unknown", "not True", "Falsе",
    "Fal\u{200B}se", "False\u{301}", "\u{FEFF}False", "Ｆalse", "Unknown", "FalseFalse",
  ])
  func dressedUpTruthValuesEarnNothing(_ answer: String) {
    let completion = Completion(reasoning: "!T=F", answer: answer)
    #expect(reward(TruthVerifier(), completion, truthProblem) == 0)
  }

  @Test func canonicallyEquivalentTextIsOtherText() {
    let problem = Problem(task: "text", prompt: "?", answer: "caf\u{E9}")
    let composed = Completion(reasoning: "", answer: "caf\u{E9}")
    let decomposed = Completion(reasoning: "", answer: "cafe\u{301}")
    #expect(reward(TextVerifier(), composed, problem) == 1)
    #expect(reward(TextVerifier(), decomposed, problem) == 0)
  }

  @Test func rightAnswersEarnTheirReward() {
    let worked = Completion(reasoning: "7+5=12,3+8+1=12", answer: "122")
    #expect(reward(NumericVerifier(), worked, numberProblem) == 1)
    #expect(reward(NumericVerifier(), Completion(text: "<think></think>122"), numberProblem) == 1)
    for answer in ["5/4", "1.25"] {
      let completion = Completion(reasoning: "3/4+2/4", answer: answer)
      #expect(reward(NumericVerifier(), completion, fractionProblem) == 1)
    }
    #expect(
      reward(TruthVerifier(), Completion(reasoning: "!T=F", answer: "False"), truthProblem) == 1)
    #expect(reward(TextVerifier(), Completion(reasoning: "", answer: "Paris"), textProblem) == 1)
    #expect(reward(FormatVerifier(), Completion(reasoning: "", answer: "no"), textProblem) == 1)
  }

  @Test func wellFormedButWrongEarnsNothingAndLogsItsForm() throws {
    let verifier = try BuiltInVerifiers.make("numeric", weights: nil)
    let wrong = Completion(reasoning: "7+5=12", answer: "121")
    #expect(
      verifier.verify(wrong, of: numberProblem)
        == .score(Score(reward: 0, parts: ["correctness": 0, "format": 1])))
  }

  @Test func megabytesOfTextDontStall() {
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
    let start = ContinuousClock.now
    for text in texts {
      let completion = Completion(text: text)
      #expect(reward(NumericVerifier(), completion, numberProblem) == 0)
      #expect(reward(TruthVerifier(), completion, truthProblem) == 0)
      #expect(reward(TextVerifier(), completion, textProblem) == 0)
    }
    // 27 verdicts on a megabyte each take some 50 ms; the bound leaves room for a busy machine.
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  @Test func unreadableReferencesAreFailuresNotZeros() {
    let completion = Completion(reasoning: "", answer: "122")
    for answer in ["", "twelve", "012", "1e3"] {
      let problem = Problem(task: "x", prompt: "1=", answer: answer)
      guard case .failure = NumericVerifier().verify(completion, of: problem) else {
        Issue.record("the reference '\(answer)' was scored")
        continue
      }
      #expect(NumericVerifier().objection(to: problem) != nil)
    }
    let yes = Problem(task: "x", prompt: "?", answer: "yes")
    guard case .failure = TruthVerifier().verify(completion, of: yes) else {
      Issue.record("the reference 'yes' was scored")
      return
    }
    let blank = Problem(task: "x", prompt: "?", answer: " ")
    #expect(TextVerifier().objection(to: blank) != nil)
  }
}
