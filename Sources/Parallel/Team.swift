internal import Dispatch
internal import Foundation
internal import Synchronization

/// Who does the work: the threads of this process, and its place among the ranks of a run.
///
/// The pieces of a loop are cut by the caller from the configuration alone, never from the team, and
/// each is computed alone, so results are the same bits for any team. A team deals out work; sums
/// of floats are the kernels' business.
package struct Team: Sendable, Equatable {
  /// Threads of this member, at least 1.
  package let threads: Int
  /// This member's number, from 0.
  package let rank: Int
  /// Members of the team.
  package let ranks: Int

  /// A team of one member; 0 threads stand for one per processor this process may run on.
  package init(threads: Int = 0) { self.init(threads: threads, rank: 0, ranks: 1) }

  /// One member of a team of several.
  package init(threads: Int, rank: Int, ranks: Int) {
    precondition(threads >= 0 && ranks >= 1 && 0..<ranks ~= rank)
    self.threads = threads == 0 ? Self.processorCount : threads
    self.rank = rank
    self.ranks = ranks
  }

  /// One thread.
  package static let single = Team(threads: 1)

  /// Processors this process may run on.
  package static var processorCount: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }

  /// The same member with no more than so many threads.
  package func limited(to threads: Int) -> Team {
    Team(threads: max(1, min(self.threads, threads)), rank: rank, ranks: ranks)
  }

  /// Which of `pieces` pieces are this member's: the one place that says so.
  package func mine(_ pieces: Int) -> Range<Int> {
    pieces * rank / ranks..<pieces * (rank + 1) / ranks
  }

  /// Calls `body(worker, piece)` once for each piece, on this member's threads.
  ///
  /// Threads take the next piece when free. `worker` is below `threads` and is used by one thread
  /// at a time: it picks the scratch memory.
  package func forEach(
    pieces: Int, _ body: @Sendable (_ worker: Int, _ piece: Int) -> Void
  ) {
    let workers = min(threads, pieces)
    if workers <= 1 {
      for piece in 0..<max(0, pieces) { body(0, piece) }
      return
    }
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      while true {
        let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if piece >= pieces { return }
        body(worker, piece)
      }
    }
  }

  /// Cuts `0 ..< count` into ranges of `chunk` and calls `body` for each, in parallel.
  package func forEachChunk(
    of count: Int, chunk: Int, _ body: @Sendable (_ range: Range<Int>) -> Void
  ) {
    forEach(pieces: (count + chunk - 1) / chunk) { _, piece in
      body(piece * chunk..<min(count, (piece + 1) * chunk))
    }
  }
}
