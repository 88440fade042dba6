import Settings
import Testing
import hone

@Suite("Options of each command")
struct CommandOptionsTests {
  @Test("resume")
  func resume() throws {
    let plain = try ResumeOptions(parsing: ["runs/a"])
    #expect(plain.runFolder == "runs/a" && plain.steps == nil && plain.threads == nil)
    #expect(!plain.isJSON && !plain.isQuiet)
    let full = try ResumeOptions(
      parsing: ["--steps", "200", "runs/a", "--threads=3", "--json", "--quiet"])
    #expect(full.steps == 200 && full.threads == 3 && full.isJSON && full.isQuiet)
    #expect(throws: UsageError.self) { try ResumeOptions(parsing: []) }
  }

  @Test("evaluate")
  func evaluate() throws {
    let plain = try EvaluateOptions(parsing: ["m"])
    #expect(plain.model == "m" && plain.suite == nil && plain.split == "test" && plain.seed == 0)
    #expect(plain.samples == 1 && plain.temperature == 0 && plain.limit == 1000 && !plain.isJSON)
    let full = try EvaluateOptions(
      parsing: [
        "m", "--suite=logic", "--split", "train", "--samples", "8", "--limit", "50", "--seed", "2",
        "--json",
      ])
    #expect(full.suite == "logic" && full.split == "train" && full.samples == 8 && full.limit == 50)
    #expect(full.temperature == 1 && full.seed == 2 && full.isJSON)
    #expect(try EvaluateOptions(parsing: ["m", "--temperature", "0.5"]).temperature == 0.5)
    #expect(try EvaluateOptions(parsing: ["m"]).verifier.isEmpty)
    #expect(try EvaluateOptions(parsing: ["m", "--verifier", "text"]).verifier == "text")
    #expect(throws: UsageError.self) { try EvaluateOptions(parsing: ["m", "--split", "dev"]) }
    #expect(throws: UsageError.self) {
      try EvaluateOptions(parsing: ["m", "--samples=2", "--temperature=0"])
    }
  }

  @Test("ask")
  func ask() throws {
    let plain = try AskOptions(parsing: ["m", "-3+5="])
    #expect(plain.model == "m" && plain.prompt == "-3+5=")
    #expect(plain.samples == 1 && plain.temperature == 0 && plain.seed == 0)
    #expect(try AskOptions(parsing: ["m", "p", "--samples", "3"]).temperature == 1)
    #expect(throws: UsageError.self) { try AskOptions(parsing: ["m"]) }
  }

  @Test("suites and verifiers")
  func lists() throws {
    #expect(try SuitesOptions(parsing: ["--json"]).isJSON)
    let show = try SuitesShowOptions(parsing: ["logic", "--count", "2", "--split=test", "--json"])
    #expect(show.suite == "logic" && show.count == 2 && show.split == "test" && show.isJSON)
    #expect(try SuitesShowOptions(parsing: ["logic"]).count == 5)
    #expect(try SuitesShowOptions(parsing: ["logic"]).split == "train")
    #expect(throws: UsageError.self) { try VerifiersOptions(parsing: ["x"]) }
    _ = try VerifiersOptions(parsing: [])
    let check = try VerifiersCheckOptions(
      parsing: ["./a", "--only", "or", "--only=empty", "--json"])
    #expect(check.name == "./a" && check.only == ["or", "empty"] && check.isJSON)
    #expect(check.problems == 200 && check.attackProblems == 20 && check.seed == 0)
    #expect(check.suite == nil && check.allowed.isEmpty)
    #expect(throws: UsageError.self) { try VerifiersCheckOptions(parsing: []) }
  }

  @Test("checkpoint")
  func checkpoint() throws {
    #expect(try CheckpointInspectOptions(parsing: ["a"]).file == "a")
    #expect(try CheckpointVerifyOptions(parsing: ["a"]).file == "a")
    let unpack = try CheckpointUnpackOptions(parsing: ["a", "b"])
    #expect(unpack.file == "a" && unpack.folder == "b")
    let pack = try CheckpointPackOptions(parsing: ["b", "a"])
    #expect(pack.file == "a" && pack.folder == "b")
    #expect(throws: UsageError.self) { try CheckpointPackOptions(parsing: ["b"]) }
  }

  @Test("diff")
  func diff() throws {
    let plain = try DiffOptions(parsing: ["a", "b"])
    #expect(plain.first == "a" && plain.second == "b" && !plain.isJSON)
    #expect(try DiffOptions(parsing: ["a", "b", "--json"]).isJSON)
    #expect(throws: UsageError.self) { try DiffOptions(parsing: ["a"]) }
    #expect(throws: UsageError.self) { try DiffOptions(parsing: ["a", "b", "c"]) }
  }

  @Test("bench")
  func bench() throws {
    let plain = try BenchOptions(parsing: [])
    #expect(plain.preset == "w1" && plain.threads == 0 && !plain.isJSON)
    let full = try BenchOptions(parsing: ["--preset", "w2", "--threads", "2", "--json"])
    #expect(full.preset == "w2" && full.threads == 2 && full.isJSON)
    #expect(throws: UsageError.self) { try BenchOptions(parsing: ["--preset", "w3"]) }
  }

  @Test("every kind of error has its exit code")
  func exitCodes() {
    struct Unknown: Error {}
    #expect(exitCode(for: UsageError("", usage: "")) == .usage)
    #expect(exitCode(for: SettingsError(.setting, "")) == .usage)
    #expect(exitCode(for: SettingsError(.syntax, "")) == .badData)
    #expect(exitCode(for: SettingsError(.missingFile, "")) == .missingInput)
    #expect(exitCode(for: SettingsError(.unreadableFile, "")) == .missingInput)
    #expect(exitCode(for: Unknown()) == .bug)
  }
}
