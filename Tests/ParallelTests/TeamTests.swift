import Parallel
import Synchronization
import Testing

@Suite struct TeamTests {
  @Test(arguments: [0, 1, 2, 7, 100, 1000], [1, 2, 3, 8])
  func everyPieceRunsOnce(pieces: Int, threads: Int) {
    let seen = Mutex([Int](repeating: 0, count: pieces))
    let busy = Mutex(Set<Int>())
    let clashes = Atomic<Int>(0)
    Team(threads: threads).forEach(pieces: pieces) { worker, piece in
      // A worker's scratch is in use by one thread at a time, and there are `threads` of them.
      let isFree = busy.withLock { $0.insert(worker).inserted }
      if !isFree || worker < 0 || worker >= threads {
        clashes.wrappingAdd(1, ordering: .relaxed)
      }
      seen.withLock { $0[piece] += 1 }
      busy.withLock { _ = $0.remove(worker) }
    }
    #expect(seen.withLock { $0 } == [Int](repeating: 1, count: pieces))
    #expect(clashes.load(ordering: .relaxed) == 0)
  }

  @Test(arguments: [0, 1, 7, 8, 9, 100], [1, 3, 8, 1000])
  func chunksCoverTheRangeOnce(count: Int, chunk: Int) {
    for threads in [1, 3] {
      let seen = Mutex([Int](repeating: 0, count: count))
      Team(threads: threads).forEachChunk(of: count, chunk: chunk) { range in
        seen.withLock { for i in range { $0[i] += 1 } }
      }
      #expect(seen.withLock { $0 } == [Int](repeating: 1, count: count))
    }
  }

  @Test func zeroThreadsAreOnePerProcessor() {
    #expect(Team.processorCount >= 1 && Team().threads == Team.processorCount)
    #expect(Team(threads: 3).limited(to: 2).threads == 2)
    #expect(Team(threads: 3).limited(to: 5) == Team(threads: 3))
    #expect(Team(threads: 3).limited(to: 0) == .single)
  }

  @Test(arguments: [0, 1, 2, 5, 16, 17], [1, 2, 3, 4])
  func membersShareThePiecesInOrder(pieces: Int, ranks: Int) {
    let all = (0..<ranks).flatMap { Team(threads: 1, rank: $0, ranks: ranks).mine(pieces) }
    #expect(all == Array(0..<pieces))
    #expect(Team.single.mine(pieces) == 0..<pieces)
  }
}
