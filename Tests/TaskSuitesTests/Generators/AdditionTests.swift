import Testing

@Suite struct AdditionTests {
  private let checks = GeneratorChecks("addition")

  @Test func answersAreRight() throws {
    try checks.expectAnswers(ArithmeticByHand.answer)
  }

  @Test func everyStepIsTrue() throws {
    try checks.expectReasoning { _, reasoning in ArithmeticByHand.holds(reasoning) }
  }

  @Test func problemsStayAsTheyAre() throws {
    try checks.expectFirst(["604+8=", "9+1=", "213+385="])
  }

  @Test func demonstrationsLookAsDocumented() throws {
    try checks.expectDemonstration(of: "37+85=", settings: "digits: 2", is: "7+5=12,3+8+1=12")
  }
}
