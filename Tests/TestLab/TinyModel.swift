internal import Kernels
package import LanguageModel

/// A model small enough for tests that look at each of its weights.
package enum TinyModel {
  /// Its shape: a context of 16 tokens of the standard vocabulary.
  package static let layout = ParameterLayout(
    ModelConfiguration(
      vocabularySize: Vocabulary.standard.count, hiddenSize: 16, layers: 2, heads: 2,
      keyValueHeads: 1, feedForwardSize: 24, contextLength: 16))

  /// Random weights, larger than at a start, so that its tokens differ in probability.
  package static func parameters(seed: UInt64) -> Parameters {
    let parameters = Parameters(layout, seed: seed)
    for i in 0..<parameters.values.count { parameters.values.all[i] *= 4 }
    return parameters
  }
}

extension Parameters {
  /// The same weights in memory of their own.
  package var copied: Parameters {
    let copy = Parameters(layout)
    copy.values.all.copy(from: values.all)
    return copy
  }

  /// Takes over the weights of a language model of the same shape; a value head stays as it is.
  package func become(_ other: Parameters) {
    for (own, entry) in zip(layout.languageModelEntries, other.layout.languageModelEntries) {
      self[own].copy(from: other[entry].array)
    }
  }

  /// All weights.
  package var floats: [Float] { values.all.array }
}
