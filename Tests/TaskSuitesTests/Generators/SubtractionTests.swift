import Testing

@Suite struct SubtractionTests {
  private let checks = GeneratorChecks("subtraction")

  @Test func answersAreRight() throws {
    try checks.expectAnswers(ArithmeticByHand.answer)
  }

  @Test func everyStepIsTrue() throws {
    try checks.expectReasoning { _, reasoning in ArithmeticByHand.holds(reasoning) }
  }

  @Test func problemsStayAsTheyAre() throws {
    try checks.expectFirst(["3-570=", "541-335=", "33-758="])
  }

  @Test func demonstrationsLookAsDocumented() throws {
    try checks.expectDemonstration(of: "52-37=", settings: "digits: 2", is: "12-7=5,5-3-1=1")
    try checks.expectDemonstration(of: "37-52=", settings: "digits: 2", is: "-:12-7=5,5-3-1=1")
  }
}
