internal import Runs

/// The options of `hone ask`.
package struct AskOptions: Command {
  package static let specification = CommandSpecification(
    "ask", "Give a model a problem; see its chain of thought, its answer and the verdict.",
    operands: [modelOperand, .init("PROMPT", "the problem, as its suite writes it")],
    options: [
      OptionSpecification(
        "samples", .integer(1...4096), "completions to write", remarks: ["default 1"]),
      OptionSpecification(
        "temperature", .number(.from(0, to: 100)), "what logits are divided by; 0: greedy",
        remarks: ["default 0; with more samples 1"]),
      OptionSpecification("seed", .integer(0...), "key of all randomness", remarks: ["default 0"]),
    ])

  /// Shipped name, archive, folder or run.
  package let model: String
  /// The problem.
  package let prompt: String
  /// Completions to write.
  package let samples: Int
  /// What logits are divided by; 0 is greedy.
  package let temperature: Double
  /// Key of all randomness.
  package let seed: Int

  package init(_ arguments: ParsedArguments) throws {
    model = arguments.operands[0]
    prompt = arguments.operands[1]
    (samples, temperature) = try samplesAndTemperature(arguments)
    seed = arguments.integer("seed") ?? 0
  }

  package func run() throws -> ExitCode {
    let bundle = try ModelLocator.open(model, installation: .current)
    let asked = try Question(prompt, of: bundle)
    let answers = asked.answers(samples: samples, temperature: temperature, seed: UInt64(seed))
    for (number, answer) in answers.enumerated() {
      if samples > 1 { try Console.result("\(number > 0 ? "\n" : "")sample \(number + 1)\n") }
      try Console.result(answer.lines.joined(separator: "\n") + "\n")
    }
    return .success
  }
}
