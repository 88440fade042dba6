import Foundation
import Testing

/// Today's tool against the recorded runs of Tests/Fixtures/runs, by the script that recorded them.
@Suite("Runs: the bits are those of the fixture")
struct RunFixtureTests {
  private static let folder = ToolRunner.repository.appending(path: "Tests/Fixtures/runs")

  /// Every recorded case; the other files there are what runs are made from.
  private static let cases =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
    .filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()

  /// The fixture is computed with OpenBLAS's kernels for AVX-512, whatever core it would pick itself.
  private static let isComparable =
    (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.contains(" avx512f ") ?? false

  private static let hasPython = (try? ToolRunner.bash("command -v python3"))?.exitCode == 0

  private func fixture(_ arguments: [String], timeout: Double = 120) throws -> ToolResult {
    try ToolRunner.run(
      arguments, program: ToolRunner.repository.appending(path: "Tools/fixture"), timeout: timeout)
  }

  @Test(
    "each run has its weights, metrics and completions",
    .enabled(if: hasPython, "python3 is not in PATH"),
    .enabled(if: isComparable, "the fixture is for processors with AVX-512"),
    arguments: cases)
  func sameBits(name: String) throws {
    let result = try fixture(["check", name, "--hone", ToolRunner.executable.path], timeout: 300)
    #expect(result.exitCode == 0, "\(result.output)\(result.errors)")
  }

  @Test("every case of the script is recorded", .enabled(if: hasPython, "python3 is not in PATH"))
  func complete() throws {
    let names = try fixture(["list"]).output.split(separator: "\n")
      .compactMap { $0.split(separator: " ").first.map(String.init) }
    #expect(!names.isEmpty && names.sorted() == Self.cases)
  }
}
