/// Token sequences as a forest of prefix trees, each a prompt and a completion: what a pass reads.
///
/// A node is a stored token: its parent is the token before it, its position the number of its
/// ancestors. Nodes lie in depth-first order. A sequence is the path from a root to its leaf, and
/// where its prompt ends; sequences that share a prefix share its nodes. Tokens of completions are
/// numbered sequence after sequence through the whole forest, a shared node once for each completion
/// on it ("scored tokens"): per-token numbers such as log-probabilities are flat in that order.
package struct TokenForest: Sendable {
  /// A sequence: the first `shared` tokens of another one's path, then nodes of its own.
  private struct Branch: Sendable {
    /// The sequence that owns the last of the shared nodes.
    var trunk: Int
    var shared: Int
    /// The first of its own nodes; the next branch's is the end.
    var firstNode: Int
    var promptLength: Int
    var firstScored: Int
  }

  private var nodes: [Int32] = []  // tokens, in depth-first order
  private var branches: [Branch] = []
  /// Completion tokens, over all sequences.
  package private(set) var scoredCount = 0
  /// Tokens, over all sequences.
  package private(set) var tokenCount = 0

  package init() {}

  /// Appends a sequence; the completion must have a token.
  ///
  /// With `sharingPrefix` it shares the nodes of the longest prefix that it has in common with the
  /// sequence before; without, it is a tree of its own.
  package mutating func append(
    prompt: [Int32], completion: some Collection<Int32>, sharingPrefix: Bool = false
  ) {
    precondition(!prompt.isEmpty && !completion.isEmpty)
    var branch = Branch(
      trunk: count, shared: 0, firstNode: nodes.count, promptLength: prompt.count,
      firstScored: scoredCount)
    if sharingPrefix && count > 0 {
      branch.shared = commonPrefix(of: count - 1, prompt, completion)
      branch.trunk = owner(of: branch.shared, in: count - 1)
    }
    nodes.append(contentsOf: prompt.dropFirst(branch.shared))
    nodes.append(contentsOf: completion.dropFirst(max(0, branch.shared - prompt.count)))
    branches.append(branch)
    scoredCount += completion.count
    tokenCount += prompt.count + completion.count
  }

  /// Sequences.
  package var count: Int { branches.count }
  /// Nodes: tokens without the repetitions of shared prefixes.
  package var storedTokenCount: Int { nodes.count }
  /// Tokens that a pass is fed, over all sequences: the last of each only serves as a target.
  package var inputCount: Int { tokenCount - count }

  /// The scored tokens of one sequence.
  package func scored(_ sequence: Int) -> Range<Int> { scored(sequence..<sequence + 1) }

  /// The scored tokens of consecutive sequences.
  package func scored(_ sequences: Range<Int>) -> Range<Int> {
    func start(_ sequence: Int) -> Int {
      sequence < count ? branches[sequence].firstScored : scoredCount
    }
    return start(sequences.lowerBound)..<start(sequences.upperBound)
  }

  /// Tokens of one sequence, prompt and completion.
  package func tokenCount(of sequence: Int) -> Int {
    branches[sequence].promptLength + scored(sequence).count
  }

  /// Tokens that a pass is fed for one sequence.
  package func inputCount(of sequence: Int) -> Int { tokenCount(of: sequence) - 1 }

  /// Tokens of one sequence's prompt.
  package func promptLength(of sequence: Int) -> Int { branches[sequence].promptLength }

  /// The tokens of one sequence.
  package func tokens(of sequence: Int) -> [Int32] {
    var tokens: [Int32] = []
    tokens.reserveCapacity(tokenCount(of: sequence))
    forEachRun(of: sequence, upTo: tokenCount(of: sequence)) { tokens += nodes[$0] }
    return tokens
  }

  /// The token of a node.
  func token(_ node: Int) -> Int32 { nodes[node] }

  /// Calls `body` with the nodes of the first `length` tokens of a sequence, root first, as runs in
  /// which each node is the parent of the next.
  func forEachRun(of sequence: Int, upTo length: Int, _ body: (_ nodes: Range<Int>) -> Void) {
    let branch = branches[sequence]
    if branch.shared > 0 {
      forEachRun(of: branch.trunk, upTo: min(length, branch.shared), body)
    }
    if length > branch.shared {
      body(branch.firstNode..<branch.firstNode + length - branch.shared)
    }
  }

  /// Cuts the sequences into consecutive runs of at most `tokens` input tokens each; `unit`
  /// consecutive sequences stay together, also where they are more.
  package func pieces(of tokens: Int, unit: Int = 1) -> [Range<Int>] {
    precondition(unit >= 1 && count % unit == 0, "sequences come in whole units")
    var pieces: [Range<Int>] = []
    var (start, sum) = (0, 0)
    for first in stride(from: 0, to: count, by: unit) {
      let length = inputCount(of: first..<first + unit)
      if sum + length > tokens && first > start {
        pieces.append(start..<first)
        (start, sum) = (first, 0)
      }
      sum += length
    }
    if start < count { pieces.append(start..<count) }
    return pieces
  }

  /// Tokens that a pass is fed for consecutive sequences.
  func inputCount(of sequences: Range<Int>) -> Int {
    sequences.reduce(0) { $0 + inputCount(of: $1) }
  }

  /// How many tokens a new sequence has in common with an old one, from the start.
  private func commonPrefix(
    of sequence: Int, _ prompt: [Int32], _ completion: some Collection<Int32>
  ) -> Int {
    var rest = completion.makeIterator()
    for (position, token) in tokens(of: sequence).enumerated() {
      let next = position < prompt.count ? prompt[position] : rest.next()
      if next != token { return position }
    }
    return tokenCount(of: sequence)
  }

  /// The sequence that owns the last of the first `length` nodes of a path.
  private func owner(of length: Int, in sequence: Int) -> Int {
    var owner = sequence
    while length > 0 && branches[owner].shared >= length { owner = branches[owner].trunk }
    return owner
  }
}
