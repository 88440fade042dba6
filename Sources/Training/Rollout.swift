internal import Foundation
internal import Kernels
internal import LanguageModel
package import TaskSuites
package import Verifiers

/// A step's completions: copy s mod G of problem s / G is sequence s.
package struct Rollout: Sendable {
  /// The step's problems.
  package let problems: [WorkedProblem]
  /// Each problem's prompt tokens.
  package let prompts: [[Int32]]
  /// Each completion's tokens, its end mark counted in.
  package let sequences: [[Int32]]
  /// The sampler's log-probabilities of those tokens.
  package let logProbabilities: [[Float]]
  /// Each completion as the verifier reads it.
  package let completions: [Completion]
  /// Sum over all sampled tokens of the sampling distribution's entropy, nats.
  package let entropySum: Double
  /// Completions per problem.
  package let copies: Int
  /// Seconds the sampling took.
  package let seconds: Double

  init(
    _ problems: [WorkedProblem], prompts: [[Int32]], generations: Generations, copies: Int,
    vocabulary: Vocabulary, start: UInt64
  ) {
    self.problems = problems
    self.prompts = prompts
    self.copies = copies
    let all = 0..<generations.count
    sequences = all.map { generations.tokens($0) }
    logProbabilities = all.map { generations.logProbabilities($0) }
    completions = sequences.map { tokens in
      let isFinished = tokens.last == vocabulary.end
      return Completion(
        text: vocabulary.decode(isFinished ? tokens.dropLast() : tokens[...]),
        isFinished: isFinished)
    }
    entropySum = all.reduce(0) { $0 + Double(generations.entropySum($1)) }
    seconds = Clock.seconds(since: start)
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

/// What the verifier said of a step's completions.
package struct Verdicts: Sendable {
  /// The reward trained on; nil where the verifier failed.
  package var rewards: [Double?]
  /// The verifier's own verdicts.
  package let verdicts: [Verdict]
  /// Seconds the verification took.
  package let seconds: Double

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
  let batch: PackedBatch
  /// The rollout's sequence numbers, in the batch's order.
  let sequences: [Int]

  init(_ rollout: Rollout, _ fates: [TokenFate?], _ candidates: [Int]) {
    sequences = candidates.filter { fates[$0] == nil }
    var batch = PackedBatch()
    for s in sequences {
      batch.append(prompt: rollout.prompts[s / rollout.copies], completion: rollout.sequences[s])
    }
    self.batch = batch
    candidateSequences = candidates
  }

  let candidateSequences: [Int]

  var isEmpty: Bool { sequences.isEmpty }

  /// This selection's part of per-token numbers that lie in the order of `whole`.
  func gather(_ values: FloatView, from whole: Selection) -> FloatView {
    if whole.sequences == sequences { return values }
    let place = Dictionary(uniqueKeysWithValues: whole.sequences.enumerated().map { ($1, $0) })
    let result = FloatBuffer(count: batch.scoredCount).all
    for (index, sequence) in sequences.enumerated() {
      guard let source = place[sequence] else { preconditionFailure("not part of the whole") }
      let (from, to) = (whole.batch.scored(source), batch.scored(index))
      result.slice(to.lowerBound, to.count).copy(from: values.slice(from.lowerBound, from.count))
    }
    return result
  }
}

/// Sums over the updates of one step.
struct UpdateTotals {
  private(set) var sums = LossSums()
  private(set) var gradientNorm = 0.0
  private(set) var updates = 0
  private(set) var logProbabilityDifference: Double?

  mutating func enter(_ report: Learner.Report) {
    sums += report.sums
    gradientNorm += report.gradientNorm
    updates += 1
  }

  /// Enters the completions of a minibatch that take no part.
  mutating func enterWithheld(_ part: Selection, _ fates: [TokenFate?], _ rollout: Rollout) {
    for s in part.candidateSequences {
      if let fate = fates[s] { sums.enterWithheld(fate, tokens: rollout.sequences[s].count) }
    }
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
