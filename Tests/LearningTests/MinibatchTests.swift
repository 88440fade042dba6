import Kernels
import Learning
import Testing

@Suite("A batch cut into minibatches")
struct MinibatchTests {
  private func batch(members: Int) -> Batch {
    var batch = Batch()
    for s in 0..<members {
      batch.append(
        Batch.Member(sequence: s, tokens: 1), prompt: [Int32(s)], completion: [Int32(s + 1)])
    }
    return batch
  }

  private func order(seed: UInt64, step: Int, epoch: Int) -> Shuffle {
    Shuffle(Philox(seed: seed, purpose: RandomPurpose.shuffle), step: step, epoch: epoch)
  }

  /// Every order of four problems comes up about as often as any other, over seeds, steps and epochs;
  /// groups stay whole.
  @Test func everyOrderIsAsLikely() {
    let batch = batch(members: 16)
    var counts: [[Int]: Int] = [:]
    for seed in 0..<4 {
      for step in 1...60 {
        for epoch in 0..<10 {
          let parts = batch.minibatches(
            4, keeping: 4, order: order(seed: UInt64(seed), step: step, epoch: epoch)
          ).map(\.sequences)
          #expect(parts.allSatisfy { $0 == Array($0[0]..<$0[0] + 4) && $0[0] % 4 == 0 })
          counts[parts.map { $0[0] / 4 }, default: 0] += 1
        }
      }
    }
    // 2,400 draws of 24 orders: 100 each, give or take 10; 5 standard deviations are 50.
    #expect(
      counts.count == 24 && counts.values.allSatisfy { (50...150).contains($0) }, "\(counts)")
  }

  /// Worked out from Philox's and Fisher and Yates' papers by another program: the orders of version 0.1.
  @Test(arguments: [
    (0, 1, 0, [2, 7, 0, 4, 1, 5, 3, 6]), (0, 1, 1, [2, 4, 6, 3, 0, 7, 1, 5]),
    (0, 2, 0, [3, 5, 7, 4, 2, 0, 1, 6]), (7, 1, 0, [5, 7, 1, 6, 0, 2, 4, 3]),
  ])
  func theOrderIsKept(seed: Int, step: Int, epoch: Int, wanted: [Int]) {
    let shuffle = order(seed: UInt64(seed), step: step, epoch: epoch)
    let parts = batch(members: 8).minibatches(3, keeping: 1, order: shuffle).map(\.sequences)
    // Eight members in three parts: 2, 3 and 3.
    #expect(parts == [Array(wanted[..<2]), Array(wanted[2..<5]), Array(wanted[5...])])
    let pairs = batch(members: 16).minibatches(4, keeping: 2, order: shuffle).map(\.sequences)
    #expect(pairs.flatMap { $0 } == wanted.flatMap { [2 * $0, 2 * $0 + 1] })
    #expect(pairs.map(\.count) == [4, 4, 4, 4])
  }

  @Test func oneMinibatchIsTheBatchAsItIs() {
    let parts = batch(members: 6).minibatches(
      1, keeping: 1, order: order(seed: 3, step: 1, epoch: 0))
    #expect(parts.map(\.sequences) == [[0, 1, 2, 3, 4, 5]])
  }

  /// Those that have left the batch are told of once a pass, even where nobody is left.
  @Test func departedMembersComeWithTheFirst() {
    var batch = batch(members: 4)
    batch.departed = [Batch.Member(sequence: 9, tokens: 5, withheld: .flatGroup)]
    let shuffle = order(seed: 3, step: 1, epoch: 0)
    let parts = batch.minibatches(2, keeping: 2, order: shuffle)
    #expect(parts.map(\.departed.count) == [1, 0])
    // More minibatches than members: those that get none are left out.
    #expect(batch.minibatches(8, keeping: 2, order: shuffle).map(\.count) == [2, 2])
    var empty = Batch()
    #expect(empty.minibatches(2, keeping: 4, order: shuffle).isEmpty)
    empty.departed = batch.departed
    let last = empty.minibatches(2, keeping: 4, order: shuffle)
    #expect(last.count == 1 && last[0].isEmpty && last[0].departed == batch.departed)
  }
}
