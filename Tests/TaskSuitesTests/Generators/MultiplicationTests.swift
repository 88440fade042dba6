import Testing

@Suite struct MultiplicationTests {
  private let checks = GeneratorChecks("multiplication")

  @Test func answersAreRight() throws {
    try checks.expectAnswers(ArithmeticByHand.answer)
  }

  @Test func everyStepIsTrue() throws {
    try checks.expectReasoning { _, reasoning in ArithmeticByHand.holds(reasoning) }
  }

  @Test func problemsStayAsTheyAre() throws {
    try checks.expectFirst(["1*0=", "2*95=", "8*1="])
  }

  @Test func demonstrationsLookAsDocumented() throws {
    try checks.expectDemonstration(of: "47*6=", settings: "digits: 2", is: "7*6=42,4*6+4=24+4=28")
    try checks.expectDemonstration(of: "6*47=", settings: "digits: 2", is: "7*6=42,4*6+4=24+4=28")
  }
}
