import Foundation
import Learning
import TestSupport
import Testing

@Suite struct KLDivergenceTests {
  /// Estimates of kl.json that nothing here computes: |d|, and verl's values of k1 and k3 with the
  /// slope of k2.
  static let notBuilt: Set = ["abs", "k1+", "k3+"]

  @Test func estimatesAndTheirSlopes() throws {
    let fixture = try FixtureValue.load("kl.json")
    let names = Set(fixture["d_estimate_d_policy_logprob"].members.map(\.key))
    #expect(names == Set(KLEstimator.allCases.map(\.rawValue)).union(Self.notBuilt))
    for estimator in KLEstimator.allCases {
      let values = fixture["estimates"][estimator.rawValue].elements
      let slopes = fixture["d_estimate_d_policy_logprob"][estimator.rawValue].elements
      let means = fixture["mean_estimate_under_policy"][estimator.rawValue].numbers
      for row in 0..<4 {
        // From the logits, which are exact in the file; its log-probabilities are rounded.
        let policy = Self.logProbs(fixture["policy_logits"].elements[row].numbers)
        let reference = Self.logProbs(fixture["reference_logits"].elements[row].numbers)
        let pairs = Array(zip(policy, reference))
        let got = pairs.map { estimator.value(policy: $0, reference: $1) }
        #expect(largestDifference(got, values[row].numbers) < 1e-11)
        let slope = pairs.map { estimator.slope(policy: $0, reference: $1) }
        #expect(largestDifference(slope, slopes[row].numbers) < 1e-11)
        let mean = zip(policy, got).reduce(0) { $0 + exp($1.0) * $1.1 }
        #expect((mean - means[row]).magnitude < 1e-11)
      }
    }
  }

  @Test func exactDivergenceAndEntropy() throws {
    let fixture = try FixtureValue.load("kl.json")
    for row in 0..<4 {
      func numbers(_ name: String) -> [Double] { fixture[name].elements[row].numbers }
      func number(_ name: String) -> Double { fixture[name].numbers[row] }
      let policy = numbers("policy_logits")
      let reference = numbers("reference_logits")
      let forward = exactKL(policyLogits: policy.span, referenceLogits: reference.span)
      #expect((forward - number("kl_policy_reference")).magnitude < 1e-11)
      let backward = exactKL(policyLogits: reference.span, referenceLogits: policy.span)
      #expect((backward - number("kl_reference_policy")).magnitude < 1e-11)
      #expect(
        (exactEntropy(logits: policy.span) - number("entropy_policy")).magnitude < 1e-11)
      #expect(
        (exactEntropy(logits: reference.span) - number("entropy_reference")).magnitude < 1e-11)

      var slopes = [Double](repeating: 0, count: 6)
      var target = slopes.mutableSpan
      addExactKLSlope(
        policyLogits: policy.span, referenceLogits: reference.span, weight: 1, to: &target)
      #expect(
        largestDifference(slopes, numbers("d_kl_policy_reference_d_policy_logit")) < 1e-11)
      slopes = [1, 1, 1, 1, 1, 1]
      var other = slopes.mutableSpan
      addExactEntropySlope(logits: policy.span, weight: -0.5, to: &other)
      #expect(
        largestDifference(slopes, numbers("d_entropy_d_policy_logit").map { 1 - 0.5 * $0 })
          < 1e-11)
    }
  }

  @Test func aPolicyIsNoDistanceFromItself() {
    let logits: [Float] = [2000, -700, 3.25, 0]
    #expect(exactKL(policyLogits: logits.span, referenceLogits: logits.span) == 0)
    #expect(exactEntropy(logits: logits.span) == 0)
    let uniform = [Double](repeating: -40, count: 8)
    #expect((exactEntropy(logits: uniform.span) - 2.0794415416798357).magnitude < 1e-14)
    for estimator in KLEstimator.allCases {
      #expect(estimator.value(policy: -2.5, reference: -2.5) == 0)
    }
  }

  /// k3 keeps its digits where policy and reference nearly agree: it is about d * d / 2 there.
  @Test func smallDifferencesKeepTheirDigits() {
    let difference = 1e-6
    let value = KLEstimator.k3.value(policy: difference, reference: 0)
    #expect((value / (difference * difference / 2) - 1).magnitude < 1e-4)
    #expect(
      (KLEstimator.k3.slope(policy: difference, reference: 0) / difference - 1).magnitude < 1e-6)
  }

  private static func logProbs(_ logits: [Double]) -> [Double] {
    let total = log(logits.reduce(0) { $0 + exp($1) })
    return logits.map { $0 - total }
  }
}
