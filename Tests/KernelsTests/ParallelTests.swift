import Kernels
import Synchronization
import Testing

@Suite struct ParallelTests {
  @Test(arguments: [0, 1, 2, 7, 100, 1000], [0, 1, 2, 3, 8])
  func everyPieceRunsOnce(pieces: Int, threads: Int) {
    let seen = Mutex([Int](repeating: 0, count: pieces))
    let busy = Mutex(Set<Int>())
    let clashes = Atomic<Int>(0)
    Parallel.forEach(pieces: pieces, threads: threads) { worker, piece in
      // A worker's scratch is in use by one thread at a time, and there are `threads` of them.
      let isFree = busy.withLock { $0.insert(worker).inserted }
      if !isFree || worker < 0 || worker >= max(1, threads) {
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
      Parallel.forEachChunk(of: count, chunk: chunk, threads: threads) { range in
        seen.withLock { for i in range { $0[i] += 1 } }
      }
      #expect(seen.withLock { $0 } == [Int](repeating: 1, count: count))
    }
  }

  @Test func thereIsAProcessor() { #expect(Parallel.processorCount >= 1) }
}
