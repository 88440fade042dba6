import Kernels
import LanguageModel
import Parallel
import TestSupport
import Testing

/// The gradient of a whole tiny model with everything that can go wrong at once: grouped heads, a
/// head size of its own, ragged packed sequences and a temperature.
@Suite struct ModelGradientTests {
  private let temperature: Float = 0.7
  private let batch = TokenForest.random(
    [(1, 1), (3, 5), (2, 1), (1, 8)], vocabulary: 9, seed: 1)

  private func parameters(tied: Bool) -> Parameters {
    Parameters.lively(
      ModelConfiguration(
        vocabularySize: 9, hiddenSize: 6, layers: 2, heads: 4, keyValueHeads: 2, headSize: 2,
        feedForwardSize: 7, contextLength: 16, ropeTheta: 100, normEpsilon: 1e-5,
        tiesEmbeddings: tied), seed: 2)
  }

  private func weights() -> [Float] {
    var random = TestRandom(3)
    return random.floats(batch.scoredCount)
  }

  @Test(arguments: [true, false])
  func scoresAgreeWithTheReference(tied: Bool) {
    let parameters = parameters(tied: tied)
    let pass = TrainingPass(parameters.layout, longest: 16, team: .single, keepsActivations: false)
    let result = pass.scored(Transformer(parameters), batch, temperature: temperature)
    let reference = ReferenceTransformer(parameters)
    for s in 0..<batch.count {
      let wanted = reference.score(
        batch.tokens(of: s), promptLength: batch.promptLength(of: s),
        temperature: Double(temperature))
      let range = batch.scored(s)
      #expect(
        Tolerance.largestError(Array(result.logProbabilities[range]), wanted.logProbabilities)
          < 3e-6)
      #expect(Tolerance.largestError(Array(result.entropies[range]), wanted.entropies) < 3e-6)
    }
  }

  /// Slopes by the entropies, or none.
  private func entropyWeights(_ has: Bool) -> [Float]? {
    var random = TestRandom(4)
    return has ? random.floats(batch.scoredCount, scale: 2) : nil
  }

  /// Slopes of the double precision reference, so that nothing but our rounding differs.
  @Test(arguments: [true, false], [true, false])
  func gradientAgreesWithTheReference(tied: Bool, hasBonus: Bool) {
    let (parameters, weights) = (parameters(tied: tied), weights())
    let bonus = entropyWeights(hasBonus)
    var reference = ReferenceTransformer(parameters)
    let numeric = GradientCheck.slopes(by: reference.values) { values in
      reference.values = values
      return (0..<batch.count).reduce(0) { sum, s in
        let scores = reference.score(
          batch.tokens(of: s), promptLength: batch.promptLength(of: s),
          temperature: Double(temperature))
        let part = weights[batch.scored(s)].map(Double.init)
        let entropyPart = bonus.map { $0[batch.scored(s)].map(Double.init) } ?? []
        return sum + GradientCheck.inner(scores.logProbabilities, part)
          + GradientCheck.inner(scores.entropies, entropyPart)
      }
    }
    let pass = TrainingPass(parameters.layout, longest: 16, team: .single, keepsActivations: true)
    let result = pass.differentiated(
      Transformer(parameters), batch, weights: weights, entropyWeights: bonus,
      temperature: temperature)
    for entry in parameters.layout.entries {
      let range = entry.offset..<entry.offset + entry.count
      let error = Tolerance.relativeError(Array(result.gradient[range]), Array(numeric[range]))
      #expect(error < (hasBonus ? 6e-6 : 3e-6), "\(entry.name)")
    }
  }

  /// The same by moving the real weights.
  @Test(arguments: [true, false], [true, false])
  func gradientAgreesWithFiniteDifferences(tied: Bool, hasBonus: Bool) {
    let (parameters, weights) = (parameters(tied: tied), weights())
    let bonus = entropyWeights(hasBonus)
    let model = Transformer(parameters)
    let pass = TrainingPass(parameters.layout, longest: 16, team: .single, keepsActivations: true)
    let result = pass.differentiated(
      model, batch, weights: weights, entropyWeights: bonus, temperature: temperature)
    let numeric = GradientCheck.slopes(by: parameters.values.all, step: 0x1p-7) {
      let scores = pass.scored(model, batch, temperature: temperature)
      return GradientCheck.inner(scores.logProbabilities, weights)
        + GradientCheck.inner(scores.entropies, bonus ?? [])
    }
    #expect(Tolerance.relativeError(result.gradient, numeric) < 5e-4)
  }

  /// Slopes by the log-probabilities of the whole vocabulary.
  @Test func gradientByDistributionsAgreesWithFiniteDifferences() {
    let parameters = parameters(tied: true)
    let (model, count, V) = (Transformer(parameters), batch.scoredCount, 9)
    let pass = TrainingPass(parameters.layout, longest: 16, team: .single, keepsActivations: true)
    var random = TestRandom(5)
    let weights = FloatBuffer(random.floats(count * V)).all
    let (rows, slopes) = (FloatBuffer(count: count * V).all, FloatBuffer(count: count * V).all)
    let gradient = Parameters(parameters.layout)
    pass.gradient(
      model, batch, temperature: temperature, outputs: PassOutputs(distributions: rows),
      slopes: PassOutputs(distributions: slopes), into: gradient
    ) { sequences in
      let scored = batch.scored(sequences)
      let range = scored.lowerBound * V..<scored.upperBound * V
      slopes.slice(range).copy(from: weights.slice(range))
    }
    let numeric = GradientCheck.slopes(by: parameters.values.all, step: 0x1p-7) {
      pass.score(model, batch, temperature: temperature, into: PassOutputs(distributions: rows))
      return GradientCheck.inner(rows.array, weights.array)
    }
    #expect(Tolerance.relativeError(gradient.values.all.array, numeric) < 5e-4)
  }
}
