import Foundation
import Kernels
import LanguageModel
import Parallel
import TestSupport
import Testing

/// Hugging Face's transformers in float64 against this model in float32.
@Suite struct LlamaGoldenTests {
  static let folders = ["llama_tied", "llama_untied", "llama_bf16", "llama_headdim"]

  @Test(arguments: folders)
  func logitsAgree(folder: String) throws {
    let golden = try GoldenModel(folder)
    let model = Transformer(golden.parameters)
    let reference = ReferenceTransformer(golden.parameters)
    for (tokens, logits) in zip(golden.expected.inputIds, golden.expected.logits) {
      let wanted = logits.flatMap { $0 }
      #expect(Tolerance.largestError(model.logits(of: tokens), wanted) < 2e-5)
      // The goldens have nine digits.
      #expect(Tolerance.relativeError(reference.logits(of: tokens), wanted) < 1e-8)
    }
  }

  /// A critic's head reads what the output matrix reads. With weight 1 on one channel and 0 elsewhere it
  /// says that channel.
  @Test(arguments: folders)
  func whatACriticReadsAgrees(folder: String) throws {
    let golden = try GoldenModel(folder)
    let wanted = try #require(golden.expected.hiddenStates.last)
    let critic = Parameters(
      ParameterLayout(golden.parameters.layout.configuration, heads: .value))
    for entry in golden.parameters.layout.entries
    where critic.layout.entries.contains(where: { $0.name == entry.name }) {
      let own = try #require(critic.layout.entries.first { $0.name == entry.name })
      critic[own].copy(from: golden.parameters[entry].array)
    }
    let head = try #require(critic.layout.entries.first { $0.name == "score.weight" })
    critic[try #require(critic.layout.entries.last)].fill(0)
    let tokens = golden.expected.inputIds[1]
    var batch = TokenForest()
    batch.append(prompt: [tokens[0]], completion: tokens.dropFirst())
    let pass = TrainingPass(critic.layout, longest: 16, team: .single, keepsActivations: false)
    for channel in 0..<head.count {
      critic[head].copy(from: (0..<head.count).map { $0 == channel ? 1 : 0 })
      let values = pass.valued(Transformer(critic), batch)
      #expect(Tolerance.largestError(values, wanted.dropLast().map { $0[channel] }) < 2e-5)
    }
  }

  @Test(arguments: folders)
  func logProbabilitiesAndGradientsAgree(folder: String) throws {
    let golden = try GoldenModel(folder)
    let expected = golden.expected
    var batch = TokenForest()
    for tokens in expected.inputIds {
      batch.append(prompt: [tokens[0]], completion: tokens.dropFirst())
    }
    let layout = golden.parameters.layout
    let pass = TrainingPass(layout, longest: 16, team: .single, keepsActivations: true)
    let count = batch.scoredCount
    let weights = [Float](repeating: -1 / Float(count), count: count)
    let result = pass.differentiated(Transformer(golden.parameters), batch, weights: weights)

    let logProbabilities = expected.logProbs.flatMap { $0 }
    #expect(Tolerance.largestError(result.logProbabilities, logProbabilities) < 2e-6)
    let loss = -result.logProbabilities.reduce(0.0) { $0 + Double($1) } / Double(count)
    #expect(abs(loss - expected.loss) < 2e-6)

    #expect(Set(expected.gradients.keys) == Set(layout.entries.map(\.name)))
    let full =
      folder == "llama_tied"
      ? try Fixture.json(folder + "/gradients.json", as: [String: [Double]].self) : [:]
    for entry in layout.entries {
      let wanted = try #require(expected.gradients[entry.name])
      let got = Array(result.gradient[entry.offset..<entry.offset + entry.count])
      let length = got.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      let sum = got.reduce(0.0) { $0 + Double($1) }
      #expect(wanted.shape == entry.shape)
      #expect(abs(length - wanted.l2) < 5e-6 * wanted.l2, "\(entry.name)")
      #expect(abs(sum - wanted.sum) < 2e-5 * max(1, wanted.l2), "\(entry.name)")
      let first = Array(got.prefix(5))
      #expect(Tolerance.largestError(first, wanted.first) < 5e-6, "\(entry.name)")
      if let all = full[entry.name] {
        #expect(Tolerance.relativeError(got, all) < 5e-6, "\(entry.name)")
      }
    }
    #expect(folder != "llama_tied" || full.count == layout.entries.count)
  }

  @Test(arguments: folders)
  func greedyTextAgrees(folder: String) throws {
    let golden = try GoldenModel(folder)
    let expected = golden.expected
    let generator = Generator(
      golden.parameters.layout, longestPrompt: 16, maximumNewTokens: 20, team: .single)
    let result = generator.generate(
      Transformer(golden.parameters),
      GenerationRequest(
        prompts: expected.inputIds, keys: [0, 1], copies: 1, maximumNewTokens: 20, rule: .greedy,
        endToken: nil, random: Philox(seed: 0, purpose: 0), step: 0))
    #expect((0..<2).map { result.tokens($0) } == expected.greedy)
  }
}
