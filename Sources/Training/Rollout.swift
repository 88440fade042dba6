internal import Foundation
internal import Kernels
internal import LanguageModel
package import TaskSuites
package import Verifiers

/// A step's completions: copy s mod G of problem s / G is sequence s.
package struct Rollout: Sendable {
  /// The step's problems.
  package private(set) var problems: [WorkedProblem]
  /// Each problem's prompt tokens.
  package private(set) var prompts: [[Int32]]
  /// Each completion's tokens, its end mark counted in.
  package private(set) var sequences: [[Int32]]
  /// The sampler's log-probabilities of those tokens.
  package private(set) var logProbabilities: [[Float]]
  /// Each completion as the verifier reads it.
  package private(set) var completions: [Completion]
  /// Sum over all sampled tokens of the sampling distribution's entropy, nats.
  package private(set) var entropySum: Double
  /// Completions per problem.
  package let copies: Int
  /// Seconds the sampling took.
  package private(set) var seconds: Double
  /// Who has the completions already, since they were handed in while others were sampled.
  private(set) var judging = Judging()

  /// Verifications under way, of the verifier and of the shadow.
  struct Judging: Sendable {
    var own: OverlappedVerification?
    var shadow: OverlappedVerification?
    var isNone: Bool { own == nil && shadow == nil }
  }

  init(
    _ problems: [WorkedProblem], prompts: [[Int32]], generations: Generations, copies: Int,
    vocabulary: Vocabulary, judging: Judging = Judging(), start: UInt64
  ) {
    self.judging = judging
    self.problems = problems
    self.prompts = prompts
    self.copies = copies
    let all = 0..<generations.count
    sequences = all.map { generations.tokens($0) }
    logProbabilities = all.map { generations.logProbabilities($0) }
    completions = sequences.map { Completion($0, vocabulary) }
    entropySum = all.reduce(0) { $0 + Double(generations.entropySum($1)) }
    seconds = Clock.seconds(since: start)
  }

  /// Takes over the completions of a further round of the same step.
  package mutating func append(_ round: Rollout) {
    precondition(round.copies == copies, "groups of one size")
    problems += round.problems
    prompts += round.prompts
    sequences += round.sequences
    logProbabilities += round.logProbabilities
    completions += round.completions
    entropySum += round.entropySum
    seconds += round.seconds
    // Both rounds have been judged, each on its own.
    judging = Judging()
  }

  /// The problem of a sequence.
  package func problem(_ sequence: Int) -> Problem { problems[sequence / copies].problem }

  /// Completion tokens in all.
  package var tokenCount: Int { sequences.reduce(0) { $0 + $1.count } }
  /// Whether the policy gave every token a probability.
  var isFinite: Bool {
    entropySum.isFinite && logProbabilities.allSatisfy { $0.allSatisfy(\.isFinite) }
  }
  /// Prompt tokens in all, once per completion.
  package var promptTokenCount: Int { prompts.reduce(0) { $0 + $1.count } * copies }
}

extension Completion {
  /// Sampled tokens as the verifier reads them.
  init(_ tokens: [Int32], _ vocabulary: Vocabulary) {
    let isFinished = tokens.last == vocabulary.end
    self.init(
      text: vocabulary.decode(isFinished ? tokens.dropLast() : tokens[...]), isFinished: isFinished)
  }
}

/// What the verifier said of a step's completions.
package struct Verdicts: Sendable {
  /// The verifier's reward, or the coin's; nil where the verifier failed.
  package var rewards: [Double?]
  /// The verifier's own verdicts.
  package private(set) var verdicts: [Verdict]
  /// Those of the shadow verifier, which nothing is trained on; nil without one.
  package private(set) var shadow: [Verdict]?
  /// Seconds the verification took.
  package private(set) var seconds: Double

  init(rewards: [Double?], verdicts: [Verdict], shadow: [Verdict]?, seconds: Double) {
    self.rewards = rewards
    self.verdicts = verdicts
    self.shadow = shadow
    self.seconds = seconds
  }

  /// Takes over the verdicts on a further round of the same step.
  mutating func append(_ round: Verdicts) {
    rewards += round.rewards
    verdicts += round.verdicts
    shadow? += round.shadow ?? []
    seconds += round.seconds
  }

  /// Completions the verifier could not judge.
  package var failures: Int { rewards.count { $0 == nil } }
  /// The last failure's text.
  package var lastFailure: String? {
    for case .failure(let text) in verdicts.reversed() { return text }
    return nil
  }
}

/// The sequences of a rollout that take part in an update, packed.
struct Selection {
  let batch: TokenForest
  /// The rollout's sequence numbers, in the batch's order.
  let sequences: [Int]

  init(_ rollout: Rollout, _ fates: [TokenFate?], _ candidates: [Int]) {
    sequences = candidates.filter { fates[$0] == nil }
    var batch = TokenForest()
    for s in sequences {
      batch.append(prompt: rollout.prompts[s / rollout.copies], completion: rollout.sequences[s])
    }
    self.batch = batch
    candidateSequences = candidates
  }

  let candidateSequences: [Int]

  var isEmpty: Bool { sequences.isEmpty }

  /// This selection's part of per-token numbers, `width` for each, that lie in the order of `whole`.
  func gather(_ values: FloatView, width: Int = 1, from whole: Selection) -> FloatView {
    if whole.sequences == sequences { return values }
    let place = Dictionary(uniqueKeysWithValues: whole.sequences.enumerated().map { ($1, $0) })
    let result = FloatBuffer(count: batch.scoredCount * width).all
    for (index, sequence) in sequences.enumerated() {
      guard let source = place[sequence] else { preconditionFailure("not part of the whole") }
      let (from, to) = (whole.batch.scored(source), batch.scored(index))
      result.slice(to.lowerBound * width, to.count * width).copy(
        from: values.slice(from.lowerBound * width, from.count * width))
    }
    return result
  }
}

/// Sums over the updates of one step.
struct UpdateTotals {
  private(set) var sums = LossSums()
  private(set) var gradientNorm = 0.0
  private(set) var updates = 0
  /// Completions that could have taken part, once per pass over the batch.
  private(set) var completions = 0
  /// Sum over the tokens that took part of the exact KL(π_θ ‖ π_ref), nats; nil where not measured.
  private(set) var divergenceSum: Double?
  private(set) var logProbabilityDifference: Double?
  /// The critic's losses and clip counts.
  private(set) var values = ValueLossSums()
  /// Updates in which a critic learned.
  private(set) var criticUpdates = 0
  /// Sum of the norms of a critic's own gradients.
  private(set) var criticGradientNorm = 0.0

  mutating func enter(_ report: Learner.Report) {
    sums += report.sums
    gradientNorm += report.gradientNorm
    updates += 1
    if let sum = report.divergenceSum { divergenceSum = (divergenceSum ?? 0) + sum }
    enterValues(report)
  }

  /// Enters an update of a critic of its own.
  mutating func enterCritic(_ report: Learner.Report) {
    criticGradientNorm += report.gradientNorm
    enterValues(report)
  }

  private mutating func enterValues(_ report: Learner.Report) {
    guard report.values.tokens > 0 else { return }
    values += report.values
    criticUpdates += 1
  }

  /// Enters the completions of a minibatch that take no part.
  mutating func enterWithheld(_ part: Selection, _ fates: [TokenFate?], _ rollout: Rollout) {
    completions += part.candidateSequences.count
    for s in part.candidateSequences {
      if let fate = fates[s] { sums.enterWithheld(fate, tokens: rollout.sequences[s].count) }
    }
  }

  /// Enters completions from which the critic alone learns.
  mutating func enterWarmUp(_ part: Selection) {
    sums.enterWithheld(.criticWarmUp, tokens: part.batch.scoredCount)
  }

  /// The largest difference between the sampler's log-probabilities and the trainer's.
  mutating func compare(_ trainer: FloatView, with rollout: Rollout, _ whole: Selection) {
    var largest = 0.0
    for (index, s) in whole.sequences.enumerated() {
      let start = whole.batch.scored(index).lowerBound
      for (t, logProbability) in rollout.logProbabilities[s].enumerated() {
        largest = max(largest, abs(Double(trainer[start + t]) - Double(logProbability)))
      }
    }
    logProbabilityDifference = largest
  }
}
