import Testing

@Suite struct ExpressionTests {
  private let checks = GeneratorChecks("expression")

  @Test func answersAreRight() throws {
    try checks.expectAnswers(ArithmeticByHand.answer)
  }

  @Test func everyStepIsTrue() throws {
    try checks.expectReasoning { problem, reasoning in
      // An expression is rewritten: its first side is the prompt.
      ArithmeticByHand.holds(problem.prompt + reasoning)
    }
  }

  @Test func problemsStayAsTheyAre() throws {
    try checks.expectFirst(["0--6-7=", "0-(8-3)+1=", "8*(1-(-4+-1))="])
  }
}
