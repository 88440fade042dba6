/// What random numbers are for: each purpose has its own stream, so none disturbs another.
package enum RandomPurpose {
  /// First weights.
  package static let initialization: UInt32 = 1
  /// Tokens of training completions.
  package static let rollout: UInt32 = 2
  /// Tokens of evaluation completions.
  package static let evaluation: UInt32 = 3
  /// Which problems a step trains on.
  package static let problems: UInt32 = 4
  /// Coin rewards of the null arm.
  package static let coin: UInt32 = 5
  /// Order of minibatches.
  package static let shuffle: UInt32 = 6
  /// Tokens of `ask`.
  package static let ask: UInt32 = 7
  /// Which demonstrations lose their reasoning.
  package static let demonstration: UInt32 = 8
  /// The order of preference pairs in each pass over them.
  package static let pairs: UInt32 = 9
  /// Resampling of scores, for intervals.
  package static let bootstrap: UInt32 = 16
}
