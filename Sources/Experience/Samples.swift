internal import Kernels
package import Learning
package import LanguageModel
package import TaskSuites
package import Verifiers

/// A step's completions with what was said of them: copy s mod G of problem s / G is sequence s.
package struct Samples: Sendable {
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
  /// Completions per problem (G).
  package let copies: Int
  /// Seconds the sampling took.
  package private(set) var seconds: Double

  /// What was said of each completion; empty before they are judged.
  package internal(set) var judgements: [Judgement] = []
  /// Seconds that were spent waiting for the judgements.
  package internal(set) var judgingSeconds = 0.0
  /// Rounds of sampling taken.
  package internal(set) var rounds = 1
  /// The groups that are learned from; nil for all. Dynamic sampling replaces the others.
  var kept: [Int]?
  /// Whether completions that were cut off at the length limit take no part in the loss.
  var masksTruncated = false
  /// The batch of all samples with the reference's columns, once the divergence was taken off the rewards.
  var measured: Batch?
  /// When sampling and judging were done, as `Clock.now` says it.
  var readyTime: UInt64 = 0

  /// Completions that aren't judged yet.
  package init(
    _ problems: [WorkedProblem], prompts: [[Int32]], generations: Generations, copies: Int,
    vocabulary: Vocabulary, start: UInt64
  ) {
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

  /// Takes over a further round of the same step, which has been judged too.
  mutating func append(_ round: Samples) {
    precondition(round.copies == copies, "groups of one size")
    problems += round.problems
    prompts += round.prompts
    sequences += round.sequences
    logProbabilities += round.logProbabilities
    completions += round.completions
    entropySum += round.entropySum
    seconds += round.seconds
    judgements += round.judgements
    judgingSeconds += round.judgingSeconds
    rounds += 1
  }

  /// The problem of a sequence.
  package func problem(_ sequence: Int) -> Problem { problems[sequence / copies].problem }

  /// Completion tokens in all.
  package var tokenCount: Int { sequences.reduce(0) { $0 + $1.count } }
  /// Prompt tokens in all, once per completion.
  package var promptTokenCount: Int { prompts.reduce(0) { $0 + $1.count } * copies }

  /// Whether the policy gave every token a probability.
  var isFinite: Bool {
    entropySum.isFinite && logProbabilities.allSatisfy { $0.allSatisfy(\.isFinite) }
  }

  // MARK: Rewards

  /// The rewards to learn from, one per completion: the judge's less the penalties; nil where the
  /// verifier failed, and in groups that others have replaced.
  package var rewards: [Double?] { ofKept { $0.penalized } }

  /// The same without the divergence, for critics, whose rewards are those of tokens.
  package var outcomeRewards: [Double?] {
    ofKept { judgement in judgement.reward.map { $0 - (judgement.overlong ?? 0) } }
  }

  private func ofKept(_ reward: (Judgement) -> Double?) -> [Double?] {
    var isKept = [Bool](repeating: kept == nil, count: problems.count)
    for group in kept ?? [] { isKept[group] = true }
    return judgements.indices.map { isKept[$0 / copies] ? reward(judgements[$0]) : nil }
  }

  // MARK: Batch

  /// The completions to learn from, with the sampler's log-probabilities as a column.
  ///
  /// - Parameters:
  ///   - isFlat: groups with nothing to teach, which are skipped; nil where none is.
  ///   - isAccepted: completions that rejection sampling keeps; nil for all.
  package func batch(skipping isFlat: [Bool]? = nil, accepting isAccepted: [Bool]? = nil) -> Batch {
    let members = sequences.indices.map { s in
      let isMasked = masksTruncated && !completions[s].isFinished
      let isAccepted = isAccepted?[s] ?? true
      return Batch.Member(
        sequence: s, tokens: sequences[s].count,
        withheld: TokenFate.withheld(
          verifierFailed: judgements[s].reward == nil, inFlatGroup: isFlat?[s / copies] ?? false,
          maskedAsTruncated: isMasked) ?? (isAccepted ? nil : .rejected),
        // What rejection sampling drops is no part of the batch; everything else that is withheld counts, so that
        // the step doesn't grow when fewer have a signal.
        isCounted: isAccepted, countedTokens: isMasked ? 0 : sequences[s].count)
    }
    let groups = kept ?? Array(problems.indices)
    let staying = groups.flatMap { members[$0 * copies..<($0 + 1) * copies] }
    var batch = measured?.updated(staying) ?? self.batch(of: staying)
    if groups.count < problems.count {
      let isKept = Set(groups)
      batch.departed = members.filter { !isKept.contains($0.sequence / copies) }
    }
    return batch
  }

  /// The batch of some completions.
  func batch(of members: [Batch.Member]) -> Batch {
    var batch = Batch()
    for member in members {
      batch.append(
        member, prompt: prompts[member.sequence / copies],
        completion: sequences[member.sequence])
    }
    let sampled = FloatBuffer(count: batch.forest.scoredCount).all
    for (index, s) in batch.sequences.enumerated() {
      sampled.slice(batch.forest.scored(index)).copy(from: logProbabilities[s])
    }
    batch[.sampled] = .occurrences(sampled)
    return batch
  }
}

extension Completion {
  /// Sampled tokens as the verifier reads them.
  package init(_ tokens: [Int32], _ vocabulary: Vocabulary) {
    let isFinished = tokens.last == vocabulary.end
    self.init(
      text: vocabulary.decode(isFinished ? tokens.dropLast() : tokens[...]), isFinished: isFinished)
  }
}
