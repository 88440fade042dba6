import Foundation
import Testing

/// OpenBLAS can be told which processor to compute for, so one machine shows what others would do.
@Suite("Runs: what the processor changes is said")
struct RunCoreTests {
  private static let announcement = "the sampler isn't the trainer to the last bit"

  /// Starts a run on a core and gives what it wrote; nil where this machine can't be that core.
  private func train(
    _ core: String, _ arguments: [String], in folder: URL
  ) throws -> (run: RunFiles, result: ToolResult)? {
    let run = RunFiles(folder.appending(path: "run-\(UUID().uuidString)"))
    let result = try ToolRunner.run(
      arguments + ["--run", run.path], environment: ["OPENBLAS_CORETYPE": core])
    // A core that the processor has no instructions for ends in a signal.
    guard result.signal == nil else { return nil }
    try #require(result.exitCode == 0, "\(result.errors)")
    let name = try #require(run.checkpointNames.last)
    let inspected = try ToolRunner.run(["checkpoint", "inspect", run.path + "/checkpoints/" + name])
    return inspected.output.contains("\"blas_core\": \"\(core)\"") ? (run, result) : nil
  }

  @Test("where the sampler can't be the trainer to the bit, a run says so at its start")
  func announcement() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let arguments = lab.reinforced(steps: 1, problems: 8, groupSize: 8)
      for core in ["Haswell", "Zen"] {
        guard let (run, result) = try train(core, arguments, in: folder) else { continue }
        let notes = result.output.split(separator: "\n").filter { $0.contains(Self.announcement) }
        #expect(
          notes == [
            "note     on the OpenBLAS core \(core) \(Self.announcement); "
              + "sampling/logp_difference_max measures it"
          ])
        #expect(result.errors.isEmpty)
        // What it announces is there to be measured.
        #expect(try run.values("sampling/logp_difference_max").contains { $0 ?? 0 > 0 })
        let resumed = try ToolRunner.run(
          ["resume", run.path, "--steps", "2", "--json"], environment: ["OPENBLAS_CORETYPE": core])
        #expect(resumed.errors.components(separatedBy: Self.announcement).count == 2)
        let quiet = try train(core, arguments + ["--quiet"], in: folder)
        #expect(quiet?.result.output == "" && quiet?.result.errors == "")
        // Nothing is sampled to train on.
        let supervised = try train(core, lab.supervised(steps: 1), in: folder)
        #expect(supervised?.result.output.contains(Self.announcement) == false)
      }
      for core in ["Sandybridge", "Nehalem", "SkylakeX"] {
        guard let (run, result) = try train(core, arguments, in: folder) else { continue }
        #expect(!result.output.contains(Self.announcement), "\(core)")
        #expect(try run.values("sampling/logp_difference_max") == [0], "\(core)")
      }
    }
  }

  @Test("resumed on another core, a run warns and goes on; diff names both")
  func resumedElsewhere() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let arguments = lab.reinforced(steps: 1)
      guard let (run, _) = try train("Sandybridge", arguments, in: folder),
        let (other, _) = try train("Haswell", arguments, in: folder)
      else { return }
      let again = try ToolRunner.run(
        ["resume", run.path, "--steps", "2", "--quiet"],
        environment: ["OPENBLAS_CORETYPE": "Sandybridge"])
      #expect(again.exitCode == 0 && again.errors.isEmpty)
      let elsewhere = try ToolRunner.run(
        ["resume", run.path, "--steps", "3", "--quiet"],
        environment: ["OPENBLAS_CORETYPE": "Haswell"])
      #expect(elsewhere.exitCode == 0 && elsewhere.output.isEmpty)
      #expect(
        elsewhere.errors
          == "warning: the checkpoint was made on the OpenBLAS core Sandybridge, and this is "
          + "Haswell: from here on it is another run\n")
      #expect(run.lines("metrics.jsonl").count == 3)
      let back = try ToolRunner.run(
        ["resume", other.path, "--steps", "2", "--quiet"],
        environment: ["OPENBLAS_CORETYPE": "Sandybridge"])
      #expect(back.exitCode == 0 && back.errors.contains("core Haswell, and this is Sandybridge"))
      let compared = try ToolRunner.run(["diff", run.path, other.path])
      #expect(compared.exitCode == 1)
      #expect(compared.output.contains("\nmade by\n  blas_core   Haswell   Sandybridge\n"))
    }
  }
}
