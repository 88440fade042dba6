import CAllocationCounter
import Foundation
internal import Parallel
internal import PluginHost
internal import Runs
import Statistics
import Verifiers

/// The options of `hone bench`.
package struct BenchOptions: Command {
  package static let specification = CommandSpecification(
    "bench",
    "Measure a training step against the matrix-product peak of this machine, or a verifier.",
    options: [
      OptionSpecification(
        "preset", .choice(["w0", "w1", "w2"]),
        "w1: nano, 32 problems × 16 samples; w0: 2 × 16; w2: micro, 16 × 16",
        remarks: ["default w1"]),
      OptionSpecification(
        "new-tokens", .integer(1...2048), "tokens of each completion instead of the preset's",
        remarks: ["default 64; w2 128"]),
      OptionSpecification(
        "threads", .integer(0...1024), "threads, 0 for one per core", remarks: ["default 0"]),
      OptionSpecification(
        "verifier", .text(placeholder: "NAME|DIR"),
        "how fast this verifier judges, beside a step of 1,024 completions of the preset's model"),
      OptionSpecification(
        "suite", .text(placeholder: "NAME|FILE"), "whose completions the verifier judges",
        remarks: ["default arithmetic"]),
      jsonOption,
    ])

  /// The work.
  package let preset: String
  /// Tokens of each completion; nil for the preset's.
  package let newTokens: Int?
  /// Threads; 0 for one per core.
  package let threads: Int
  /// The verifier to be measured, by name or by the path of its folder; nil for a step alone.
  package let verifier: String?
  /// The suite whose completions it judges.
  package let suite: String
  /// Whether standard output ends with a line of JSON.
  package let isJSON: Bool

  package init(_ arguments: ParsedArguments) throws {
    preset = arguments.text("preset") ?? "w1"
    newTokens = arguments.integer("new-tokens")
    threads = arguments.integer("threads") ?? 0
    verifier = arguments.text("verifier")
    suite = arguments.text("suite") ?? "arithmetic"
    isJSON = arguments.isOn("json")
    if verifier == nil, arguments.text("suite") != nil {
      throw UsageError(
        "--suite says what a verifier judges: give one with --verifier, or leave --suite out",
        usage: Self.specification.usage)
    }
  }

  package func run() throws -> ExitCode {
    guard var preset = Benchmark.presets.first(where: { $0.name == preset }) else {
      preconditionFailure("the parser knows the presets")
    }
    if let newTokens { preset.newTokens = newTokens }
    let threads = threads == 0 ? Team.processorCount : threads
    if let verifier { return try measure(verifier, preset, threads: threads) }
    let report = Benchmark.run(preset, threads: threads) { hone_allocation_count() }
    try Console.progress(Self.text(report), isJSON: isJSON)
    let sampler =
      "its log-probabilities \(preset.samplesAsItTrains ? "are" : "aren't") the trainer's"
    try Console.progress("sampler  \(sampler) to the last bit\n", isJSON: isJSON)
    if isJSON { try Console.json(report) }
    return .success
  }

  private func measure(
    _ verifier: String, _ preset: Benchmark.Preset, threads: Int
  ) throws -> ExitCode {
    let installation = Installation.current
    let catalog = VerifierCatalog(
      pluginFolder: installation.tasks.appending(path: "plugins").path)
    let report = try VerificationBenchmark.run(
      catalog.verifier(verifier, weights: nil),
      on: SuiteLocator.open(suite, installation: installation), preset, threads: threads
    ) { hone_allocation_count() }
    try Console.progress(Self.text(report), isJSON: isJSON)
    if isJSON { try Console.json(report) }
    return .success
  }

  private static func text(_ r: VerificationBenchmark.Measurement) -> String {
    let width = max(9, r.verifier.count + 2)
    func row(_ name: String, _ speed: VerificationBenchmark.Speed) -> String {
      name.padding(to: width)
        + "\(Quantity.counted(Int(speed.completionsPerSecond), "completion"))/s, "
        + "\(Quantity.fixed(speed.seconds * 1000, digits: 2)) ms a batch\n"
    }
    return "batches of \(Quantity.counted(r.completions, "completion")) of \(r.suite) on "
      + "\(Quantity.counted(r.threads, "thread"))\n"
      + row(r.verifier, r.judging)
      + row("text", r.text)
      + "ratio".padding(to: width)
      + "\(Quantity.fixed(r.judging.seconds / r.text.seconds, digits: 1)) times the built-in text's "
      + "time\n"
      + "step".padding(to: width)
      + "\(Quantity.fixed(r.step.seconds, digits: 3)) s to sample and update as many, "
      + "\(r.step.preset)'s model\n"
      + "share".padding(to: width)
      + "\(Quantity.percent(r.shareOfStep)) of such a step with \(r.verifier) goes to verification\n"
  }

  private static func text(_ r: Benchmark.Measurement) -> String {
    func row(_ name: String, _ seconds: Double, _ fraction: Double, _ part: Benchmark.Part?)
      -> String
    {
      var text =
        name.padding(to: 9) + Quantity.fixed(seconds, digits: 3) + " s   "
        + Quantity.percent(fraction) + " of the peak"
      if let part {
        text +=
          "   " + Quantity.fixed(part.gflops, digits: 1) + " GFLOP/s   "
          + Quantity.counted(Int(part.tokensPerSecond), "token") + "/s"
      }
      return text + "\n"
    }
    return "\(r.preset) on \(Quantity.counted(r.threads, "thread")), OpenBLAS core \(r.core)\n"
      + "peak".padding(to: 9)
      + "\(Quantity.fixed(r.sgemmPeakGflops, digits: 1)) GFLOP/s, one sgemm per thread\n"
      + row("rollout", r.rollout.seconds, r.rollout.fractionOfPeak, r.rollout)
      + row("update", r.update.seconds, r.update.fractionOfPeak, r.update)
      + row("step", r.step.seconds, r.step.fractionOfPeak, nil)
      + "memory".padding(to: 9) + "\(Quantity.fixed(r.peakMemoryMib, digits: 0)) MiB at most\n"
      + "heap".padding(to: 9)
      + "\(Quantity.counted(r.allocationsPerStep, "allocation")) a step\n"
  }
}
