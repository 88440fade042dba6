import Learning
import Testing

@Suite struct RejectionTests {
  private func accepted(
    _ rewards: [Double?], groupSize: Int = 4, threshold: Double = 1, most: Int = 4
  ) -> [Int] {
    let flags = acceptedCompletions(
      rewards: rewards, groupSize: groupSize, threshold: threshold, most: most)
    return flags.indices.filter { flags[$0] }
  }

  @Test func thresholdAndFailures() {
    #expect(accepted([1, 0, nil, 1.2, 0, 0.99, nil, 0]) == [0, 3])
    #expect(accepted([0, 0, 0, 0]).isEmpty)
    #expect(accepted([nil, nil, nil, nil], threshold: -5).isEmpty)
    #expect(accepted([-1, -2, -3, -4], threshold: -2.5) == [0, 1])
  }

  /// RAFT's algorithm 1: the best one, whatever it is; among equals the first.
  @Test func theBestOfEachGroup() {
    let rewards: [Double?] = [0.1, 0.3, 0.3, 0.2, nil, -2, -1, -3]
    #expect(accepted(rewards, threshold: -1e6, most: 1) == [1, 6])
    #expect(accepted(rewards, threshold: -1e6, most: 2) == [1, 2, 5, 6])
    #expect(accepted(rewards, threshold: -1e6, most: 3) == [1, 2, 3, 5, 6, 7])
    #expect(accepted([1, 1, 1, 1, 1, 2], groupSize: 3, most: 2) == [0, 1, 3, 5])
  }
}
