/// The generators that suite files can name.
package enum GeneratorRegistry {
  static let table: [(name: String, summary: String, type: any ProblemGenerator.Type)] = [
    ("addition", "sums of two whole numbers", AdditionGenerator.self),
    ("subtraction", "differences of two whole numbers, also negative", SubtractionGenerator.self),
    ("multiplication", "a whole number times a digit", MultiplicationGenerator.self),
    ("expression", "several operations, parentheses, negative numbers", ExpressionGenerator.self),
    ("boolean", "not, and, or over True and False", BooleanGenerator.self),
    ("implication", "chains of implications with facts and a query", ImplicationGenerator.self),
  ]

  /// The known names, in the order of the table.
  package static var names: [String] { table.map(\.name) }
}
