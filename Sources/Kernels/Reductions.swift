package import Parallel
internal import Synchronization

/// Sums over flat buffers in one fixed order, whatever the team.
package enum Reductions {
  private static let chunk = 1 << 14

  /// The sum of squares, accumulated in double precision by chunks in index order.
  package static func sumOfSquares(_ x: FloatView, team: Team = .single) -> Double {
    let pieces = (x.count + chunk - 1) / chunk
    let partial = Mutex([Double](repeating: 0, count: pieces))
    let handle = x.handle
    team.forEach(pieces: pieces) { _, piece in
      let start = piece * chunk
      let end = min(x.count, start + chunk)
      var sum = 0.0
      var i = start
      while i < end {
        // Blocks of 256 keep float sums short; blocks are added in double.
        let width = min(256, end &- i)
        sum += Double(dot(handle.advanced(i), handle.advanced(i), width))
        i &+= width
      }
      partial.withLock { $0[piece] = sum }
    }
    return partial.withLock { $0.reduce(0, +) }
  }

  /// target = parts[0] + parts[1] + …, element by element in that order.
  package static func sum(_ target: FloatView, of parts: [FloatBuffer], team: Team = .single) {
    precondition(parts.allSatisfy { $0.count == target.count } && !parts.isEmpty)
    let out = target.handle
    team.forEachChunk(of: target.count, chunk: chunk) { range in
      out.advanced(range.lowerBound).copy(parts[0], range)
      for part in parts.dropFirst() {
        addScaled(
          out.advanced(range.lowerBound), 1, part.all.handle.advanced(range.lowerBound),
          range.count)
      }
    }
  }
}

extension FloatHandle {
  fileprivate func copy(_ source: FloatBuffer, _ range: Range<Int>) {
    unsafe base.update(from: source.base + range.lowerBound, count: range.count)
  }
}
