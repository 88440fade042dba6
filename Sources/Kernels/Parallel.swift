internal import Dispatch
internal import Foundation
internal import Synchronization

/// Parallel loops over pieces of work.
///
/// The pieces are cut by the caller from the configuration alone, never from the number of
/// threads, and each is computed alone, so results are the same bits for any number of threads.
package enum Parallel {
  /// The number of processors this process may run on.
  package static var processorCount: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }

  /// Calls `body(worker, piece)` once for each piece, on at most `threads` threads.
  ///
  /// Threads take the next piece when free. `worker` is below `threads` and is used by one thread
  /// at a time: it picks the scratch memory.
  package static func forEach(
    pieces: Int, threads: Int, _ body: @Sendable (_ worker: Int, _ piece: Int) -> Void
  ) {
    let workers = min(max(1, threads), pieces)
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
  package static func forEachChunk(
    of count: Int, chunk: Int, threads: Int, _ body: @Sendable (_ range: Range<Int>) -> Void
  ) {
    let pieces = (count + chunk - 1) / chunk
    forEach(pieces: pieces, threads: threads) { _, piece in
      body(piece * chunk..<min(count, (piece + 1) * chunk))
    }
  }
}
