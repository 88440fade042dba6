package import Kernels
package import LanguageModel

/// Sequences to learn from: a forest of prefix trees with columns of numbers.
///
/// It knows every completion that could have taken part, also those that are withheld (the verifier failed,
/// the group is flat …): losses are divided by all of them, and the gradient ledger says where their tokens
/// went. Only those that take part are in the forest. A part of a batch is a batch: all columns are cut with it.
package struct Batch: Sendable {
  /// A sequence that was sampled or read.
  package struct Member: Sendable, Equatable {
    /// Its number where the batch comes from.
    package var sequence: Int
    /// Tokens of its completion.
    package var tokens: Int
    /// Why it takes no part; nil where it does.
    package var withheld: TokenFate?
    /// Whether the loss is divided by it.
    package var isCounted: Bool
    /// Those of its tokens that the loss is divided by; masked ones aren't.
    package var countedTokens: Int

    package init(
      sequence: Int, tokens: Int, withheld: TokenFate? = nil, isCounted: Bool = true,
      countedTokens: Int? = nil
    ) {
      self.sequence = sequence
      self.tokens = tokens
      self.withheld = withheld
      self.isCounted = isCounted
      self.countedTokens = countedTokens ?? tokens
    }
  }

  /// All completions, whether or not they take part.
  package private(set) var members: [Member] = []
  /// Completions that have left the batch: for the ledger only, in the first minibatch of a pass.
  package var departed: [Member] = []
  /// The tokens of those that take part, in the order of `members`.
  package private(set) var forest = TokenForest()
  /// Sequences that stay together in one piece of work: 1, or 2 for a pair.
  package let unit: Int
  /// Whether neighbours share the nodes of the prefix that they have in common.
  package let sharesPrefixes: Bool
  /// Completions that the loss is divided by.
  package private(set) var countedCompletions = 0
  /// Tokens that the loss is divided by.
  package private(set) var countedTokens = 0
  /// The members in the forest, in its order.
  private var places: [Int] = []
  private var columns: [(name: Column.Name, column: Column)] = []

  /// An empty batch.
  package init(unit: Int = 1, sharesPrefixes: Bool = false) {
    self.unit = unit
    self.sharesPrefixes = sharesPrefixes
  }

  /// Appends a completion; it goes into the forest where it takes part.
  ///
  /// Columns are set once the batch is whole.
  package mutating func append(
    _ member: Member, prompt: [Int32], completion: some Collection<Int32>
  ) {
    precondition(columns.isEmpty, "columns come after the sequences")
    enter(member)
    guard member.withheld == nil else { return }
    places.append(members.count - 1)
    forest.append(prompt: prompt, completion: completion, sharingPrefix: sharesPrefixes)
  }

  private mutating func enter(_ member: Member) {
    members.append(member)
    guard member.isCounted else { return }
    countedCompletions += 1
    countedTokens += member.countedTokens
  }

  /// Whether no sequence takes part.
  package var isEmpty: Bool { places.isEmpty }
  /// Sequences that take part.
  package var count: Int { places.count }
  /// The numbers, where the batch comes from, of those that take part, in the order of the forest.
  package var sequences: [Int] { places.map { members[$0].sequence } }

  /// A column by name; nil where the batch has none.
  package subscript(name: Column.Name) -> Column? {
    get { columns.first { $0.name == name }?.column }
    set {
      columns.removeAll { $0.name == name }
      guard let newValue else { return }
      switch newValue {
      case .sequences(let values): precondition(values.count == count, "one per sequence")
      case .occurrences(let values, let width):
        precondition(values.count == forest.scoredCount * width, "one per occurrence")
      }
      columns.append((name, newValue))
    }
  }

  /// The numbers of a column by occurrence; nil where the batch has none.
  package func occurrences(_ name: Column.Name) -> FloatView? {
    guard case .occurrences(let values, _) = self[name] else { return nil }
    return values
  }

  /// The part of the batch that some members make, in their order, with all columns.
  ///
  /// - Parameter chosen: indices of members.
  package func part(_ chosen: [Int]) -> Batch {
    if chosen.elementsEqual(members.indices) { return self }
    return part(chosen, as: chosen.map { members[$0] })
  }

  /// The batch once more is known of its members: those that are withheld now leave the forest.
  ///
  /// - Parameter updated: the members in the same order, or those of them that stay.
  package func updated(_ updated: [Member]) -> Batch {
    var index: [Int: Int] = [:]
    for (place, member) in members.enumerated() { index[member.sequence] = place }
    return part(
      updated.map { member in
        guard let place = index[member.sequence] else { preconditionFailure("not a member") }
        return place
      }, as: updated)
  }

  private func part(_ chosen: [Int], as new: [Member]) -> Batch {
    var forestIndex = [Int](repeating: -1, count: members.count)
    for (index, place) in places.enumerated() { forestIndex[place] = index }
    var result = Batch(unit: unit, sharesPrefixes: sharesPrefixes)
    var sources: [Int] = []
    for (place, member) in zip(chosen, new) {
      guard member.withheld == nil else {
        result.enter(member)
        continue
      }
      let source = forestIndex[place]
      precondition(source >= 0, "a withheld member doesn't come back")
      sources.append(source)
      let (tokens, prompt) = (forest.tokens(of: source), forest.promptLength(of: source))
      result.append(
        member, prompt: Array(tokens[..<prompt]), completion: tokens[prompt...])
    }
    let (from, to) = (Occurrences(forest), Occurrences(result.forest))
    result.columns = columns.map { ($0.name, $0.column.gathered(sources, from: from, to: to)) }
    return result
  }

  /// The batch cut into minibatches for one pass over it, of consecutive members that stay together.
  ///
  /// With more than one minibatch they are shuffled, by a function of the step and the pass.
  ///
  /// - Parameters:
  ///   - count: minibatches; those that get no member are left out.
  ///   - together: members that stay together, such as the completions of a group.
  package func minibatches(_ count: Int, keeping together: Int, order: Shuffle) -> [Batch] {
    precondition(members.count.isMultiple(of: together), "whole groups")
    let groups = order.order(of: members.count / together, shuffles: count > 1)
    var parts = (0..<count).map { part in
      groups[groups.count * part / count..<groups.count * (part + 1) / count].flatMap {
        $0 * together..<($0 + 1) * together
      }
    }.filter { !$0.isEmpty }.map(self.part)
    if parts.isEmpty && !departed.isEmpty {
      parts = [Batch(unit: unit, sharesPrefixes: sharesPrefixes)]
    }
    if !parts.isEmpty { parts[0].departed = departed }
    return parts
  }

  /// The largest difference between two columns by occurrence; nil where one is missing.
  package func largestDifference(_ a: FloatView?, _ b: FloatView?) -> Double? {
    guard let a, let b, a.count > 0 else { return nil }
    return a.withSpan { a in
      b.withSpan { b in
        var largest = 0.0
        for i in a.indices { largest = max(largest, abs(Double(a[i]) - Double(b[i]))) }
        return largest
      }
    }
  }
}

/// Where each sequence's occurrences lie in a column.
struct Occurrences {
  private let forest: TokenForest

  init(_ forest: TokenForest) { self.forest = forest }

  var count: Int { forest.scoredCount }
  subscript(sequence: Int) -> Range<Int> { forest.scored(sequence) }
}

/// The order of a batch's groups in one pass: a function of the seed, the step and the pass.
package struct Shuffle: Sendable {
  private let random: Philox
  private let step: Int
  private let epoch: Int

  package init(_ random: Philox, step: Int, epoch: Int) {
    self.random = random
    self.step = step
    self.epoch = epoch
  }

  func order(of count: Int, shuffles: Bool) -> [Int] {
    var order = Array(0..<count)
    guard shuffles else { return order }
    for i in stride(from: count - 1, to: 0, by: -1) {
      let word = random.block(
        SIMD4(UInt32(i), UInt32(epoch), UInt32(truncatingIfNeeded: step), 0)
      ).x
      // In brackets: >> binds tighter than *, and would shift i + 1 to 0.
      order.swapAt(i, Int((UInt64(word) * UInt64(i + 1)) >> 32))
    }
    return order
  }
}
