import Foundation
import Kernels
import LanguageModel
import Parallel
import TestSupport
import Testing

@Suite("The loop: how an update is cut changes nothing")
struct LoopCutTests {
  private struct Work {
    var prompts: [[Int32]] = []
    var completions: [[Int32]] = []
    var advantages: [Double] = []
    var old: [[Float]] = []
    var reference: [[Float]] = []

    /// Sequences of 2 to 16 tokens with whatever a loss needs.
    init(seed: UInt64, count: Int) {
      var random = TestSupport.TestRandom(seed)
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

    /// The sequences in this order, packed.
    func minibatch(_ order: [Int]) -> Learner.Minibatch {
      var batch = TokenForest()
      for s in order { batch.append(prompt: prompts[s], completion: completions[s]) }
      return Learner.Minibatch(
        batch, advantages: order.map { advantages[$0] },
        old: FloatBuffer(order.flatMap { old[$0] }).all,
        reference: FloatBuffer(order.flatMap { reference[$0] }).all)
    }
  }

  private struct Outcome {
    var gradient: [Float]
    var loss: Double
    var norm: Double
    var entropy: Double
    var weights: String
  }

  private static func update(
    _ work: Work, _ order: [Int], _ normalization: LossNormalization, pieceTokens: Int, threads: Int
  ) -> Outcome {
    let parameters = LoopLab.tinyParameters(seed: 8)
    let learner = Learner(
      LoopLab.tiny, longest: 16, team: Team(threads: threads),
      optimizer: AdamW(beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0),
      maximumGradientNorm: 1, temperature: 1, pieceTokens: pieceTokens)
    let minibatch = work.minibatch(order)
    let report = learner.update(
      Transformer(parameters), minibatch,
      loss: PolicyLoss(.clipped(ClippedSurrogate(clipLow: 0.2, clipHigh: 0.2)), klWeight: 0.1),
      divisor: LossDivisor(
        normalization, completions: order.count, tokens: minibatch.batch.scoredCount,
        maxCompletionTokens: 11), learningRate: 1e-3)
    return Outcome(
      gradient: learner.optimizer.gradients.values.all.array, loss: report.sums.loss,
      norm: report.gradientNorm, entropy: report.entropySum, weights: parameters.hash)
  }

  @Test(
    "any order and any size of pieces: the same loss and gradient but for rounding",
    arguments: LossNormalization.allCases)
  func anyCut(normalization: LossNormalization) {
    let work = Work(seed: 21, count: 120)
    let inOrder = Array(0..<120)
    let whole = Self.update(work, inOrder, normalization, pieceTokens: 4096, threads: 1)
    #expect(whole.norm > 0 && whole.loss != 0)
    var random = TestSupport.TestRandom(4)
    for pieceTokens in [16, 17, 40, 100, 333, 1024] {
      var order = inOrder
      for i in stride(from: 119, to: 0, by: -1) {
        order.swapAt(i, random.integer(in: 0..<i + 1))
      }
      let cut = Self.update(work, order, normalization, pieceTokens: pieceTokens, threads: 2)
      #expect(Tolerance.relativeError(cut.gradient, whole.gradient.doubles) < 1e-5)
      #expect(abs(cut.loss - whole.loss) < 1e-5 * abs(whole.loss))
      #expect(abs(cut.norm / whole.norm - 1) < 1e-5)
      #expect(abs(cut.entropy / whole.entropy - 1) < 1e-6)
    }
  }

  @Test("the same cut: the same bits for any number of threads", arguments: [16, 100, 4096])
  func threads(pieceTokens: Int) {
    let work = Work(seed: 22, count: 90)
    let outcomes = [1, 2, 3, 8].map {
      Self.update(
        work, Array(0..<90), .tokenMean, pieceTokens: pieceTokens, threads: $0)
    }
    for outcome in outcomes {
      #expect(Tolerance.differingBits(outcome.gradient, outcomes[0].gradient) == 0)
      #expect(outcome.weights == outcomes[0].weights && outcome.loss == outcomes[0].loss)
      #expect(outcome.norm == outcomes[0].norm && outcome.entropy == outcomes[0].entropy)
    }
  }
}
