import Kernels
import LanguageModel
import Parallel
import Synchronization
import TestSupport
import Testing

@Suite struct TrainingPassTests {
  private let configuration = ModelConfiguration(
    vocabularySize: 20, hiddenSize: 32, layers: 2, heads: 4, keyValueHeads: 2,
    feedForwardSize: 48, contextLength: 64)
  /// 40 ragged sequences of up to 60 tokens, the shortest possible among them.
  private let batch = TokenForest.random(
    (0..<40).map { ($0 * 7 % 25 + 1, $0 * 11 % 35 + 1) }, vocabulary: 20, seed: 4)

  private func model() -> Transformer { Transformer(Parameters.lively(configuration, seed: 5)) }

  private func weights(_ batch: TokenForest) -> [Float] {
    var random = TestRandom(6)
    return random.floats(batch.scoredCount, scale: 0.05)
  }

  private func pass(_ model: Transformer, threads: Int = 1, pieceTokens: Int = 128)
    -> TrainingPass
  {
    TrainingPass(
      model.parameters.layout, longest: 64, team: Team(threads: threads), keepsActivations: true,
      pieceTokens: pieceTokens)
  }

  @Test func packedSequencesScoreAsTheyDoAlone() {
    let model = model()
    let pass = pass(model, pieceTokens: 2000)
    let together = pass.scored(model, batch)
    for s in 0..<batch.count {
      let alone = pass.scored(model, batch.picking([s]))
      let range = batch.scored(s)
      let error = Tolerance.largestError(
        alone.logProbabilities, together.logProbabilities[range].map(Double.init))
      #expect(error < 3e-6, "sequence \(s)")
      #expect(
        Tolerance.largestError(alone.entropies, together.entropies[range].map(Double.init)) < 3e-6)
    }
  }

  /// A later token must not reach an earlier one, nor one sequence its neighbour.
  @Test func tokensOnlyFeelThePast() {
    let model = model()
    let pass = pass(model, pieceTokens: 2000)
    let first = TokenForest.random([(5, 20), (4, 20)], vocabulary: 20, seed: 7)
    var changed = TokenForest()
    var tokens = first.tokens(of: 0)
    tokens[14] = (tokens[14] + 1) % 20
    changed.append(prompt: Array(tokens[..<5]), completion: tokens[5...])
    let second = first.tokens(of: 1)
    changed.append(prompt: Array(second[..<4]), completion: second[4...])
    let (a, b) = (pass.scored(model, first), pass.scored(model, changed))
    let differing = a.logProbabilities.indices.filter {
      a.logProbabilities[$0] != b.logProbabilities[$0]
    }
    // Scored token 9 is the changed one; up to the end of its sequence others may feel it.
    #expect(differing.first == 9 && differing.allSatisfy { (9..<20).contains($0) })
    #expect(differing.count > 8)
  }

  @Test(arguments: [64, 128, 300])
  func bitsDoNotDependOnThreads(pieceTokens: Int) {
    let model = model()
    let weights = weights(batch)
    let results = [1, 2, 3].map { threads in
      pass(model, threads: threads, pieceTokens: pieceTokens).differentiated(
        model, batch, weights: weights, entropyWeights: weights, temperature: 0.8)
    }
    for other in results.dropFirst() {
      #expect(Tolerance.differingBits(results[0].gradient, other.gradient) == 0)
      #expect(Tolerance.differingBits(results[0].logProbabilities, other.logProbabilities) == 0)
      #expect(Tolerance.differingBits(results[0].entropies, other.entropies) == 0)
    }
    let scores = pass(model, threads: 2, pieceTokens: pieceTokens).scored(
      model, batch, temperature: 0.8)
    #expect(
      Tolerance.differingBits(scores.logProbabilities, results[0].logProbabilities) == 0)
  }

  @Test func aPassLeavesNothingBehind() {
    let model = model()
    let (weights, pass) = (weights(batch), pass(model, threads: 2))
    let first = pass.differentiated(model, batch, weights: weights)
    let other = TokenForest.random([(3, 50), (1, 1)], vocabulary: 20, seed: 8)
    _ = pass.differentiated(model, other, weights: [Float](repeating: 3, count: 51))
    let again = pass.differentiated(model, batch, weights: weights)
    #expect(Tolerance.differingBits(first.gradient, again.gradient) == 0)
  }

  @Test func anyCutAndOrderGivesTheSameGradient() {
    let model = model()
    let weights = weights(batch)
    let wanted = pass(model, pieceTokens: 64).differentiated(model, batch, weights: weights)
    for pieceTokens in [100, 200, 512, 4000] {
      let other = pass(model, pieceTokens: pieceTokens).differentiated(
        model, batch, weights: weights)
      #expect(Tolerance.relativeError(other.gradient, wanted.gradient.doubles) < 1e-6)
    }
    let order = (0..<batch.count).map { $0 * 13 % batch.count }
    let other = pass(model).differentiated(
      model, batch.picking(order), weights: order.flatMap { weights[batch.scored($0)] })
    #expect(Tolerance.relativeError(other.gradient, wanted.gradient.doubles) < 1e-6)
  }

  @Test func theGradientIsTheSumOverSequences() {
    let model = model()
    let (weights, pass) = (weights(batch), pass(model))
    let wanted = pass.differentiated(model, batch, weights: weights)
    var sum = [Double](repeating: 0, count: wanted.gradient.count)
    for s in 0..<batch.count {
      let alone = pass.differentiated(
        model, batch.picking([s]), weights: Array(weights[batch.scored(s)]))
      for i in sum.indices { sum[i] += Double(alone.gradient[i]) }
    }
    #expect(Tolerance.relativeError(wanted.gradient, sum) < 1e-6)
  }

  @Test func theObjectiveSeesEveryTokenOnceWithItsLogProbability() {
    let model = model()
    let count = batch.scoredCount
    let wanted = pass(model).scored(model, batch)
    let logProbabilities = FloatBuffer(count: count)
    logProbabilities.all.fill(.nan)
    let slopes = FloatBuffer(count: count)
    let seen = Mutex([Float?](repeating: nil, count: count))
    let repeated = Atomic<Int>(0)
    pass(model, threads: 2).gradient(
      model, batch, temperature: 1,
      outputs: PassOutputs(logProbabilities: logProbabilities.all),
      slopes: PassOutputs(logProbabilities: slopes.all),
      into: Parameters(model.parameters.layout)
    ) { sequences in
      let range = batch.scored(sequences)
      seen.withLock {
        for i in range {
          if $0[i] != nil { repeated.wrappingAdd(1, ordering: .relaxed) }
          $0[i] = logProbabilities.all[i]
        }
      }
    }
    #expect(repeated.load(ordering: .relaxed) == 0)
    #expect(seen.withLock { $0.map { $0 ?? .nan } } == wanted.logProbabilities)
  }

  /// A bonus of weight 0 is no bonus, to the bit but for the sign of zeros.
  @Test func entropySlopesOfZeroChangeNothing() {
    let model = model()
    let weights = weights(batch)
    let (with, without) = (
      pass(model).differentiated(
        model, batch, weights: weights,
        entropyWeights: [Float](repeating: 0, count: batch.scoredCount)),
      pass(model).differentiated(model, batch, weights: weights)
    )
    #expect(with.gradient == without.gradient)
  }

  @Test func anEmptyBatchHasNoGradient() {
    let model = model()
    let result = pass(model).differentiated(model, TokenForest(), weights: [])
    #expect(result.gradient.allSatisfy { $0 == 0 } && result.logProbabilities.isEmpty)
  }

  @Test func flatSlopesGiveNoGradient() {
    let model = model()
    let result = pass(model).differentiated(
      model, batch, weights: [Float](repeating: 0, count: batch.scoredCount))
    #expect(result.gradient.allSatisfy { $0 == 0 })
  }
}
