internal import Foundation
internal import Kernels
package import LanguageModel
internal import Parallel
package import TaskSuites
package import Verifiers

/// What the algorithms of a run work with: policy, sampler, learner, suite, randomness.
package final class RunState {
  /// Every setting, resolved.
  package let configuration: Configuration
  /// The model that is trained.
  package let policy: Transformer
  /// The policy at the start, where the KL divergence from it is wanted.
  package let reference: Transformer?
  /// Gradient, moments and updates.
  package let learner: Learner
  /// The critic, where the algorithm has one.
  package let critic: Critic?
  /// Where problems come from.
  package let suite: TaskSuite
  /// Problems as tokens.
  package let text: SuiteText
  /// Prompt and completion tokens processed so far.
  package var tokensSeen = 0
  /// What REINFORCE remembers from step to step; checkpoints keep it.
  package var baseline: MovingAverageBaseline?
  /// Judges the same completions without being trained on; nil for none.
  package let shadow: (any Verifier)?
  /// What the shadow's rewards came to so far; checkpoints keep it.
  package var shadowWatch: ShadowWatch?
  /// Completion tokens of all whole steps so far: sampled ones, for `sft` those of demonstrations.
  package var completionTokens = 0
  /// Those of the step under way, also of completions that it sampled and threw away.
  var completionTokensOfStep = 0
  let threads: Int
  private let schedule: LearningRateSchedule
  private let criticSchedule: LearningRateSchedule
  private var generator: Generator?

  /// Puts a run together; `reference` is a copy of the first weights, needed where KL is.
  ///
  /// The policy is trained in place, but for one that shares its trunk with a critic, which is a copy.
  package init(
    _ configuration: Configuration, policy: Transformer, reference: Parameters?,
    vocabulary: Vocabulary, suite: TaskSuite, shadow: (any Verifier)? = nil, threads: Int
  ) {
    self.configuration = configuration
    self.shadow = shadow
    shadowWatch = shadow.map { _ in ShadowWatch() }
    self.reference = reference.map(Transformer.init)
    self.suite = suite
    self.threads = threads
    let context = policy.configuration.contextLength
    text = SuiteText(
      vocabulary: vocabulary,
      longestPrompt: configuration.algorithm == .sft
        ? context - 1 : context - configuration.maxCompletionTokens,
      contextLength: context)
    let c = configuration
    func makeModel(_ heads: OutputHeads) -> Transformer {
      Transformer(
        Parameters(ParameterLayout(policy.configuration, heads: heads), from: policy.parameters))
    }
    func makeLearner(_ model: Transformer) -> Learner {
      Learner(
        model.parameters.layout, longest: context, team: Team(threads: threads),
        optimizer: AdamW(
          beta1: c.adamBeta1, beta2: c.adamBeta2, epsilon: c.adamEpsilon,
          weightDecay: c.weightDecay),
        maximumGradientNorm: c.maxGradientNorm > 0 ? c.maxGradientNorm : .infinity,
        // Demonstrations are learned as they are; the temperature is only for sampling.
        temperature: c.algorithm == .sft ? 1 : Float(c.temperature))
    }
    func makeSchedule(_ peak: Double) -> LearningRateSchedule {
      LearningRateSchedule(
        peak: peak, shape: c.schedule, warmUpUpdates: c.warmupSteps, totalUpdates: c.steps,
        finalFraction: c.finalLearningRateFraction)
    }
    if c.algorithm.hasCritic && c.sharedTrunk {
      self.policy = makeModel([.logits, .value])
      self.learner = makeLearner(self.policy)
      critic = Critic(model: self.policy, learner: self.learner, sharesTrunk: true)
    } else {
      self.policy = policy
      self.learner = makeLearner(policy)
      if c.algorithm.hasCritic {
        let value = makeModel(.value)
        critic = Critic(model: value, learner: makeLearner(value), sharesTrunk: false)
      } else {
        critic = nil
      }
    }
    self.schedule = makeSchedule(c.learningRate)
    criticSchedule = makeSchedule(c.criticLearningRate)
  }

  /// The critic, where it has a trunk and an optimizer of its own.
  var ownCritic: Critic? { critic.flatMap { $0.sharesTrunk ? nil : $0 } }

  /// Optimizer updates taken so far, of the policy and of a critic of its own.
  var updates: Int {
    learner.optimizer.updates + (ownCritic?.learner.optimizer.updates ?? 0)
  }

  /// Takes a step with an algorithm, and counts its completion tokens once it is whole.
  func take(_ step: Int, of algorithm: any TrainingAlgorithm) throws -> StepReport {
    completionTokensOfStep = 0
    var report = try algorithm.step(step)
    completionTokens += completionTokensOfStep
    report.metrics["num_completion_tokens"] = Double(completionTokens)
    return report
  }

  /// The share of the token budget that is used up; 0 where there is none.
  var spentShare: Double {
    let budget = configuration.tokenBudget
    return budget > 0 ? Double(completionTokens) / Double(budget) : 0
  }

  /// The rate of a step's updates.
  package func learningRate(step: Int) -> Double {
    schedule.rate(update: step - 1, spent: spentShare)
  }

  /// The rate of a step's updates of a critic of its own.
  package func criticLearningRate(step: Int) -> Double {
    criticSchedule.rate(update: step - 1, spent: spentShare)
  }

  /// The step's training problems; another seed walks through other ones.
  ///
  /// A further round of the step (from 1) has problems of its own, far from those of all first rounds:
  /// what one step needs changes no other one.
  package func problems(step: Int, round: Int = 0, count: Int? = nil) -> [WorkedProblem] {
    let start =
      configuration.seed &* 1_000_003 &+ (step - 1) * configuration.problems
      &+ round &* 1_000_000_007
    return (0..<(count ?? configuration.problems)).map { i in
      suite.problem(at: (start &+ i) & Int.max, split: .train)
    }
  }

  /// Samples `copies` completions of each of the step's problems, or of the first `count` of a further
  /// round. Programs that judge them get each as soon as it is finished.
  ///
  /// - Throws: `TrainingError` for a problem that doesn't fit, and for a policy that overflows.
  package func sample(
    step: Int, copies: Int, round: Int = 0, count: Int? = nil
  ) throws -> Rollout {
    let start = Clock.now
    let problems = problems(step: step, round: round, count: count)
    let prompts = try problems.map { try text.prompt($0.problem) }
    let c = configuration
    var request = GenerationRequest(
      prompts: prompts, keys: prompts.indices.map { UInt32(round * c.problems + $0) },
      copies: copies,
      maximumNewTokens: c.maxCompletionTokens,
      rule: c.samplingRule,
      endToken: text.vocabulary.end,
      random: Philox(seed: UInt64(bitPattern: Int64(c.seed)), purpose: RandomPurpose.rollout),
      step: UInt32(truncatingIfNeeded: step))
    let judging = judging(problems, copies: copies)
    if !judging.isNone {
      request.whenFinished = { [vocabulary = text.vocabulary] sequence, tokens in
        let completion = Completion(tokens, vocabulary)
        judging.own?.enter(completion, sequence)
        judging.shadow?.enter(completion, sequence)
      }
    }
    let generations = sampler().generate(policy, request)
    let rollout = Rollout(
      problems, prompts: prompts, generations: generations, copies: copies,
      vocabulary: text.vocabulary, judging: judging, start: start)
    completionTokensOfStep += rollout.tokenCount
    // Completions of such a policy are all wrong: without this the run would go on with flat groups.
    guard rollout.isFinite else {
      let what = policy.parameters.firstNonFinite.map { "the weight \($0)" }
      throw TrainingError.notFinite(step: step, what: what ?? "the policy's output")
    }
    return rollout
  }

  /// Who is handed the completions of these problems while they are sampled.
  private func judging(_ problems: [WorkedProblem], copies: Int) -> Rollout.Judging {
    func overlapped(_ verifier: (any Verifier)?) -> OverlappedVerification? {
      verifier.flatMap {
        OverlappedVerification(
          $0, count: problems.count * copies, failureLimit: configuration.verifierFailureLimit
        ) { problems[$0 / copies].problem }
      }
    }
    return Rollout.Judging(own: overlapped(suite.verifier), shadow: overlapped(shadow))
  }

  private func sampler() -> Generator {
    if let generator { return generator }
    let made = Generator(
      policy.parameters.layout, longestPrompt: text.longestPrompt,
      maximumNewTokens: configuration.maxCompletionTokens, team: Team(threads: threads))
    generator = made
    return made
  }

  /// Judges a rollout; with `rewards=random` a fair coin replaces every reward (the null arm).
  ///
  /// - Throws: `TrainingError.verifierFailures` past the set share.
  package func verify(_ rollout: Rollout, step: Int) throws -> Verdicts {
    let verdicts = judge(rollout, step: step)
    try check(verdicts, step: step)
    return verdicts
  }

  /// Stops a run whose verifier fails too often.
  ///
  /// - Throws: `TrainingError.verifierFailures` past the set share.
  func check(_ verdicts: Verdicts, step: Int) throws {
    let count = verdicts.rewards.count
    if Double(verdicts.failures) > configuration.verifierFailureLimit * Double(count) {
      throw TrainingError.verifierFailures(
        step: step, failures: verdicts.failures, completions: count,
        last: verdicts.lastFailure ?? "")
    }
  }

  /// Judges a rollout whose first problem has this number in the step.
  func judge(_ rollout: Rollout, step: Int, firstProblem: Int = 0) -> Verdicts {
    let start = Clock.now
    func judge(
      _ verifier: any Verifier, underWay: OverlappedVerification?
    ) -> [Verdict] {
      underWay?.verdicts()
        ?? Verification.run(
          verifier, rollout.completions, threads: threads,
          failureLimit: configuration.verifierFailureLimit
        ) { rollout.problem($0) }
    }
    let verdicts = judge(suite.verifier, underWay: rollout.judging.own)
    let shadowed = shadow.map { judge($0, underWay: rollout.judging.shadow) }
    var result = Verdicts(
      rewards: verdicts.map(\.reward), verdicts: verdicts, shadow: shadowed,
      seconds: Clock.seconds(since: start))
    if configuration.rewards == .random {
      let coin = Philox(
        seed: UInt64(bitPattern: Int64(configuration.seed)), purpose: RandomPurpose.coin)
      for s in result.rewards.indices where result.rewards[s] != nil {
        let words = coin.block(
          SIMD4(
            UInt32(s % rollout.copies), UInt32(s / rollout.copies + firstProblem),
            UInt32(truncatingIfNeeded: step), 0))
        result.rewards[s] = Double(words.x & 1)
      }
    }
    return result
  }

  /// The sequences of each of a pass's minibatches: whole groups, in an order of their own.
  package func minibatches(of rollout: Rollout, step: Int, epoch: Int) -> [[Int]] {
    minibatches(
      of: Array(rollout.problems.indices), copies: rollout.copies, step: step, epoch: epoch)
  }

  /// The same of some groups, by their numbers in the rollout.
  package func minibatches(of groups: [Int], copies: Int, step: Int, epoch: Int) -> [[Int]] {
    let (count, parts) = (groups.count, configuration.minibatches)
    var order = groups
    if parts > 1 {
      let random = Philox(
        seed: UInt64(bitPattern: Int64(configuration.seed)), purpose: RandomPurpose.shuffle)
      for i in stride(from: count - 1, to: 0, by: -1) {
        let word = random.block(
          SIMD4(UInt32(i), UInt32(epoch), UInt32(truncatingIfNeeded: step), 0)
        ).x
        // In brackets: >> binds tighter than *, and would shift i + 1 to 0.
        order.swapAt(i, Int((UInt64(word) * UInt64(i + 1)) >> 32))
      }
    }
    return (0..<parts).map { part in
      order[count * part / parts..<count * (part + 1) / parts].flatMap {
        $0 * copies..<($0 + 1) * copies
      }
    }.filter { !$0.isEmpty }
  }
}

extension Configuration {
  /// How tokens of training completions are picked, and those of evaluations that sample.
  var samplingRule: SamplingRule {
    SamplingRule(temperature: Float(temperature), topK: topK, topP: Float(topP))
  }
}
