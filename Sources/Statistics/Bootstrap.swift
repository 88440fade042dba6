internal import Kernels

/// Resampling with replacement, whose draws are a function of the seed: the same bits every time.
///
/// Intervals are percentile intervals (Efron 1979), as rliable takes them.
package struct Bootstrap: Sendable, Equatable {
  /// Key of the draws.
  package let seed: UInt64
  /// How often is resampled.
  package let resamples: Int

  /// The share of resamples that an interval holds.
  package static let confidence = 0.95

  package init(seed: UInt64 = 0, resamples: Int) {
    precondition(resamples > 1 && resamples <= Int(UInt32.max), "a number of resamples")
    self.seed = seed
    self.resamples = resamples
  }

  /// What is resampled; each has its own draws.
  enum Stream: UInt32 {
    /// The runs of one arm, within each task.
    case runs
    /// The runs of two arms, each on its own.
    case twoArms
    /// Seeds and problems that two arms share.
    case pairs
  }

  /// The draws of one resample, one after another.
  struct Draws {
    private let random: Philox
    private let resample: UInt32
    private let stream: Stream
    private var place = 0
    private var words = SIMD4<UInt32>()

    fileprivate init(_ random: Philox, resample: Int, stream: Stream) {
      self.random = random
      self.resample = UInt32(resample)
      self.stream = stream
    }

    /// An index from 0 up to `count`.
    mutating func index(below count: Int) -> Int {
      if place % 4 == 0 {
        words = random.block(SIMD4(UInt32(place / 4), resample, stream.rawValue, 0))
      }
      defer { place += 1 }
      // The high half of the product: no index is likelier than another by more than count / 2^32.
      return Int((UInt64(words[place % 4]) * UInt64(count)) >> 32)
    }
  }

  /// Calls a body once for each resample, with its draws.
  func forEachResample(_ stream: Stream, _ body: (inout Draws) -> Void) {
    let random = Philox(seed: seed, purpose: RandomPurpose.bootstrap)
    for resample in 0..<resamples {
      var draws = Draws(random, resample: resample, stream: stream)
      body(&draws)
    }
  }
}

/// A number with its bootstrap interval; in JSON `{"point": 0.5, "interval": [0.4, 0.6]}`.
package struct IntervalEstimate: Sendable, Equatable {
  /// The number, from the data as they are.
  package let point: Double
  /// The 2.5 % quantile of the resamples.
  package let low: Double
  /// The 97.5 % quantile of the resamples.
  package let high: Double

  /// Makes an estimate from what the resamples gave, in any order.
  package init(point: Double, resampled: [Double]) {
    let sorted = resampled.sorted()
    let tail = (1 - Bootstrap.confidence) / 2
    self.point = point
    low = quantile(tail, ofSorted: sorted)
    high = quantile(1 - tail, ofSorted: sorted)
  }
}

extension IntervalEstimate: Codable {
  private enum CodingKeys: String, CodingKey { case point, interval }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    point = try container.decode(Double.self, forKey: .point)
    var ends = try container.nestedUnkeyedContainer(forKey: .interval)
    low = try ends.decode(Double.self)
    high = try ends.decode(Double.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(point, forKey: .point)
    try container.encode([low, high], forKey: .interval)
  }
}

/// A quantile of sorted values, on the straight line between its neighbours: numpy's default, type 7
/// of Hyndman and Fan (1996).
func quantile(_ share: Double, ofSorted values: [Double]) -> Double {
  precondition(!values.isEmpty && (0...1).contains(share))
  let place = share * Double(values.count - 1)
  let index = min(Int(place), values.count - 1)
  let next = min(index + 1, values.count - 1)
  return values[index] + (place - Double(index)) * (values[next] - values[index])
}
