import Foundation
import Kernels
import LanguageModel
import Learning
import Parallel
import TestSupport
import Testing

/// DPO's loss against TRL's `DPOTrainer` (Tests/Fixtures/dpo.json) and against its own differences.
@Suite("DPO's loss")
struct DPOLossTests {
  private struct Golden: Decodable {
    struct Example: Decodable {
      let pairs: Int
      let mask: [[Double]]
      let logprobs: [[Double]]
      let reference_logprobs: [[Double]]
    }
    struct Case: Decodable {
      struct Options: Decodable { let beta: Double }
      let options: Options
      let loss: Double
      let d_logprob: [[Double]]
      let metrics: [String: Double]
    }
    let example: Example
    let losses: [String: Case]
  }

  private static func sum(_ row: [Double], _ mask: [Double]) -> Double {
    zip(row, mask).reduce(0) { $0 + $1.0 * $1.1 }
  }

  @Test func agreesWithTRL() throws {
    let golden = try Fixture.json("dpo.json", as: Golden.self)
    let example = golden.example
    #expect(golden.losses.count == 2)
    for (name, expected) in golden.losses {
      let loss = DPOLoss(beta: expected.options.beta)
      var sums = DPOLoss.Sums()
      for pair in 0..<example.pairs {
        let other = pair + example.pairs
        func total(_ rows: [[Double]]) -> (chosen: Double, rejected: Double) {
          (Self.sum(rows[pair], example.mask[pair]), Self.sum(rows[other], example.mask[other]))
        }
        let one = loss.loss(
          policy: total(example.logprobs), reference: total(example.reference_logprobs),
          weight: 1 / Double(example.pairs))
        sums += one.sums
        #expect(abs(one.slope - expected.d_logprob[pair][0]) < 1e-10, "\(name), pair \(pair)")
        #expect(abs(-one.slope - expected.d_logprob[other][0]) < 1e-10, "\(name), pair \(pair)")
      }
      #expect(abs(sums.loss - expected.loss) < 1e-10, "\(name)")
      for (key, value) in sums.entries {
        let metric = try #require(expected.metrics[key], "\(key)")
        #expect(abs(value - metric) < 1e-10, "\(name): \(key)")
      }
    }
  }

  @Test func staysFiniteFarOut() {
    for margin in [-1e4, 1e4] {
      let (sums, slope) = DPOLoss(beta: 1).loss(
        policy: (margin, 0), reference: (0, 0), weight: 1)
      #expect(sums.loss.isFinite && slope.isFinite)
      #expect(abs(sums.loss - max(-margin, 0)) < 1e-9)
    }
  }

  /// The gradient that a network gets for a pair is that of the loss by its weights, by differences.
  @Test func networkLearnsThePreference() throws {
    var batch = Batch(unit: 2)
    for completion in [[3, 4, 1], [5, 1], [6, 6, 6, 1], [2, 1]] as [[Int32]] {
      batch.append(
        Batch.Member(sequence: batch.members.count, tokens: completion.count), prompt: [7, 8],
        completion: completion)
    }
    let shape = try #require(
      ModelConfiguration.preset("nano", vocabularySize: 12, contextLength: 16))
    let model = Transformer(Parameters(ParameterLayout(shape), seed: 1))
    let network = Network(
      model, rule: AdamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0),
      maximumGradientNorm: .infinity, temperature: 1, team: .single)
    let reference = Network(frozen: model.copy(), beside: network)
    batch[.reference] = .occurrences(reference.logProbabilities(of: batch))
    var losses: [Double] = []
    for _ in 0..<30 {
      let tally = try network.update(on: batch, by: DPOLoss(beta: 0.5), learningRate: 1e-2)
      losses.append(tally.sums.loss)
    }
    // At the start policy and reference are equal: every margin is 0.
    #expect(abs(losses[0] - log(2)) < 1e-6)
    #expect(losses[29] < 0.1, "\(losses)")
    let tally = try network.update(on: batch, by: DPOLoss(beta: 0.5), learningRate: 0)
    #expect(tally.sums.right == 2)
  }
}
