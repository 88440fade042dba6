import Algorithms
import Experience
import Foundation
import Settings
import TestLab
import Testing
import Verifiers

@Suite("A shadow verifier")
struct ShadowTests {
  private static let half = ScriptedVerifier { completion, _ in
    ScriptedVerifier.score(Double(ScriptedVerifier.hash(completion.text, below: 2)))
  }

  @Test("it scores the same completions, beside the reward")
  func metrics() throws {
    let strict = ScriptedVerifier { completion, problem in
      switch ScriptedVerifier.hash(problem.prompt + completion.text, below: 4) {
      case 0: .failure("no idea")
      case 1: .score(Score(reward: 0.5, parts: ["correctness": 0.25]))
      default: ScriptedVerifier.score(0)
      }
    }
    var watched = try Stage(GRPO.self, .small(), judgedBy: Self.half, shadow: strict)
    var alone = try Stage(GRPO.self, .small(), judgedBy: Self.half)
    let (outcome, plain) = (try watched.step(), try alone.step())
    let m = outcome.metrics
    let judged = outcome.completions.filter { $0.shadow?.failure == nil }
    let failed = outcome.completions.filter { $0.shadow?.failure == "no idea" }
    try #require(judged.count + failed.count == 12 && failed.count > 0 && judged.count > 2)
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    let rewards = judged.compactMap { $0.shadow?.reward }
    #expect(rewards.count == judged.count && Set(rewards) == [0, 0.5])
    #expect(abs(try #require(m["shadow/reward"]) - mean(rewards)) < 1e-12)
    #expect(
      abs(try #require(m["shadow/rewards/correctness/mean"]) - mean(rewards) / 2) < 1e-12)
    let gap = mean(judged.map { ($0.reward ?? .nan) - ($0.shadow?.reward ?? .nan) })
    #expect(abs(try #require(m["shadow/gap"]) - gap) < 1e-12)
    #expect(m["shadow/failures"] == Double(failed.count) && m["shadow/parted"] == 0)
    // Its failures are nobody else's.
    #expect(m["verifier/failures"] == 0 && m["reward"] == plain.metrics["reward"])
    #expect(outcome.completions.map(\.advantage) == plain.completions.map(\.advantage))
    #expect(plain.completions.allSatisfy { $0.shadow == nil })
    #expect(!plain.metrics.entries.contains { $0.name.hasPrefix("shadow/") })
    let line = String(
      decoding: try JSONEncoder().encode(try #require(failed.first)), as: UTF8.self)
    #expect(line.contains(#""shadow":{"failure":"no idea"}"#))
  }

  @Test("a shadow that is the verifier itself is said to be no use")
  func note() {
    var settings = GRPOSettings()
    settings.sampling.shadowVerifier = "numeric"
    #expect(!Configuration(settings).notes.contains { $0.contains("shadow") })
    settings.run.verifier = "numeric"
    #expect(
      Configuration(settings).notes.contains {
        $0.hasPrefix("shadow_verifier is the verifier itself")
      })
  }
}
