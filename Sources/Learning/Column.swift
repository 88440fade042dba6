package import Kernels

/// Numbers that a batch carries beside its tokens; what they belong to is part of the column.
///
/// Occurrences are the tokens of completions, completion after completion: a token that two completions
/// share occurs twice, since each has its own advantage and its own ratio.
package enum Column: Sendable {
  /// One number for each sequence.
  case sequences([Double])
  /// `width` numbers for each occurrence, (occurrences, width).
  case occurrences(FloatView, width: Int = 1)

  /// What a column holds; algorithms add names of their own.
  package struct Name: Equatable, Sendable {
    let text: String

    package init(_ text: String) { self.text = text }

    /// The advantage: one for a completion, or one for each of its tokens.
    package static let advantage = Name("advantage")
    /// The sampler's log-probabilities.
    package static let sampled = Name("sampled")
    /// log π_old; absent on the first update of a batch, where π_old = π_θ.
    package static let old = Name("old")
    /// log π_ref.
    package static let reference = Name("reference")
    /// log π_ref of the whole vocabulary, (occurrences, V), to measure the exact divergence.
    package static let referenceDistributions = Name("reference distributions")
    /// The critic's values when the batch was made.
    package static let oldValues = Name("old values")
    /// The returns that the critic learns.
    package static let returns = Name("returns")
  }

  /// The numbers of some sequences, in their order.
  ///
  /// - Parameters:
  ///   - chosen: indices of sequences of `forest`.
  ///   - target: the forest of the chosen ones.
  func gathered(_ chosen: [Int], from forest: Occurrences, to target: Occurrences) -> Column {
    switch self {
    case .sequences(let values):
      return .sequences(chosen.map { values[$0] })
    case .occurrences(let values, let width):
      let result = FloatBuffer(count: target.count * width).all
      for (index, sequence) in chosen.enumerated() {
        let (from, to) = (forest[sequence], target[index])
        result.slice(to.lowerBound * width, to.count * width).copy(
          from: values.slice(from.lowerBound * width, from.count * width))
      }
      return .occurrences(result, width: width)
    }
  }
}
