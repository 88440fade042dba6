package import Training

/// The options of `hone bench`.
package struct BenchOptions: CommandOptions {
  package static let specification = CommandSpecification(
    "bench", "Measure a training step against the matrix-product peak of this machine.",
    options: [
      OptionSpecification(
        "preset", .choice(["w0", "w1", "w2"]),
        "w1: nano, 32 problems × 16 samples; w0: 2 × 16; w2: micro, 16 × 16",
        remarks: ["default w1"]),
      OptionSpecification(
        "threads", .integer(0...1024), "threads, 0 for one per core", remarks: ["default 0"]),
      jsonOption,
    ])

  /// The work.
  package let preset: String
  /// Threads; 0 for one per core.
  package let threads: Int
  /// Whether standard output ends with a line of JSON.
  package let isJSON: Bool

  package init(_ arguments: ParsedArguments) {
    preset = arguments.text("preset") ?? "w1"
    threads = arguments.integer("threads") ?? 0
    isJSON = arguments.isOn("json")
  }
}
