import Kernels
import LanguageModel
import Learning
import Parallel
import TestLab
import TestSupport
import Testing

@Suite("A network's update: how it is cut changes nothing")
struct UpdateCutTests {
  private struct Work {
    var prompts: [[Int32]] = []
    var completions: [[Int32]] = []
    var advantages: [Double] = []
    var old: [[Float]] = []
    var reference: [[Float]] = []

    /// Sequences of 2 to 16 tokens with whatever a loss needs.
    init(seed: UInt64, count: Int) {
      var random = TestRandom(seed)
      for _ in 0..<count {
        let prompt = random.integer(in: 1..<6)
        let completion = random.integer(in: 1..<11)
        prompts.append(random.tokens(prompt, vocabulary: 88))
        completions.append(random.tokens(completion, vocabulary: 88))
        advantages.append(random.uniform() * 4 - 2)
        old.append(random.floats(completion, scale: 0.3).map { $0 - 4.5 })
        reference.append(random.floats(completion, scale: 0.3).map { $0 - 4.5 })
      }
    }

    /// The sequences in this order.
    func batch(_ order: [Int]) -> Batch {
      var batch = Batch()
      for s in order {
        batch.append(
          Batch.Member(sequence: s, tokens: completions[s].count), prompt: prompts[s],
          completion: completions[s])
      }
      batch[.advantage] = .sequences(order.map { advantages[$0] })
      batch[.old] = .occurrences(FloatBuffer(order.flatMap { old[$0] }).all)
      batch[.reference] = .occurrences(FloatBuffer(order.flatMap { reference[$0] }).all)
      return batch
    }
  }

  private struct Outcome {
    var gradient: [Float]
    var loss: Double
    var norm: Double
    var entropy: Double
    var weights: [Float]
  }

  private static func update(
    _ batch: Batch, _ normalization: LossNormalization, pieceTokens: Int, threads: Int
  ) throws -> Outcome {
    let network = Network(
      Transformer(TinyModel.parameters(seed: 8)),
      rule: AdamW(beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0), maximumGradientNorm: 1,
      temperature: 1, team: Team(threads: threads), pieceTokens: pieceTokens)
    let objective = PolicyObjective(
      PolicyLoss(.clipped(ClippedSurrogate(clipLow: 0.2, clipHigh: 0.2)), klWeight: 0.1),
      normalization: normalization, maxCompletionTokens: 11)
    let tally = try network.update(on: batch, by: objective, learningRate: 1e-3)
    return Outcome(
      gradient: network.optimizer?.gradients.floats ?? [], loss: tally.sums.loss,
      norm: tally.gradientNorm, entropy: tally.entropySum,
      weights: network.model.parameters.floats)
  }

  @Test(
    "any order and any size of pieces: the same loss and gradient but for rounding",
    arguments: LossNormalization.allCases)
  func anyCut(normalization: LossNormalization) throws {
    let work = Work(seed: 21, count: 120)
    let inOrder = Array(0..<120)
    let whole = try Self.update(
      work.batch(inOrder), normalization, pieceTokens: 4096, threads: 1)
    #expect(whole.norm > 0 && whole.loss != 0)
    var random = TestRandom(4)
    for pieceTokens in [16, 17, 40, 100, 333, 1024] {
      let cut = try Self.update(
        work.batch(random.shuffled(inOrder)), normalization, pieceTokens: pieceTokens, threads: 2)
      #expect(Tolerance.relativeError(cut.gradient, whole.gradient.doubles) < 1e-5)
      #expect(abs(cut.loss - whole.loss) < 1e-5 * abs(whole.loss))
      #expect(abs(cut.norm / whole.norm - 1) < 1e-5)
      #expect(abs(cut.entropy / whole.entropy - 1) < 1e-6)
    }
  }

  @Test("the same cut: the same bits for any number of threads", arguments: [16, 100, 4096])
  func threads(pieceTokens: Int) throws {
    let batch = Work(seed: 22, count: 90).batch(Array(0..<90))
    let outcomes = try [1, 2, 3, 8].map {
      try Self.update(batch, .tokenMean, pieceTokens: pieceTokens, threads: $0)
    }
    for outcome in outcomes {
      #expect(Tolerance.differingBits(outcome.gradient, outcomes[0].gradient) == 0)
      #expect(outcome.weights == outcomes[0].weights && outcome.loss == outcomes[0].loss)
      #expect(outcome.norm == outcomes[0].norm && outcome.entropy == outcomes[0].entropy)
    }
  }
}
