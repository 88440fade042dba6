internal import Experience
internal import Foundation
package import Kernels
package import LanguageModel
package import Parallel
package import Statistics
package import TaskSuites
package import Verifiers

/// What an evaluation is to do.
package struct EvaluationPlan: Sendable {
  /// Which problems: those of the first split, then of the next, until there are enough.
  package var splits: [Split]
  /// Problems at most; fewer where the split has fewer that differ.
  package var limit: Int
  /// Completions per problem; 1 where the temperature is 0, which is greedy.
  package var samples: Int
  /// 0 takes the most probable token.
  package var temperature: Double
  /// Tokens a completion is cut off at.
  package var maxCompletionTokens: Int
  /// Key of the sampling.
  package var seed: UInt64
  /// What pass@k is counted on where pass@1 is greedy; nil for the same completions.
  package var sampled: Sampled?

  /// Further completions, beside those of pass@1.
  package struct Sampled: Sendable {
    /// Completions per problem.
    package var samples: Int
    /// How their tokens are picked.
    package var rule: SamplingRule

    /// Asks for `samples` completions of each problem.
    package init(samples: Int, rule: SamplingRule) {
      precondition(samples > 0)
      self.samples = samples
      self.rule = rule
    }
  }

  package init(
    splits: [Split], limit: Int, samples: Int, temperature: Double, maxCompletionTokens: Int,
    seed: UInt64, sampled: Sampled? = nil
  ) {
    precondition(!splits.isEmpty && limit > 0 && samples > 0 && temperature >= 0)
    self.splits = splits
    self.limit = limit
    self.samples = samples
    self.temperature = temperature
    self.maxCompletionTokens = maxCompletionTokens
    self.seed = seed
    self.sampled = sampled
  }
}

/// Scores of a policy on problems it was not trained on.
package struct EvaluationResult: Sendable, Codable, Equatable {
  /// The suite's name.
  package var suite: String
  /// The split's name, or `all`.
  package var split: String
  /// Scores over all problems.
  package var all: Scores
  /// Scores by task.
  package var tasks: [String: Scores]
  /// Which problems were solved, where each had one completion. The coded form leaves it out: it is
  /// for people to read, and `result.json` has this on its own.
  package var solved = SolvedProblems()

  /// Scores over some problems.
  package struct Scores: Sendable, Codable, Equatable {
    /// Problems judged.
    package var problems: Int
    /// Completions per problem that pass@k is counted on.
    package var samples: Int
    /// What the logits were divided by for pass@1; 0 for greedy.
    package var temperature: Double
    /// Mean share of right completions.
    package var passAt1: Double
    /// Its 95 % Wilson interval, with the problems as trials.
    package var interval: [Double]
    /// Unbiased pass@k (arXiv 2107.03374) for k = 1, 2, 4, … up to the samples.
    package var passAtK: [String: Double]
    /// Tokens of a completion, on average.
    package var meanLength: Double
    /// Share of completions that ran into the length limit.
    package var truncated: Double
    /// Completions the verifier could not judge; they are not in the other numbers.
    package var verifierFailures: Int
    /// What a shadow verifier says of the completions of pass@1; absent without one.
    package var shadow: Shadow?

    /// A shadow verifier's scores.
    package struct Shadow: Sendable, Codable, Equatable {
      /// Mean share of completions that are right by the shadow, over the problems it could judge.
      package var passAt1: Double
      /// Its 95 % Wilson interval.
      package var interval: [Double]
      /// Completions the shadow could not judge.
      package var verifierFailures: Int

      enum CodingKeys: String, CodingKey {
        case interval
        case passAt1 = "pass@1"
        case verifierFailures = "verifier_failures"
      }
    }

    /// Takes over what further completions of the same problems showed.
    mutating func takePassAtK(of sampled: Scores) {
      passAtK = sampled.passAtK
      samples = sampled.samples
      verifierFailures += sampled.verifierFailures
    }

    enum CodingKeys: String, CodingKey {
      case problems, samples, temperature, interval, truncated, shadow
      case passAt1 = "pass@1"
      case passAtK = "pass@k"
      case meanLength = "mean_length"
      case verifierFailures = "verifier_failures"
    }
  }

  private enum Keys: String, CodingKey { case suite, split, tasks }

  package init(suite: String, split: String, all: Scores, tasks: [String: Scores]) {
    self.suite = suite
    self.split = split
    self.all = all
    self.tasks = tasks
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    suite = try container.decode(String.self, forKey: .suite)
    split = try container.decode(String.self, forKey: .split)
    tasks = try container.decode([String: Scores].self, forKey: .tasks)
    all = try Scores(from: decoder)
  }

  package func encode(to encoder: any Encoder) throws {
    try all.encode(to: encoder)
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(suite, forKey: .suite)
    try container.encode(split, forKey: .split)
    try container.encode(tasks, forKey: .tasks)
  }
}

/// Evaluates a policy on a suite's problems.
package struct Evaluator {
  private let suite: TaskSuite
  private let shadow: (any Verifier)?
  private let text: SuiteText
  private let problems: [WorkedProblem]
  private let prompts: [[Int32]]
  private let plan: EvaluationPlan
  private let team: Team
  private let generator: Generator

  /// Looks up the problems, which differ from each other, and checks that they fit the model.
  ///
  /// - Parameter shadow: judges the completions too, beside the suite's verifier.
  /// - Throws: `SuiteError` where the split is empty, `TrainingError.unfitProblem`.
  package init(
    _ plan: EvaluationPlan, suite: TaskSuite, shadow: (any Verifier)? = nil,
    vocabulary: Vocabulary, layout: ParameterLayout, team: Team
  ) throws {
    let context = layout.configuration.contextLength
    let text = SuiteText(
      vocabulary: vocabulary, longestPrompt: context - plan.maxCompletionTokens,
      contextLength: context)
    self.plan = plan
    self.suite = suite
    self.shadow = shadow
    self.team = team
    self.text = text
    if plan.splits.count == 1 { try suite.checkHasProblems(in: plan.splits[0]) }
    problems = suite.distinctProblems(splits: plan.splits, count: plan.limit)
    prompts = try problems.map { try text.prompt($0.problem) }
    generator = Generator(
      layout, longestPrompt: prompts.reduce(1) { max($0, $1.count) },
      maximumNewTokens: plan.maxCompletionTokens, team: team)
  }

  /// Completes and judges every problem.
  package func evaluate(_ policy: Transformer) -> EvaluationResult {
    let isGreedy = plan.temperature == 0
    var result = evaluate(
      policy, samples: isGreedy ? 1 : plan.samples,
      rule: isGreedy ? .greedy : SamplingRule(temperature: Float(plan.temperature)))
    if let sampling = plan.sampled {
      let sampled = evaluate(policy, samples: sampling.samples, rule: sampling.rule)
      result.all.takePassAtK(of: sampled.all)
      for (task, scores) in sampled.tasks { result.tasks[task]?.takePassAtK(of: scores) }
    }
    return result
  }

  private func evaluate(
    _ policy: Transformer, samples: Int, rule: SamplingRule
  ) -> EvaluationResult {
    let request = GenerationRequest(
      prompts: prompts, keys: prompts.indices.map { UInt32($0) }, copies: samples,
      maximumNewTokens: plan.maxCompletionTokens, rule: rule,
      endToken: text.vocabulary.end,
      random: Philox(seed: plan.seed, purpose: RandomPurpose.evaluation), step: 0)
    let completed = Samples(
      problems, prompts: prompts, generations: generator.generate(policy, request),
      copies: samples, vocabulary: text.vocabulary, start: Clock.now)
    func judge(_ verifier: any Verifier) -> [Verdict] {
      Verification.run(verifier, completed.completions, team: team) { completed.problem($0) }
    }
    let (verdicts, shadowed) = (judge(suite.verifier), shadow.map(judge))
    let outcomes = problems.indices.map { p in
      Outcome(
        problem: p, samples: samples, completed: completed, verdicts: verdicts, shadow: shadowed)
    }
    let byTask = Dictionary(grouping: outcomes) { problems[$0.problem].problem.task }
    var result = EvaluationResult(
      suite: suite.name, split: plan.splits.count == 1 ? plan.splits[0].rawValue : "all",
      all: scores(outcomes, samples),
      tasks: byTask.mapValues { scores($0, samples) })
    if samples == 1 { result.solved = SolvedProblems(byTask.mapValues { $0.map(\.mark) }) }
    return result
  }

  /// One problem's completions, counted.
  private struct Outcome {
    let problem: Int
    var (tokens, truncated) = (0, 0)
    private(set) var own = Count()
    private(set) var shadow: Count?

    /// Verdicts by what they say.
    struct Count {
      var (judged, right, failures) = (0, 0, 0)

      mutating func enter(_ verdict: Verdict) {
        switch verdict {
        case .score(let score):
          judged += 1
          if score.isSolved { right += 1 }
        case .failure: failures += 1
        }
      }
    }

    init(
      problem: Int, samples: Int, completed: Samples, verdicts: [Verdict], shadow: [Verdict]?
    ) {
      self.problem = problem
      self.shadow = shadow.map { _ in Count() }
      for s in problem * samples..<(problem + 1) * samples {
        tokens += completed.sequences[s].count
        if !completed.completions[s].isFinished { truncated += 1 }
        own.enter(verdicts[s])
        if let shadow { self.shadow?.enter(shadow[s]) }
      }
    }

    /// What became of the problem, where it had one completion.
    var mark: SolvedProblems.Mark {
      own.judged == 0 ? .unjudged : own.right > 0 ? .solved : .unsolved
    }
  }

  private func scores(_ outcomes: [Outcome], _ samples: Int) -> EvaluationResult.Scores {
    let judged = outcomes.map(\.own).filter { $0.judged > 0 }
    let (passAt1, interval) = share(of: judged)
    var passAtK: [String: Double] = [:]
    var k = 1
    while k <= samples {
      let able = judged.filter { $0.judged >= k }
      passAtK["\(k)"] = mean(
        able.map { Statistics.passAtK(k, samples: $0.judged, correct: $0.right) })
      k *= 2
    }
    let completions = Double(outcomes.count * samples)
    let shadows = outcomes.compactMap(\.shadow)
    let shadow = shadows.isEmpty ? nil : share(of: shadows.filter { $0.judged > 0 })
    return EvaluationResult.Scores(
      problems: judged.count, samples: samples, temperature: plan.temperature, passAt1: passAt1,
      interval: interval, passAtK: passAtK,
      meanLength: Double(outcomes.reduce(0) { $0 + $1.tokens }) / completions,
      truncated: Double(outcomes.reduce(0) { $0 + $1.truncated }) / completions,
      verifierFailures: outcomes.reduce(0) { $0 + $1.own.failures },
      shadow: shadow.map { passAt1, interval in
        EvaluationResult.Scores.Shadow(
          passAt1: passAt1, interval: interval,
          verifierFailures: shadows.reduce(0) { $0 + $1.failures })
      })
  }

  /// The mean share of right completions, and its interval.
  private func share(of judged: [Outcome.Count]) -> (passAt1: Double, interval: [Double]) {
    let passAt1 = mean(judged.map { Double($0.right) / Double($0.judged) })
    // Samples of one problem are not independent: problems are the trials, which is cautious.
    let interval = WilsonInterval(
      successes: Int((passAt1 * Double(judged.count)).rounded()), trials: judged.count)
    return (passAt1, [interval.low, interval.high])
  }
}
