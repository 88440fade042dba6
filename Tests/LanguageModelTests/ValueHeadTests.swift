import Kernels
import LanguageModel
import Parallel
import TestSupport
import Testing

/// The whole critic, alone and on the policy's trunk, against the reference in double precision.
@Suite struct ValueHeadTests {
  private let batch = TokenForest.random(
    [(1, 1), (3, 5), (2, 1), (1, 8)], vocabulary: 9, seed: 1)
  private let temperature: Float = 0.7

  private func parameters(_ heads: OutputHeads, tied: Bool = true) -> Parameters {
    Parameters.lively(
      ModelConfiguration(
        vocabularySize: 9, hiddenSize: 6, layers: 2, heads: 4, keyValueHeads: 2, headSize: 2,
        feedForwardSize: 7, contextLength: 16, ropeTheta: 100, normEpsilon: 1e-5,
        tiesEmbeddings: tied), heads: heads, seed: 2)
  }

  private func weights(_ batch: TokenForest, seed: UInt64) -> [Float] {
    var random = TestRandom(seed)
    return random.floats(batch.scoredCount)
  }

  private func pass(_ parameters: Parameters, threads: Int = 1, pieceTokens: Int = 512)
    -> TrainingPass
  {
    TrainingPass(
      parameters.layout, longest: 16, team: Team(threads: threads), keepsActivations: true,
      pieceTokens: pieceTokens)
  }

  /// Σ weights * values by the reference.
  private func inner(_ reference: ReferenceTransformer, _ weights: [Float]) -> Double {
    (0..<batch.count).reduce(0) { sum, s in
      let values = reference.values(batch.tokens(of: s), promptLength: batch.promptLength(of: s))
      return sum + GradientCheck.inner(values, weights[batch.scored(s)].map(Double.init))
    }
  }

  @Test(arguments: [OutputHeads.value, [.logits, .value]], [true, false])
  func valuesAgreeWithTheReference(heads: OutputHeads, tied: Bool) {
    let parameters = parameters(heads, tied: tied)
    let result = pass(parameters).valued(Transformer(parameters), batch)
    let reference = ReferenceTransformer(parameters)
    for s in 0..<batch.count {
      let wanted = reference.values(batch.tokens(of: s), promptLength: batch.promptLength(of: s))
      #expect(Tolerance.largestError(Array(result[batch.scored(s)]), wanted) < 3e-6)
    }
  }

  @Test(arguments: [true, false])
  func gradientOfTheCriticAgreesWithTheReference(tied: Bool) {
    let (parameters, weights) = (parameters(.value, tied: tied), weights(batch, seed: 3))
    var reference = ReferenceTransformer(parameters)
    let numeric = GradientCheck.slopes(by: reference.values) { values in
      reference.values = values
      return inner(reference, weights)
    }
    let result = pass(parameters).differentiatedValues(
      Transformer(parameters), batch, weights: weights)
    #expect(
      Tolerance.differingBits(
        result.values, pass(parameters).valued(Transformer(parameters), batch)) == 0)
    for entry in parameters.layout.entries {
      let range = entry.offset..<entry.offset + entry.count
      let error = Tolerance.relativeError(Array(result.gradient[range]), Array(numeric[range]))
      #expect(error < 3e-6, "\(entry.name)")
    }
  }

  /// The same by moving the real weights.
  @Test func gradientOfTheCriticAgreesWithFiniteDifferences() {
    let (parameters, weights) = (parameters(.value), weights(batch, seed: 3))
    let pass = pass(parameters)
    let result = pass.differentiatedValues(Transformer(parameters), batch, weights: weights)
    let numeric = GradientCheck.slopes(by: parameters.values.all, step: 0x1p-7) {
      GradientCheck.inner(pass.valued(Transformer(parameters), batch), weights)
    }
    #expect(Tolerance.relativeError(result.gradient, numeric) < 5e-4)
  }

  /// On a shared trunk the gradients of both heads meet: the gradient of their sum.
  @Test(arguments: [true, false])
  func gradientOfASharedTrunkAgreesWithTheReference(tied: Bool) {
    let parameters = parameters([.logits, .value], tied: tied)
    let (policy, critic) = (weights(batch, seed: 4), weights(batch, seed: 5))
    var reference = ReferenceTransformer(parameters)
    let numeric = GradientCheck.slopes(by: reference.values) { values in
      reference.values = values
      return (0..<batch.count).reduce(inner(reference, critic)) { sum, s in
        let scores = reference.score(
          batch.tokens(of: s), promptLength: batch.promptLength(of: s),
          temperature: Double(temperature))
        return sum
          + GradientCheck.inner(
            scores.logProbabilities, policy[batch.scored(s)].map(Double.init))
      }
    }
    let count = batch.scoredCount
    let buffer = FloatBuffer(count: 5 * count)
    let views = (0..<5).map { buffer.view($0 * count, count) }
    let (policyView, criticView) = (FloatBuffer(policy).all, FloatBuffer(critic).all)
    let gradient = Parameters(parameters.layout)
    pass(parameters, pieceTokens: 16).gradient(
      Transformer(parameters), batch, temperature: temperature,
      outputs: PassOutputs(logProbabilities: views[0], values: views[3]),
      slopes: PassOutputs(logProbabilities: views[2], values: views[4]), into: gradient
    ) { sequences in
      for s in sequences {
        views[2].slice(batch.scored(s)).copy(from: policyView.slice(batch.scored(s)))
        views[4].slice(batch.scored(s)).copy(from: criticView.slice(batch.scored(s)))
      }
    }
    #expect(views[3].array == pass(parameters).valued(Transformer(parameters), batch))
    for entry in parameters.layout.entries {
      let range = entry.offset..<entry.offset + entry.count
      let error = Tolerance.relativeError(gradient[entry].array, Array(numeric[range]))
      #expect(error < 3e-6, "\(entry.name)")
    }
  }

  @Test(arguments: [16, 40])
  func bitsDoNotDependOnThreads(pieceTokens: Int) {
    let batch = TokenForest.random(
      (0..<30).map { ($0 % 5 + 1, $0 * 3 % 11 + 1) }, vocabulary: 9, seed: 6)
    let (parameters, weights) = (parameters(.value), weights(batch, seed: 7))
    let results = [1, 2, 3].map {
      pass(parameters, threads: $0, pieceTokens: pieceTokens).differentiatedValues(
        Transformer(parameters), batch, weights: weights)
    }
    for other in results.dropFirst() {
      #expect(Tolerance.differingBits(results[0].gradient, other.gradient) == 0)
      #expect(Tolerance.differingBits(results[0].values, other.values) == 0)
    }
  }
}
