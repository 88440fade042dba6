import Testing
import Verifiers

private let integer = Problem(task: "addition", prompt: "37+85=", answer: "122")
private let fraction = Problem(task: "fractions", prompt: "3/4+1/2=", answer: "5/4")

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

@Suite struct NumericVerifierTests {
  private let verifier = NumericVerifier()

  @Test(arguments: falseNumbers.map { Cheat(name: $0.name, text: $0.answer) })
  func dressedUpNumbersEarnNothing(_ cheat: Cheat) {
    let completion = Completion(reasoning: "7+5=12,3+8+1=12", answer: cheat.text)
    #expect(reward(verifier, completion, integer) == 0)
    #expect(reward(verifier, completion, fraction) == 0)
  }

  @Test(arguments: [
    "3/4+1/2", "10/8", "5/4.", "-5/4", "5/-4", "+5/4", "05/4", "5/04", "5 /4", "5//4", "5/4/1",
    "1 1/4", "1.250", "01.25", "1.25.0", "1,25", "1.2500000000000000000001", "1.2", "5/0", "0/0",
    "1/0", "⁵⁄₄", "5⁄4", "¼",
  ])
  func dressedUpFractionsEarnNothing(_ answer: String) {
    let completion = Completion(reasoning: "3/4+2/4=5/4", answer: answer)
    #expect(reward(verifier, completion, fraction) == 0)
  }

  @Test func everySpellingOfTheValueEarnsTheReward() {
    for answer in ["5/4", "1.25"] {
      #expect(reward(verifier, Completion(reasoning: "3/4+2/4", answer: answer), fraction) == 1)
    }
  }

  @Test func wellFormedButWrongEarnsNothingAndLogsItsForm() throws {
    let verifier = try BuiltInVerifiers.make("numeric", weights: nil)
    let wrong = Completion(reasoning: "7+5=12", answer: "121")
    #expect(
      verifier.verify(wrong, of: integer)
        == .score(Score(reward: 0, parts: ["correctness": 0, "format": 1])))
  }

  @Test func referencesThatAreNoNumbersAreRefused() {
    for answer in ["", "twelve", "012", "1e3"] {
      #expect(verifier.objection(to: Problem(task: "x", prompt: "1=", answer: answer)) != nil)
    }
  }
}
