import Foundation
import Testing

@Suite("bench", .serialized)
struct RunBenchTests {
  private func bench(_ more: String...) throws -> [String: Any] {
    let result = try ToolRunner.run(["bench", "--preset", "w0", "--json"] + more)
    try #require(result.exitCode == 0, "\(result.errors)")
    #expect(result.output == result.lastLine + "\n" && result.errors.contains("OpenBLAS core"))
    return try result.json()
  }

  @Test("bench --json: the shape, and numbers that go together")
  func shape() throws {
    let report = try bench("--threads", "2")
    #expect(
      Set(report.keys)
        == [
          "preset", "threads", "core", "sgemm_peak_gflops", "rollout", "update", "step",
          "peak_memory_mib", "allocations_per_step",
        ])
    #expect(report["preset"] as? String == "w0" && report["threads"] as? Int == 2)
    let peak = try #require(report["sgemm_peak_gflops"] as? Double)
    #expect(peak > 1)
    for name in ["rollout", "update"] {
      let part = try #require(report[name] as? [String: Double])
      #expect(
        Set(part.keys) == ["seconds", "tokens", "tokens_per_second", "gflops", "fraction_of_peak"])
      let seconds = try #require(part["seconds"])
      // 2 problems × 16 samples, 12 prompt and 64 new tokens each.
      #expect(part["tokens"] == 2432)
      #expect(abs(try #require(part["tokens_per_second"]) * seconds / 2432 - 1) < 1e-9)
      let fraction = try #require(part["fraction_of_peak"])
      #expect(fraction > 0 && fraction < 1)
      #expect(abs(try #require(part["gflops"]) / peak / fraction - 1) < 1e-9)
    }
    let step = try #require(report["step"] as? [String: Double])
    #expect(Set(step.keys) == ["seconds", "fraction_of_peak"])
    let memory = try #require(report["peak_memory_mib"] as? Double)
    #expect(memory > 30 && memory < 500)
  }

  @Test("allocations of a step don't grow with its tokens", arguments: [1, 2])
  func allocations(threads: Int) throws {
    let counts = try [16, 64, 128].map { tokens in
      try #require(
        try bench("--threads", "\(threads)", "--new-tokens", "\(tokens)")["allocations_per_step"]
          as? Int)
    }
    // Between them lie 1,536 and 2,048 more tokens; the system's queues take a few blocks or not.
    #expect(counts[0] > 0)
    for count in counts { #expect(abs(count - counts[0]) < 40, "\(counts)") }
  }
}
