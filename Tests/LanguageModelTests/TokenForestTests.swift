import Kernels
import LanguageModel
import Parallel
import TestSupport
import Testing

@Suite struct TokenForestTests {
  private static let configuration = ModelConfiguration(
    vocabularySize: 20, hiddenSize: 32, layers: 2, heads: 4, keyValueHeads: 2,
    feedForwardSize: 48, contextLength: 64)

  /// Sequences with much in common, and where their prompts end.
  private static let sequences: [(tokens: [Int32], prompt: Int)] = {
    var random = TestRandom(21)
    var sequences: [(tokens: [Int32], prompt: Int)] = []
    for group in 0..<4 {
      let prompt = random.tokens(3 + group, vocabulary: 20)
      var last = prompt + random.tokens(12, vocabulary: 20)
      for branch in [12, 3, 7, 5, 0, 12, 11, 6] {
        last = last.prefix(prompt.count + branch) + random.tokens(branch % 5 + 1, vocabulary: 20)
        // Some prompts end within what is shared, some have more of their own.
        sequences.append((last, branch == 5 ? prompt.count - 1 : prompt.count))
      }
    }
    return sequences
  }()

  private func forest(sharingPrefix: Bool) -> TokenForest {
    var forest = TokenForest()
    for (tokens, prompt) in Self.sequences {
      forest.append(
        prompt: Array(tokens[..<prompt]), completion: tokens[prompt...],
        sharingPrefix: sharingPrefix)
    }
    return forest
  }

  @Test func numbersTokensThroughTheForest() {
    var forest = TokenForest()
    #expect(forest.count == 0 && forest.scoredCount == 0 && forest.tokenCount == 0)
    #expect(forest.pieces(of: 10).isEmpty)
    forest.append(prompt: [1, 2], completion: [3, 4, 5])
    forest.append(prompt: [6], completion: [7][...])
    #expect(forest.tokenCount == 7 && forest.storedTokenCount == 7 && forest.inputCount == 5)
    #expect(forest.tokenCount(of: 0) == 5 && forest.inputCount(of: 0) == 4)
    #expect((0..<2).map { forest.promptLength(of: $0) } == [2, 1])
    #expect(forest.scored(0) == 0..<3 && forest.scored(1) == 3..<4 && forest.scoredCount == 4)
    #expect(forest.scored(0..<2) == 0..<4 && forest.scored(2..<2) == 4..<4)
    #expect(forest.tokens(of: 0) == [1, 2, 3, 4, 5] && forest.tokens(of: 1) == [6, 7])
  }

  @Test func prefixesAreStoredOnce() {
    var forest = TokenForest()
    forest.append(prompt: [1, 2], completion: [3, 4, 5], sharingPrefix: true)
    forest.append(prompt: [1, 2], completion: [3, 4, 6, 7], sharingPrefix: true)
    #expect(forest.storedTokenCount == 7)
    forest.append(prompt: [1, 2], completion: [3, 8], sharingPrefix: true)
    #expect(forest.storedTokenCount == 8)
    // With the one before only, whose path ends in 8.
    forest.append(prompt: [1, 2], completion: [3, 4], sharingPrefix: true)
    #expect(forest.storedTokenCount == 9)
    // The same text with another prompt, a prefix of it, and one that goes on.
    forest.append(prompt: [1], completion: [2, 3, 4], sharingPrefix: true)
    forest.append(prompt: [1, 2], completion: [3], sharingPrefix: true)
    forest.append(prompt: [1, 2, 3], completion: [9], sharingPrefix: true)
    #expect(forest.storedTokenCount == 10)
    forest.append(prompt: [1, 2], completion: [3])
    #expect(forest.storedTokenCount == 13 && forest.tokenCount == 33)
    let paths = (0..<forest.count).map { forest.tokens(of: $0) }
    #expect(
      paths == [
        [1, 2, 3, 4, 5], [1, 2, 3, 4, 6, 7], [1, 2, 3, 8], [1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3],
        [1, 2, 3, 9], [1, 2, 3],
      ])
    #expect((0..<forest.count).map { forest.promptLength(of: $0) } == [2, 2, 2, 2, 1, 2, 3, 2])
  }

  @Test func sharingChangesNoPath() {
    let (shared, apart) = (forest(sharingPrefix: true), forest(sharingPrefix: false))
    #expect(shared.storedTokenCount < apart.storedTokenCount * 3 / 4)
    #expect(shared.tokenCount == apart.tokenCount && shared.scoredCount == apart.scoredCount)
    for (s, sequence) in Self.sequences.enumerated() {
      #expect(shared.tokens(of: s) == sequence.tokens && apart.tokens(of: s) == sequence.tokens)
      #expect(shared.scored(s) == apart.scored(s))
    }
    #expect(shared.pieces(of: 40) == apart.pieces(of: 40))
  }

  @Test func sharedPrefixesGiveTheBitsOfSeparatePaths() {
    let model = Transformer(
      Parameters.lively(Self.configuration, heads: [.logits, .value], seed: 22))
    let pass = TrainingPass(
      model.parameters.layout, longest: 40, team: Team(threads: 2), keepsActivations: true,
      pieceTokens: 64)
    let (shared, apart) = (forest(sharingPrefix: true), forest(sharingPrefix: false))
    var random = TestRandom(23)
    let weights = random.floats(apart.scoredCount)
    let a = pass.differentiated(
      model, apart, weights: weights, entropyWeights: weights, temperature: 0.8)
    let b = pass.differentiated(
      model, shared, weights: weights, entropyWeights: weights, temperature: 0.8)
    #expect(Tolerance.differingBits(a.logProbabilities, b.logProbabilities) == 0)
    #expect(Tolerance.differingBits(a.entropies, b.entropies) == 0)
    #expect(Tolerance.differingBits(a.gradient, b.gradient) == 0)
    #expect(Tolerance.differingBits(pass.valued(model, apart), pass.valued(model, shared)) == 0)
  }

  @Test func unitsStayTogether() {
    let forest = TokenForest.random(
      [(1, 4), (2, 3), (1, 10), (1, 20), (1, 2), (1, 1)], vocabulary: 9, seed: 1)
    // Input tokens: 4, 4, 10, 20, 2, 1.
    #expect(forest.pieces(of: 14) == [0..<2, 2..<3, 3..<4, 4..<6])
    #expect(forest.pieces(of: 8, unit: 2) == [0..<2, 2..<4, 4..<6])
    #expect(forest.pieces(of: 33, unit: 2) == [0..<2, 2..<6])
    #expect(forest.pieces(of: 38, unit: 3) == [0..<3, 3..<6])
    #expect(forest.pieces(of: 1, unit: 6) == [0..<6])
  }

  /// Units larger than a piece get a larger workspace, and each is seen whole.
  @Test func objectivesSeeWholeUnits() {
    let model = Transformer(Parameters.lively(Self.configuration, seed: 24))
    let batch = TokenForest.random(
      (0..<12).map { ($0 % 3 + 1, 30 - $0) }, vocabulary: 20, seed: 25)
    let pass = TrainingPass(
      model.parameters.layout, longest: 40, team: Team(threads: 2), keepsActivations: true,
      pieceTokens: 40)
    let count = batch.scoredCount
    let (out, slopes) = (FloatBuffer(count: count).all, FloatBuffer(count: count).all)
    slopes.fill(1)
    func gradient(unit: Int) -> [Float] {
      let gradient = Parameters(model.parameters.layout)
      pass.gradient(
        model, batch, temperature: 1, outputs: PassOutputs(logProbabilities: out),
        slopes: PassOutputs(logProbabilities: slopes), unit: unit, into: gradient
      ) { sequences in
        #expect(sequences.lowerBound % unit == 0 && sequences.upperBound % unit == 0)
      }
      return gradient.values.all.array
    }
    let wanted = gradient(unit: 1).doubles
    for unit in [2, 4, 12] { #expect(Tolerance.relativeError(gradient(unit: unit), wanted) < 1e-6) }
  }
}
