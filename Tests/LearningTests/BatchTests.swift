import Kernels
import LanguageModel
import Learning
import TestSupport
import Testing

@Suite("A batch: members, columns and parts")
struct BatchTests {
  private static let own = Column.Name("of the test's own")

  /// Five completions of 1 to 5 tokens; the second and the fourth take no part.
  private func batch(sharesPrefixes: Bool = false) -> Batch {
    var batch = Batch(sharesPrefixes: sharesPrefixes)
    for s in 0..<5 {
      batch.append(
        Batch.Member(
          sequence: 10 + s, tokens: s + 1, withheld: s % 2 == 1 ? .verifierFailed : nil),
        prompt: Array(repeating: 7, count: 2), completion: Array(repeating: Int32(s), count: s + 1))
    }
    return batch
  }

  /// The same with a column of each kind, whose numbers tell where they belong.
  private func withColumns(_ batch: Batch) -> Batch {
    var batch = batch
    let count = batch.forest.scoredCount
    batch[.advantage] = .sequences(batch.sequences.map(Double.init))
    batch[.sampled] = .occurrences(FloatBuffer((0..<count).map(Float.init)).all)
    batch[Self.own] = .occurrences(
      FloatBuffer((0..<3 * count).map { Float($0) / 3 }).all, width: 3)
    return batch
  }

  @Test func withheldMembersAreCountedAndNotInTheForest() {
    let batch = batch()
    #expect(batch.count == 3 && batch.forest.count == 3 && !batch.isEmpty)
    #expect(batch.sequences == [10, 12, 14])
    #expect(batch.forest.scoredCount == 1 + 3 + 5)
    #expect(batch.countedCompletions == 5 && batch.countedTokens == 15)
    #expect(batch.members.map(\.withheld) == [nil, .verifierFailed, nil, .verifierFailed, nil])
  }

  /// What rejection sampling drops counts nowhere; a masked completion counts, its tokens don't.
  @Test func someMembersCountLess() {
    var batch = Batch()
    for member in [
      Batch.Member(sequence: 0, tokens: 4),
      Batch.Member(sequence: 1, tokens: 6, withheld: .rejected, isCounted: false),
      Batch.Member(sequence: 2, tokens: 8, withheld: .truncated, countedTokens: 0),
    ] {
      batch.append(
        member, prompt: [1], completion: Array(repeating: Int32(1), count: member.tokens))
    }
    #expect(batch.countedCompletions == 2 && batch.countedTokens == 4)
    #expect(batch.part([1, 2]).countedCompletions == 1 && batch.part([1, 2]).countedTokens == 0)
    #expect(batch.part([1, 2]).isEmpty)
  }

  @Test(arguments: [false, true])
  func aPartHasTheColumnsOfItsMembers(sharesPrefixes: Bool) throws {
    let whole = withColumns(batch(sharesPrefixes: sharesPrefixes))
    let part = whole.part([4, 1, 2])
    #expect(part.members.map(\.sequence) == [14, 11, 12] && part.sequences == [14, 12])
    #expect(part.countedCompletions == 3 && part.countedTokens == 5 + 2 + 3)
    #expect(part.forest.tokens(of: 0) == [7, 7, 4, 4, 4, 4, 4])
    #expect(part.forest.tokens(of: 1) == [7, 7, 2, 2, 2])
    #expect(part.sharesPrefixes == sharesPrefixes)
    guard case .sequences(let advantages)? = part[.advantage] else {
      Issue.record("the column of sequences is gone")
      return
    }
    #expect(advantages == [14, 12])
    // The third to take part has the occurrences 4 to 8, the second 1 to 3.
    #expect(part.occurrences(.sampled)?.array == [4, 5, 6, 7, 8, 1, 2, 3])
    guard case .occurrences(let rows, let width)? = part[Self.own] else {
      Issue.record("the column of rows is gone")
      return
    }
    #expect(width == 3)
    #expect(
      rows.array.map { ($0 + 0.01).rounded(.down) }
        == [4, 5, 6, 7, 8, 1, 2, 3].flatMap {
          [$0, $0, $0]
        })
    #expect(part[.reference] == nil && whole.part([1, 3]).isEmpty)
    let all = whole.part([0, 1, 2, 3, 4])
    #expect(all.members == whole.members && all.occurrences(.sampled)?.array.count == 9)
  }

  @Test func aColumnIsReplacedAndTakenAway() {
    var batch = withColumns(batch())
    batch[.advantage] = .sequences([1, 2, 3])
    guard case .sequences(let values)? = batch[.advantage] else {
      Issue.record("no column")
      return
    }
    #expect(values == [1, 2, 3] && batch.occurrences(.advantage) == nil)
    batch[.advantage] = nil
    #expect(batch[.advantage] == nil && batch.occurrences(.sampled) != nil)
  }

  /// What is found out later: some are withheld now, others have left, and columns follow.
  @Test func updatedMembersLeaveTheForest() {
    let whole = withColumns(batch())
    var members = Array(whole.members[1...])
    members[1].withheld = .flatGroup
    let updated = whole.updated(members)
    #expect(updated.members == members && updated.sequences == [14])
    #expect(updated.countedCompletions == 4 && updated.countedTokens == 14)
    #expect(updated.occurrences(.sampled)?.array == [4, 5, 6, 7, 8])
  }

  @Test func sharedPrefixesAreStoredOnce() {
    let (apart, shared) = (batch(), batch(sharesPrefixes: true))
    #expect(apart.forest.storedTokenCount == 3 * 2 + 9)
    #expect(shared.forest.storedTokenCount == 2 + 9)
    #expect(shared.forest.scoredCount == 9 && shared.sequences == apart.sequences)
    for s in 0..<3 { #expect(shared.forest.tokens(of: s) == apart.forest.tokens(of: s)) }
  }

  @Test func theLargestDifference() {
    let batch = batch()
    let (a, b) = (FloatBuffer([1, 2, 3]).all, FloatBuffer([1, 2.5, 2.75]).all)
    #expect(batch.largestDifference(a, b) == 0.5)
    #expect(batch.largestDifference(a, nil) == nil)
    #expect(batch.largestDifference(FloatBuffer(count: 0).all, FloatBuffer(count: 0).all) == nil)
  }
}
