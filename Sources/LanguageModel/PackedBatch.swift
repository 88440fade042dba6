/// Sequences packed end to end, each a prompt and a completion: what a training pass reads.
///
/// No padding. Tokens of the completions are numbered through the whole batch ("scored tokens");
/// per-token numbers such as log-probabilities are flat in that order.
package struct PackedBatch: Sendable {
  /// All tokens, sequence after sequence.
  package private(set) var tokens: [Int32] = []
  /// Where each sequence starts, and the end.
  package private(set) var starts: [Int] = [0]
  /// Tokens of each sequence's prompt, at least 1.
  package private(set) var promptLengths: [Int] = []
  /// Where each sequence's scored tokens start, and the end.
  package private(set) var scoredStarts: [Int] = [0]

  /// Makes an empty batch.
  package init() {}

  /// Appends a sequence; the completion must have a token.
  package mutating func append(prompt: [Int32], completion: some Collection<Int32>) {
    precondition(!prompt.isEmpty && !completion.isEmpty)
    tokens.append(contentsOf: prompt)
    tokens.append(contentsOf: completion)
    starts.append(tokens.count)
    promptLengths.append(prompt.count)
    scoredStarts.append(scoredCount + completion.count)
  }

  /// Sequences in the batch.
  package var count: Int { promptLengths.count }
  /// Completion tokens in the batch.
  package var scoredCount: Int { scoredStarts[scoredStarts.count - 1] }
  /// The scored tokens of one sequence.
  package func scored(_ sequence: Int) -> Range<Int> {
    scoredStarts[sequence]..<scoredStarts[sequence + 1]
  }

  /// Tokens a pass is fed for one sequence: the last one only serves as a target.
  func inputCount(_ sequence: Int) -> Int { starts[sequence + 1] - starts[sequence] - 1 }

  /// Cuts the sequences into consecutive runs of at most `tokens` input tokens each.
  func pieces(of tokens: Int) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var (start, sum) = (0, 0)
    for sequence in 0..<count {
      let length = inputCount(sequence)
      if sum + length > tokens && sequence > start {
        pieces.append(start..<sequence)
        (start, sum) = (sequence, 0)
      }
      sum += length
    }
    if start < count { pieces.append(start..<count) }
    return pieces
  }
}
