import TestSupport

/// `stats.json`: what rliable, arch and scipy say of the same scores.
struct ReferenceStatistics: Decodable {
  struct Wilson: Decodable {
    let successes: Int
    let n: Int
    let confidence: Double
    let low: Double
    let high: Double
  }

  struct PassAtK: Decodable {
    let n: Int
    let c: Int
    let k: Int
    let value: Double
  }

  struct Estimate: Decodable {
    let point: Double
    let interval: [Double]?
    let interval_other_seed: [Double]?
  }

  let confidence: Double
  let scores: [String: [[Double]]]
  let aggregates: [String: [String: Estimate]]
  let probability_of_improvement: [String: Estimate]
  let wilson: [Wilson]
  let pass_at_k: [PassAtK]

  static let all = Result {
    try Fixture.json("stats.json", as: ReferenceStatistics.self)
  }

  /// The larger distance of two intervals' ends.
  static func distance(_ low: Double, _ high: Double, _ ends: [Double]) -> Double {
    ends.count == 2 ? max(abs(low - ends[0]), abs(high - ends[1])) : .infinity
  }
}
