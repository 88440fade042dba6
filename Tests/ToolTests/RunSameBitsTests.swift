import Foundation
import Testing

@Suite("Runs: the same bits for any number of threads")
struct RunSameBitsTests {
  /// Runs with 1, 2 and 3 threads and expects one and the same run.
  private func expectSameBits(_ arguments: [String], warmUpSteps: Int = 0) throws {
    try ToolRunner.withTemporaryFolder { folder in
      var hashes: [String] = []
      let runs = [1, 2, 3].map { RunFiles(folder.appending(path: "threads-\($0)")) }
      for (threads, run) in zip([1, 2, 3], runs) {
        let result = try ToolRunner.run(
          arguments + ["--run", run.path, "--threads", "\(threads)", "--json"])
        try #require(result.exitCode == 0, "\(result.errors)")
        hashes.append(try result.weightsHash())
      }
      #expect(hashes[0] == hashes[1] && hashes[0] == hashes[2])
      try expectSameRun(runs[1], as: runs[0], "1 and 2 threads")
      try expectSameRun(runs[2], as: runs[0], "1 and 3 threads")
      let first = try RunFiles(runs[0].path).metrics()
      #expect(first.last?["weights_hash"] == hashes[0])
      // A run that does nothing would be the same too.
      let norms = try runs[0].values("grad_norm").dropFirst(warmUpSteps)
      #expect(!norms.isEmpty && norms.allSatisfy { $0 ?? 0 > 0 })
    }
  }

  @Test("sft, with batches of several pieces")
  func supervised() throws {
    let lab = try RunLab.shared()
    try expectSameBits(lab.supervised(steps: 4) + ["--problems", "300"])
  }

  @Test("grpo, one update a step, rollouts on several lanes")
  func reinforced() throws {
    let lab = try RunLab.shared()
    try expectSameBits(
      lab.reinforced(steps: 3, problems: 17, groupSize: 16) + ["--evaluation-samples", "3"])
  }

  @Test("grpo with two epochs of two minibatches and a reference")
  func manyUpdates() throws {
    let lab = try RunLab.shared()
    try expectSameBits(
      lab.reinforced(steps: 3, problems: 16, groupSize: 8) + RunLab.manyUpdates)
  }

  @Test("dapo with further rounds of sampling, an entropy bonus and a measured divergence")
  func variant() throws {
    let lab = try RunLab.shared()
    try expectSameBits(
      lab.reinforced(steps: 3, problems: 16, groupSize: 4)
        + ["--variant", "dapo", "--entropy-weight", "0.01", "--log-kl", "--epochs", "2"])
  }

  @Test("rloo with its divergence in the reward, and raft")
  func criticFree() throws {
    let lab = try RunLab.shared()
    for arguments in [
      ["--algorithm", "rloo", "--kl-weight", "0.05", "--epochs", "2"], ["--algorithm", "raft"],
    ] {
      try expectSameBits(lab.reinforced(steps: 2, problems: 16, groupSize: 8) + arguments)
    }
  }

  @Test("ppo with a critic of its own, and a2c with one on the policy's trunk")
  func critics() throws {
    let lab = try RunLab.shared()
    let arguments = lab.reinforced(steps: 3, problems: 16, groupSize: 8)
    try expectSameBits(arguments + RunLab.critic, warmUpSteps: 1)
    try expectSameBits(arguments + ["--algorithm", "a2c", "--shared-trunk"])
  }

  @Test("another seed is another run, the same seed the same one")
  func seeds() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let runs = try [0, 0, 1].enumerated().map { place, seed in
        let run = RunFiles(folder.appending(path: "\(place)"))
        let result = try ToolRunner.run(
          lab.reinforced(steps: 2) + ["--run", run.path, "--seed", "\(seed)", "--quiet"])
        try #require(result.exitCode == 0, "\(result.errors)")
        return run
      }
      try expectSameRun(runs[1], as: runs[0])
      #expect(runs[2].completions != runs[0].completions)
    }
  }
}
