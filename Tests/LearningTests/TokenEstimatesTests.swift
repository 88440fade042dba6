import Foundation
import Kernels
import LanguageModel
import Learning
import Testing
import TestSupport

/// The estimates of a packed batch against TRL, verl and Stable-Baselines3 (ppo.json).
@Suite struct TokenEstimatesTests {
  let fixture: FixtureValue
  let lengths: [Int]
  let batch: TokenForest

  init() throws {
    fixture = try FixtureValue.load("ppo.json")
    lengths = fixture["example"]["lengths"].counts
    var batch = TokenForest()
    for (s, length) in lengths.enumerated() {
      batch.append(
        prompt: Array(repeating: 7, count: s + 1), completion: Array(repeating: 8, count: length))
    }
    self.batch = batch
  }

  private func view(_ name: String) -> FloatView {
    FloatBuffer(fixture["example"][name].ragged(lengths).map(Float.init)).all
  }

  private func estimates(
    gamma: Double, lambda: Double, whitens: Bool, penalty weight: Double? = 0.05
  ) -> TokenEstimates {
    TokenEstimates(
      batch, rewards: fixture["example"]["scores"].numbers, values: view("values"),
      penalty: weight.map {
        TokenEstimates.Penalty(
          old: view("old_logprobs"), reference: view("reference_logprobs"), weight: $0,
          estimator: .k1)
      }, gamma: gamma, lambda: lambda, whitens: whitens)
  }

  /// Float32 here: the fixture's tolerance for it is 1e-6.
  @Test func advantagesAndReturnsOfTheLibraries() throws {
    let settings = fixture["gae"].members
    #expect(settings.count == 4)
    for (name, entry) in settings {
      let words = name.split(separator: " ")
      let gamma = try #require(Double(words[1]))
      let lambda = try #require(Double(words[3]))
      for (key, whitens) in [("advantages", false), ("whitened", true)] {
        let result = estimates(gamma: gamma, lambda: lambda, whitens: whitens)
        let error = Tolerance.largestError(result.advantages.array, entry[key].ragged(lengths))
        #expect(error < 1e-6, "\(name)")
        let returns = Tolerance.largestError(result.returns.array, entry["returns"].ragged(lengths))
        #expect(returns < 1e-6, "\(name)")
      }
    }
  }

  @Test func explainedVarianceOfStableBaselines() throws {
    let wanted = try #require(
      fixture["losses"]["sb3 ppo normalize false value clip none"]["statistics"][
        "explained_variance"
      ].number)
    let result = estimates(gamma: 1, lambda: 0.95, whitens: true)
    #expect(abs(try #require(result.explainedVariance) - wanted) < 1e-6)
  }

  /// With gamma and lambda 1 and no penalty every return is the verifier's reward.
  @Test func theWholeReturnIsTheReward() {
    let result = estimates(gamma: 1, lambda: 1, whitens: false, penalty: nil)
    let rewards = fixture["example"]["scores"].numbers
    let wanted = zip(rewards, lengths).flatMap { Array(repeating: $0, count: $1) }
    #expect(Tolerance.largestError(result.returns.array, wanted) < 1e-6)
    let same = estimates(gamma: 1, lambda: 1, whitens: false, penalty: 0)
    #expect(Tolerance.differingBits(same.advantages.array, result.advantages.array) == 0)
  }

  @Test func nothingFromNothing() {
    let empty = FloatBuffer(count: 0).all
    let result = TokenEstimates(
      TokenForest(), rewards: [], values: empty, penalty: nil, gamma: 1, lambda: 1, whitens: true)
    #expect(result.advantages.count == 0 && result.explainedVariance == nil)
  }
}
