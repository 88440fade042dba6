internal import Experience
internal import Parallel
internal import PluginHost
package import TaskSuites
package import Verifiers

/// Measures how fast a verifier judges, beside a built-in one and a training step
/// (`hone bench --verifier`).
package struct VerificationBenchmark: Sendable {
  /// Completions of a batch, which are those of a step.
  package static let completions = 1024
  private static let groupSize = 16
  /// Seconds that a verifier is measured for at least, and half of which it warms up before.
  private static let seconds = 1.0
  private static let peerName = "text"

  /// What one run of the benchmark measured.
  package struct Measurement: Sendable, Codable {
    /// The verifier's name.
    package var verifier: String
    /// The suite whose completions it judged.
    package var suite: String
    /// Threads of the step, and of a verifier that isn't a program.
    package var threads: Int
    /// Completions of a batch and of a step.
    package var completions: Int
    /// The verifier.
    package var judging: Speed
    /// The built-in verifier `text`, in the same run.
    package var text: Speed
    /// Sampling and update of a step with so many completions.
    package var step: Step
    /// Seconds of a batch over those of the step and the batch together.
    package var shareOfStep: Double

    enum CodingKeys: String, CodingKey {
      case verifier, suite, threads, completions, judging, text, step
      case shareOfStep = "share_of_step"
    }
  }

  /// How fast one verifier judged.
  package struct Speed: Sendable, Codable {
    /// Batches that were timed.
    package var batches: Int
    /// Median wall seconds of a batch.
    package var seconds: Double
    /// Completions of a batch over its median seconds.
    package var completionsPerSecond: Double

    enum CodingKeys: String, CodingKey {
      case batches, seconds
      case completionsPerSecond = "completions_per_second"
    }
  }

  /// The step.
  package struct Step: Sendable, Codable {
    /// The preset whose model and completions it has.
    package var preset: String
    /// Median wall seconds of sampling and update.
    package var seconds: Double
  }

  /// Measures a verifier on right and wrong completions of a suite's training problems.
  ///
  /// - Parameter preset: The model and the tokens of the step's completions.
  /// - Throws: `VerifierError.failed` where it can't start or fails on a completion, `SuiteError`
  ///   where the suite has nothing to train on.
  package static func run(
    _ verifier: any Verifier, on suite: TaskSuite, _ preset: Benchmark.Preset, threads: Int,
    allocations: () -> Int
  ) throws -> Measurement {
    try suite.checkHasProblems(in: .train)
    try verifier.startPrograms()
    let submissions = submissions(of: suite)
    let judging = try measure(verifier, submissions, team: Team(threads: threads))
    let peer = try measure(
      BuiltInVerifiers.make(peerName, weights: nil), submissions,
      team: Team(threads: threads))
    var preset = preset
    preset.problems = completions / groupSize
    let step = Benchmark.run(preset, threads: threads, repeats: 2, allocations: allocations).step
    return Measurement(
      verifier: verifier.name, suite: suite.name, threads: threads, completions: completions,
      judging: judging, text: peer, step: Step(preset: preset.name, seconds: step.seconds),
      shareOfStep: judging.seconds / (step.seconds + judging.seconds))
  }

  /// Groups as a step has them; every second completion is the answer to the next problem.
  private static func submissions(of suite: TaskSuite) -> [Submission] {
    let problems = (0...completions / groupSize).map { suite.problem(at: $0, split: .train) }
    return (0..<completions).map { number in
      let place = number / groupSize
      let answered = problems[place + number % 2]
      let text =
        answered.demonstration
        ?? Completion(reasoning: "", answer: answered.problem.answer).text
      return Submission(Completion(text: text), of: problems[place].problem)
    }
  }

  private static func measure(
    _ verifier: any Verifier, _ submissions: [Submission], team: Team
  ) throws -> Speed {
    let completions = submissions.map(\.completion)
    func judge() throws(VerifierError) -> Double {
      let start = Clock.now
      let verdicts = Verification.run(verifier, completions, team: team) {
        submissions[$0].problem
      }
      let seconds = Clock.seconds(since: start)
      let reasons = verdicts.compactMap {
        if case .failure(let reason) = $0 { reason } else { nil }
      }
      if let reason = reasons.first {
        throw .failed(
          "the verifier \(verifier.name) failed on \(reasons.count) of \(verdicts.count) "
            + "completions: \(reason)")
      }
      return seconds
    }
    // All processes of a plugin are started, and caches are warm, before anything counts.
    var warm = 0.0
    while warm < seconds / 2 { warm += try judge() }
    var times: [Double] = []
    while times.count < 5 || times.reduce(0, +) < seconds { times.append(try judge()) }
    let median = times.sorted()[times.count / 2]
    return Speed(
      batches: times.count, seconds: median,
      completionsPerSecond: Double(submissions.count) / median)
  }
}
