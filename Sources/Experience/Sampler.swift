internal import Kernels
package import Learning
internal import LanguageModel
package import Settings
internal import TaskSuites
internal import Verifiers

/// The policy's own completions of the suite's problems, judged: where on-policy algorithms learn from.
package final class Sampler: Source {
  private let lab: Lab
  private let policy: Network
  private let problems: TrainingProblems
  private let text: SuiteText
  private let judge: any Judge
  private let perStep: Int
  private let groupSize: Int
  private let rounds: Int
  private let rule: SamplingRule
  private let maxCompletionTokens: Int
  private let failureLimit: Double
  private let masksTruncated: Bool
  private var generator: Generator?

  /// - Parameters:
  ///   - policy: what samples; as it is when a step is asked for.
  ///   - rounds: rounds of sampling at most. Each further round has as many new problems as there are
  ///     groups whose rewards are all equal, until none is missing (dynamic sampling, DAPO, arXiv
  ///     2503.14476, section 3.2).
  ///   - length: what becomes of long completions; nil where nothing does.
  package init(
    _ lab: Lab, _ policy: Network, run: RunSettings, batch: BatchSettings,
    sampling: SamplingSettings,
    length: LengthSettings? = nil, rounds: Int = 1
  ) {
    self.lab = lab
    self.policy = policy
    self.rounds = rounds
    problems = TrainingProblems(lab, perStep: batch.problems)
    text = lab.text(room: run.maxCompletionTokens)
    perStep = batch.problems
    groupSize = sampling.groupSize
    rule = SamplingRule(run)
    maxCompletionTokens = run.maxCompletionTokens
    failureLimit = sampling.verifierFailureLimit
    masksTruncated = length?.maskTruncated ?? false
    judge = lab.judge(run, sampling, length)
  }

  /// Samples and judges a step's completions.
  ///
  /// - Throws: `TrainingError` for a problem that doesn't fit, a policy that overflows and a verifier
  ///   that fails too often.
  package func experience(step: Int) throws -> Samples {
    var samples = try judged(step: step, count: perStep)
    samples.masksTruncated = masksTruncated
    try check(samples, step: step)
    func mixed() -> [Int] {
      let isFlat = flatGroups(
        rewards: samples.judgements.map(\.penalized), groupSize: groupSize)
      return isFlat.indices.filter { !isFlat[$0] }
    }
    while samples.rounds < rounds {
      let missing = perStep - mixed().count
      if missing == 0 { break }
      samples.append(
        try judged(
          step: step, count: missing, round: samples.rounds,
          firstProblem: samples.problems.count))
      try check(samples, step: step)
    }
    samples.readyTime = Clock.now
    if rounds > 1 { samples.kept = mixed() }
    return samples
  }

  /// One round; programs that judge it get each completion as soon as it is finished.
  private func judged(
    step: Int, count: Int, round: Int = 0, firstProblem: Int = 0
  ) throws -> Samples {
    let start = Clock.now
    let problems = problems.problems(step: step, round: round, count: count)
    let prompts = try problems.map { try text.prompt($0.problem) }
    let session = judge.begin(
      JudgedRound(
        problems: problems.map(\.problem), copies: groupSize, step: step,
        firstProblem: firstProblem))
    var request = GenerationRequest(
      prompts: prompts, keys: prompts.indices.map { UInt32(round * perStep + $0) },
      copies: groupSize, maximumNewTokens: maxCompletionTokens, rule: rule,
      endToken: lab.vocabulary.end, random: lab.random(RandomPurpose.rollout),
      step: UInt32(truncatingIfNeeded: step))
    if session.takesEarly {
      request.whenFinished = { [vocabulary = lab.vocabulary] sequence, tokens in
        session.enter(Completion(tokens, vocabulary), sequence)
      }
    }
    let generations = makeGenerator().generate(policy.model, request)
    var samples = Samples(
      problems, prompts: prompts, generations: generations, copies: groupSize,
      vocabulary: lab.vocabulary, start: start)
    lab.completionTokensOfStep += samples.tokenCount
    // Completions of such a policy are all wrong: without this the run would continue with flat groups.
    guard samples.isFinite else {
      let what = policy.model.parameters.firstNonFinite.map { "the weight \($0)" }
      throw TrainingError.notFinite(step: step, what: what ?? "the policy's output")
    }
    let judging = Clock.now
    samples.judgements = session.judgements(
      of: samples.completions, lengths: samples.sequences.map(\.count))
    samples.judgingSeconds = Clock.seconds(since: judging)
    return samples
  }

  private func makeGenerator() -> Generator {
    if let generator { return generator }
    let made = Generator(
      policy.model.parameters.layout, longestPrompt: text.longestPrompt,
      maximumNewTokens: maxCompletionTokens, team: lab.team)
    generator = made
    return made
  }

  /// Stops a run whose verifier fails too often.
  private func check(_ samples: Samples, step: Int) throws {
    let failures = samples.judgements.count { $0.reward == nil }
    let count = samples.judgements.count
    guard Double(failures) > failureLimit * Double(count) else { return }
    var last = ""
    for judgement in samples.judgements {
      if case .failure(let text) = judgement.verdict { last = text }
    }
    throw TrainingError.verifierFailures(
      step: step, failures: failures, completions: count, last: last)
  }
}

extension Lab {
  /// The suite's verifier with everything around it that the settings ask for.
  package func judge(
    _ run: RunSettings, _ sampling: SamplingSettings, _ length: LengthSettings?
  ) -> any Judge {
    let limit = sampling.verifierFailureLimit
    var judge: any Judge = VerifierJudge(suite.verifier, failureLimit: limit, team: team)
    if sampling.rewards == .random {
      judge = RandomJudge(judge, coin: random(RandomPurpose.coin))
    }
    if let length, length.overlongPenalty > 0 {
      judge = OverlongJudge(
        judge, weight: length.overlongPenalty, maximum: run.maxCompletionTokens,
        margin: length.overlongTokens(of: run))
    }
    if let shadow {
      judge = ShadowJudge(
        judge, shadow: VerifierJudge(shadow, failureLimit: limit, team: team))
    }
    return judge
  }
}

extension SamplingRule {
  /// How tokens of training completions are picked, and those of evaluations that sample.
  package init(_ run: RunSettings) {
    self.init(temperature: Float(run.temperature), topK: run.topK, topP: Float(run.topP))
  }
}
