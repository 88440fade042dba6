import Kernels
import LanguageModel
import Parallel
import TestSupport
import Testing

/// The log-probabilities noted while sampling against those of the training pass.
@Suite struct SamplerIsTrainerTests {
  /// How many of the sampled tokens' log-probabilities differ in a bit, and by how much at most.
  static func compare(_ configuration: ModelConfiguration, prompts: Int, copies: Int, length: Int)
    -> (differing: Int, of: Int, largest: Float)
  {
    let model = Transformer(Parameters.lively(configuration, seed: 12))
    let V = configuration.vocabularySize
    var random = TestRandom(13)
    let request = GenerationRequest(
      prompts: (0..<prompts).map { random.tokens($0 * 7 % 30 + 1, vocabulary: V) },
      keys: (0..<UInt32(prompts)).map { $0 }, copies: copies, maximumNewTokens: length,
      rule: SamplingRule(temperature: 0.9), endToken: 2,
      random: Philox(seed: 4, purpose: RandomPurpose.rollout), step: 0)
    let result = Generator(
      model.parameters.layout, longestPrompt: 30, maximumNewTokens: length, team: Team(threads: 2)
    ).generate(model, request)
    var batch = TokenForest()
    var sampled: [Float] = []
    for s in 0..<result.count {
      batch.append(prompt: request.prompts[s / copies], completion: result.tokens(s))
      sampled += result.logProbabilities(s)
    }
    let pass = TrainingPass(
      model.parameters.layout, longest: 30 + length, team: Team(threads: 2), keepsActivations: true)
    let trained = pass.scored(model, batch, temperature: 0.9).logProbabilities
    let largest = zip(sampled, trained).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
    return (Tolerance.differingBits(sampled, trained), sampled.count, largest)
  }

  @Test(arguments: ["nano", "micro"])
  func presetsAgreeToTheBit(preset: String) throws {
    let configuration = try #require(
      ModelConfiguration.preset(preset, vocabularySize: 88, contextLength: 96))
    let result = Self.compare(
      configuration, prompts: preset == "nano" ? 50 : 20, copies: 4, length: 40)
    #expect(result.of > 1000 && result.largest < 1e-4)
    if ["SkylakeX", "Cooperlake", "SapphireRapids"].contains(MatrixProduct.coreName) {
      #expect(result.differing == 0, "\(result.differing) of \(result.of) differ")
    } else {
      print("\(MatrixProduct.coreName), \(preset): \(result.differing) of \(result.of) differ")
    }
  }

  @Test(arguments: [16, 32, 64], [12, 88])
  func tinyModelsAgreeClosely(hidden: Int, vocabulary: Int) {
    let result = Self.compare(
      ModelConfiguration(
        vocabularySize: vocabulary, hiddenSize: hidden, layers: 2, heads: 2,
        feedForwardSize: 3 * hidden, contextLength: 96), prompts: 30, copies: 3, length: 30)
    #expect(result.of > 300 && result.largest < 1e-4)
  }
}
