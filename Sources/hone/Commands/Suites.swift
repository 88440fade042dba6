package import Training

/// The options of `hone suites`.
package struct SuitesOptions: CommandOptions {
  package static let specification = CommandSpecification(
    "suites", "List the shipped suites.",
    options: [jsonOption])

  /// Whether standard output ends with a line of JSON.
  package let isJSON: Bool

  package init(_ arguments: ParsedArguments) { isJSON = arguments.isOn("json") }
}

/// The options of `hone suites show`.
package struct SuitesShowOptions: CommandOptions {
  package static let specification = CommandSpecification(
    "suites show", "Print problems of a suite with their demonstrations.",
    operands: [.init("NAME|FILE", "a shipped suite, or a suite file")],
    options: [
      OptionSpecification(
        "count", .integer(1...1_000_000), "number of problems", remarks: ["default 5"]),
      OptionSpecification(
        "split", .choice(splitNames), "which problems", remarks: ["default train"]),
      jsonOption,
    ])

  /// A shipped suite, or a suite file.
  package let suite: String
  /// Number of problems.
  package let count: Int
  /// Which problems.
  package let split: String
  /// Whether standard output ends with a line of JSON.
  package let isJSON: Bool

  package init(_ arguments: ParsedArguments) {
    suite = arguments.operands[0]
    count = arguments.integer("count") ?? 5
    split = arguments.text("split") ?? "train"
    isJSON = arguments.isOn("json")
  }
}
