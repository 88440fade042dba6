import TaskSuites
import Testing
import Verifiers

@Suite struct PromptParserTests {
  @Test(arguments: [
    ("37+85=", "addition", "37+85=", "122"),
    (" 37 + 85 ", "addition", "37+85=", "122"),
    ("37+85 = ?", "addition", "37+85=", "122"),
    ("5-12", "subtraction", "5-12=", "-7"),
    ("6*47=", "multiplication", "6*47=", "282"),
    ("(3-5)*2+4=", "expression", "(3-5)*2+4=", "0"),
    ("2+3*4", "expression", "2+3*4=", "14"),
    ("20-3-4", "expression", "20-3-4=", "13"),
    ("3--2*-(4-1)", "expression", "3--2*-(4-1)=", "-3"),
    ("-3+2", "expression", "-3+2=", "-1"),
    ("3/4+1/2", "expression", "3/4+1/2=", "5/4"),
    ("12/8*4", "expression", "12/8*4=", "6"),
    ("1.5*4", "expression", "1.5*4=", "6"),
    ("0.1+0.2", "expression", "0.1+0.2=", "3/10"),
    ("(((1+1)))", "expression", "(((1+1)))=", "2"),
  ])
  func recognisesArithmetic(
    _ text: String, _ task: String, _ prompt: String, _ answer: String
  ) {
    let problem = Problem(task: task, prompt: prompt, answer: answer)
    let match = PromptParser.parse(text)
    #expect(match?.problem == problem)
    #expect(match?.verifier == "numeric")
  }

  @Test(arguments: [
    (
      "not ( True ) and ( False or True ) is", "not ( True ) and ( False or True ) is", "False"
    ),
    ("not True or True", "not True or True is", "True"),
    ("True or False and False is", "True or False and False is", "True"),
    ("not(True and(not False))", "not ( True and ( not False ) ) is", "False"),
    ("not  not False = ?", "not not False is", "False"),
  ])
  func recognisesBooleans(_ text: String, _ prompt: String, _ answer: String) {
    let problem = Problem(task: "boolean", prompt: prompt, answer: answer)
    let match = PromptParser.parse(text)
    #expect(match?.problem == problem)
    #expect(match?.verifier == "truth")
  }

  @Test(arguments: [
    ("a>b,b>!c,d>e;a;c?", "a>b,b>!c,d>e;a;c?", "False"),
    ("a > b ; a ; b", "a>b;a;b?", "True"),
    ("a>b;b;a?", "a>b;b;a?", "Unknown"),
    ("a>b;!b;a?", "a>b;!b;a?", "Unknown"),
    ("a>b,b>c;a,d;!c?", "a>b,b>c;a,d;!c?", "False"),
    ("!a>b,b>a;c;b?", "!a>b,b>a;c;b?", "Unknown"),
  ])
  func recognisesImplications(_ text: String, _ prompt: String, _ answer: String) {
    let problem = Problem(task: "implication", prompt: prompt, answer: answer)
    let match = PromptParser.parse(text)
    #expect(match?.problem == problem)
    #expect(match?.verifier == "truth")
  }

  @Test(arguments: [
    "", " ", "5", "5=", "-5", "(5)", "hello", "1+", "+1", "1+*2", "1 2+3", "1+2)", "(1+2", "()",
    "1/0", "1/(2-2)", "007+1", "1e9+1", "0x10+1", "1,000+1", "1+2==", "1+2=3", "1+2;", "９+1",
    "2**3", "2^3", "9**9**9", "True", "True is", "true and false", "True and", "and True",
    "True False", "not", "is", "True xor False", "( True and False", "True and False ) is",
    "a>b", "a>b;a", "a>b;;b?", ";a;b?", "a>b;a;b;c?", "a>B;a;b?", "ab>c;a;c?", "a>b,;a;b?",
    "a>b,a>!b;a;c?", "a>b;a,!a;b?", "!!a>b;a;b?", "a>é;a;b?", "import os", "1+\u{0}2",
  ])
  func leavesTheRestAlone(_ text: String) {
    #expect(PromptParser.parse(text) == nil)
  }

  @Test func boundsSizeDepthAndNumbers() {
    let long = String(repeating: "1+", count: 499) + "1"
    #expect(PromptParser.parse(long)?.problem.answer == "500")
    #expect(PromptParser.parse(String(repeating: "1+", count: 10_000) + "1") == nil)
    func nested(_ depth: Int) -> String {
      String(repeating: "(", count: depth) + "1+1" + String(repeating: ")", count: depth)
    }
    #expect(PromptParser.parse(nested(60))?.problem.answer == "2")
    #expect(PromptParser.parse(nested(400)) == nil)
    #expect(PromptParser.parse("1" + String(repeating: "*-", count: 90) + "1") == nil)
    #expect(PromptParser.parse(String(repeating: "not ", count: 200) + "True") == nil)
    #expect(PromptParser.parse(String(repeating: "( ", count: 300)) == nil)
    let ten = "10000000000*"
    #expect(PromptParser.parse(String(repeating: ten, count: 9) + "1") == nil)
    #expect(PromptParser.parse("1/3" + String(repeating: "+1/997", count: 100)) != nil)
  }

  @Test(arguments: ["arithmetic", "logic"])
  func recognisesEveryShippedProblem(_ name: String) throws {
    let suite = try shippedSuites.open(name)
    for worked in suite.problems(0..<2_000, split: .train) {
      let match = try #require(PromptParser.parse(worked.problem.prompt), "\(worked)")
      #expect(match.problem.prompt == worked.problem.prompt)
      #expect(match.problem.answer == worked.problem.answer)
      #expect(match.verifier == suite.verifier.name)
    }
  }
}
