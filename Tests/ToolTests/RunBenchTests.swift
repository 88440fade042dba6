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

  @Test(
    "bench --verifier: a program's speed beside the built-in one's and a step's",
    .enabled(if: hasPython, "python3 is not in PATH"))
  func verifier() throws {
    let result = try ToolRunner.run([
      "bench", "--verifier", "echo", "--new-tokens", "1", "--threads", "2", "--json",
    ])
    try #require(result.exitCode == 0, "\(result.errors)")
    let report = try result.json()
    #expect(
      Set(report.keys)
        == [
          "verifier", "suite", "threads", "completions", "judging", "text", "step",
          "share_of_step",
        ])
    #expect(report["verifier"] as? String == "echo" && report["suite"] as? String == "arithmetic")
    #expect(report["completions"] as? Int == 1024 && report["threads"] as? Int == 2)
    var seconds: [Double] = []
    for name in ["judging", "text"] {
      let speed = try #require(report[name] as? [String: Double])
      #expect(Set(speed.keys) == ["batches", "seconds", "completions_per_second"])
      let time = try #require(speed["seconds"])
      #expect(abs(try #require(speed["completions_per_second"]) * time / 1024 - 1) < 1e-9)
      seconds.append(time)
    }
    // A program can't be as fast as a function.
    #expect(seconds[0] > seconds[1])
    let step = try #require(report["step"] as? [String: Any])
    #expect(step["preset"] as? String == "w1")
    let stepTime = try #require(step["seconds"] as? Double)
    let share = try #require(report["share_of_step"] as? Double)
    #expect(abs(share * (stepTime + seconds[0]) / seconds[0] - 1) < 1e-9)
    #expect(result.errors.contains("of such a step with echo goes to verification\n"))
  }

  private static let hasPython = (try? ToolRunner.bash("command -v python3"))?.exitCode == 0

  @Test(
    "bench --verifier: what can't be measured",
    arguments: [
      (["--suite", "logic"], 64, "--suite says what a verifier judges"),
      (["--verifier", "ecko"], 64, "did you mean 'echo'?"),
      (["--verifier", "./no-such"], 66, "no such folder"),
      (["--verifier", "text", "--suite", "no-such"], 66, "no suite of this name"),
      (["--verifier", "truth"], 69, "the verifier truth failed on 1024 of 1024 completions"),
    ] as [([String], Int32, String)])
  func refusals(_ arguments: [String], _ code: Int32, _ message: String) throws {
    let result = try ToolRunner.run(["bench"] + arguments)
    #expect(result.exitCode == code && result.output.isEmpty)
    #expect(result.errors.contains(message), "\(result.errors)")
  }
}
