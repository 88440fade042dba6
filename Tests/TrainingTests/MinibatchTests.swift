import Testing
import Verifiers

@Suite struct MinibatchTests {
  /// Every order of four problems comes up about as often as any other, over seeds, steps and epochs;
  /// groups stay whole.
  @Test func everyOrderIsAsLikely() throws {
    try LoopLab.withFolder { folder in
      let suite = try LoopLab.copySuite(
        in: folder, judgedBy: ScriptedVerifier { _, _ in ScriptedVerifier.score(1) })
      var counts: [[Int]: Int] = [:]
      for seed in 0..<4 {
        var configuration = LoopLab.grpo()
        configuration.problems = 4
        configuration.minibatches = 4
        configuration.seed = seed
        let run = LoopLab.run(configuration, suite)
        let rollout = try run.sample(step: 1, copies: 4)
        for step in 1...60 {
          for epoch in 0..<10 {
            let parts = run.minibatches(of: rollout, step: step, epoch: epoch)
            #expect(parts.allSatisfy { $0 == Array($0[0]..<$0[0] + 4) && $0[0] % 4 == 0 })
            counts[parts.map { $0[0] / 4 }, default: 0] += 1
          }
        }
      }
      // 2,400 draws of 24 orders: 100 each, give or take 10; 5 standard deviations are 50.
      #expect(
        counts.count == 24 && counts.values.allSatisfy { (50...150).contains($0) }, "\(counts)")
    }
  }
}
