import Analysis
import Experience
import Foundation
import Testing

@Suite("Where two runs diverge")
struct DiffTests {
  /// A run as text: three steps with two completions each.
  struct Run {
    var config = ["\"seed\": 0", "\"log_completions\": 0", "\"run\": \"a\""]
    var metrics = (1...3).map {
      #"{"step": \#($0), "reward": 0.5, "entropy": 0.25, "loss": -1e-05, "step_time": 0.\#($0)}"#
    }
    var completions = (1...3).flatMap { step in (0..<2).map { Run.completion(step, $0) } }
    /// What follows the last line end of each file.
    var rest = (metrics: "", completions: "")

    static func completion(
      _ step: Int, _ sample: Int, _ text: String = "<think>7+5=12</think>12",
      finished: Bool = true, prompt: String = "7+5=", reward: Double = 1, advantage: Double = 0.5
    ) -> String {
      #"{"advantage":\#(advantage),"answer":"12","completion":"\#(text)","finished":\#(finished),"#
        + #""parts":{"correctness":1},"problem":0,"prompt":"\#(prompt)","reward":\#(reward),"#
        + #""sample":\#(sample),"step":\#(step),"task":"sums"}"#
    }

    func write(to folder: URL) throws -> String {
      try FileManager.default.createDirectory(
        at: folder.appending(path: "checkpoints"), withIntermediateDirectories: true)
      func write(_ text: String, _ name: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
      }
      try write("{" + config.joined(separator: ",\n") + "}\n", "config.json")
      try write(metrics.map { $0 + "\n" }.joined() + rest.metrics, "metrics.jsonl")
      try write(completions.map { $0 + "\n" }.joined() + rest.completions, "completions.jsonl")
      return folder.path
    }
  }

  /// Compares the plain run with a changed one.
  static func compare(
    _ change: (inout Run) -> Void, with changeFirst: (inout Run) -> Void = { _ in }
  ) throws -> RunDiff {
    try HandmadeRun.withFolder { folder in
      var (first, second) = (Run(), Run())
      changeFirst(&first)
      change(&second)
      return try RunDiff(
        try first.write(to: folder.appending(path: "a")),
        try second.write(to: folder.appending(path: "b")), catalog)
    }
  }

  /// Differences as text: the name and what each run has.
  static func rows(_ differences: [RunDiff.Difference]) -> [[String]] {
    differences.map { difference in
      [difference.name] + [difference.first, difference.second].map { $0.map { "\($0)" } ?? "nil" }
    }
  }

  @Test("times, the form of numbers and neutral fields don't make runs diverge")
  func same() throws {
    let comparison = try Self.compare { run in
      run.metrics[1] =
        #"{"loss": -0.00001, "step": 2, "entropy": 0.25, "reward": 5e-1, "step_time": 9}"#
      run.config[2] = "\"run\": \"b\""
    }
    #expect(comparison.divergence == nil && comparison.firstCompletion == nil)
    #expect(comparison.steps == (3, 3))
    #expect(Self.rows(comparison.configuration) == [["run", #"string("a")"#, #"string("b")"#]])
    #expect(comparison.commonWeightsStep == nil)
    #expect(comparison.notes.count == 2 && comparison.notes[0].contains("no checkpoint yet"))
  }

  @Test(
    "the token: its place counts a mark as one, and an end is a token",
    arguments: [
      ("<think>7+5=22</think>12", true, 5, "<think>7+5=", "1", "2</think>12", "2", "2</think>12"),
      ("7+5=12</think>12", true, 0, "", "<think>", "7+5=12</think>12", "7", "+5=12</think>12"),
      (
        "<think>7+5=12</think>", true, 8, "<think>7+5=12</think>", "1", "2", "(end)", ""
      ),
      (
        "<think>7+5=12</think>12", false, 10, "<think>7+5=12</think>12", "(end)", "", "(cut off)",
        ""
      ),
      (
        "<think>7+5=12</think>123", false, 10, "<think>7+5=12</think>12", "(end)", "", "3", ""
      ),
    ])
  func token(
    _ text: String, _ finished: Bool, _ index: Int, _ before: String, _ first: String,
    _ firstRest: String, _ second: String, _ secondRest: String
  ) throws {
    let comparison = try Self.compare { run in
      run.completions[3] = Run.completion(2, 1, text, finished: finished, reward: 0)
    }
    let divergence = try #require(comparison.divergence)
    #expect(divergence.step == 2 && divergence.kind == .completion && divergence.prompt == "7+5=")
    #expect(
      divergence.place?.problem == 0 && divergence.place?.sample == 1 && divergence.metrics.isEmpty)
    let token = try #require(divergence.token)
    #expect(token.index == index && token.before == before)
    #expect(token.first == first && token.firstRest == firstRest)
    #expect(token.second == second && token.secondRest == secondRest)
  }

  @Test(
    "what a completion's line differs in first",
    arguments: [
      (Run.completion(1, 0, prompt: "5+7=", reward: 0), RunDiff.Divergence.Kind.problem),
      (Run.completion(1, 0, reward: 0, advantage: 0), .verdict),
      (Run.completion(1, 0, advantage: 0.25), .advantage),
    ])
  func kinds(line: String, kind: RunDiff.Divergence.Kind) throws {
    let divergence = try #require(try Self.compare { $0.completions[0] = line }.divergence)
    #expect(divergence.kind == kind && divergence.step == 1 && divergence.token == nil)
    let expected: [String] =
      switch kind {
      case .problem: ["prompt"]
      case .verdict: ["advantage", "reward"]
      default: ["advantage"]
      }
    #expect(divergence.fields.map(\.name) == expected)
  }

  @Test(
    "with the same completions, the metrics say what diverged",
    arguments: [
      ("\"loss\": -1e-05", "\"loss\": -1.1e-05", RunDiff.Divergence.Kind.update, "loss"),
      ("\"entropy\": 0.25", "\"entropy\": 0.26", .policy, "entropy"),
      ("\"reward\": 0.5", "\"reward\": 0.6", .batch, "reward"),
      ("\"loss\": -1e-05", "\"loss\": null", .update, "loss"),
      (", \"loss\": -1e-05", "", .update, "loss"),
      ("\"loss\"", "\"kl\": 0, \"loss\"", .update, "kl"),
    ])
  func metrics(
    text: String, other: String, kind: RunDiff.Divergence.Kind, name: String
  ) throws {
    let comparison = try Self.compare { run in
      run.metrics[1].replace(text, with: other)
      run.metrics[1].replace("0.2}", with: "0.9}")
    }
    let divergence = try #require(comparison.divergence)
    #expect(divergence.step == 2 && divergence.kind == kind && divergence.place == nil)
    #expect(divergence.metrics.map(\.name) == [name] && comparison.firstCompletion == nil)
  }

  @Test("other last bits first, another token later: both are found")
  func laterCompletion() throws {
    let comparison = try Self.compare { run in
      run.metrics[0].replace("0.25", with: "0.2500001")
      run.completions[5] = Run.completion(3, 1, "7")
    }
    #expect(comparison.divergence?.step == 1 && comparison.divergence?.kind == .policy)
    #expect(comparison.firstCompletion?.step == 3 && comparison.firstCompletion?.token?.index == 0)
  }

  @Test("texts that Unicode calls equivalent are two texts")
  func bytes() throws {
    let divergence = try Self.compare({ $0.completions[0] = Run.completion(1, 0, "e\u{301}") }) {
      $0.completions[0] = Run.completion(1, 0, "\u{E9}")
    }.divergence
    #expect(divergence?.token?.index == 0)
  }

  @Test("weights and evaluations are compared where both runs have them")
  func sometimes() throws {
    func hashed(_ run: inout Run, _ step: Int, _ hash: String) {
      run.metrics[step - 1].replace("}", with: ", \"weights_hash\": \"\(hash)\"}")
    }
    let saved = try Self.compare({ hashed(&$0, 2, "ab") }) { hashed(&$0, 1, "ab") }
    #expect(saved.divergence == nil && saved.commonWeightsStep == nil)
    let same = try Self.compare({
      hashed(&$0, 2, "ab")
      $0.metrics[2].replace("0.5", with: "0.6")
    }) { hashed(&$0, 2, "ab") }
    #expect(same.divergence?.step == 3 && same.commonWeightsStep == 2)
    let other = try Self.compare({ hashed(&$0, 2, "cd") }) { hashed(&$0, 2, "ab") }
    #expect(
      other.divergence?.kind == .update && other.divergence?.metrics.map(\.name) == ["weights_hash"]
    )

    func evaluated(_ run: inout Run, _ score: Double) {
      run.metrics[1].replace("}", with: ", \"eval/pass@1\": \(score)}")
    }
    #expect(try Self.compare({ evaluated(&$0, 0.5) }).divergence == nil)
    let scores = try Self.compare({ evaluated(&$0, 0.5) }) { evaluated(&$0, 0.6) }
    #expect(scores.divergence?.metrics.map(\.name) == ["eval/pass@1"])
    let sizes = try Self.compare({
      evaluated(&$0, 0.5)
      $0.config.append("\"evaluation_problems\": 5")
    }) { evaluated(&$0, 0.6) }
    #expect(sizes.divergence == nil)
  }

  @Test("a completion that only one run wrote down")
  func unmatched() throws {
    let missing = try Self.compare { $0.completions.remove(at: 2) }
    #expect(missing.divergence?.kind == .unmatched && missing.divergence?.step == 2)
    #expect(missing.divergence?.fields.first?.second == nil)
    let surplus = try Self.compare({ _ in }) { $0.completions.remove(at: 2) }
    #expect(
      surplus.divergence?.kind == .unmatched && surplus.divergence?.fields.first?.first == nil)
    // Where they keep other ones, those that both kept are compared.
    let fewer = try Self.compare {
      $0.config[1] = "\"log_completions\": 1"
      $0.completions = [0, 2, 4].map { Run().completions[$0] }
    }
    #expect(fewer.divergence == nil)
    let other = try Self.compare {
      $0.config[1] = "\"log_completions\": 1"
      $0.completions = [Run().completions[0], Run.completion(2, 0, "1")]
    }
    #expect(other.divergence?.step == 2 && other.divergence?.token?.index == 0)
  }

  @Test("runs of other lengths, and what a killed run leaves")
  func lengths() throws {
    let longer = try Self.compare({
      $0.metrics.removeLast()
      // Completions of a step whose metrics aren't there, and half a line.
      $0.rest = ("{\"step\": 3, \"rew", "{\"adv")
    })
    #expect(longer.divergence == nil && longer.steps == (3, 2))
    #expect(
      longer.notes.contains {
        $0.hasSuffix("metrics.jsonl: its last line isn't whole and is left out")
      })
    let cut = try Self.compare { $0.completions.removeLast(3) }
    #expect(cut.divergence == nil)
    #expect(cut.notes.contains { $0.contains("b: its completions.jsonl ends before its steps") })
  }

  @Test("fields of the configurations: known and unknown ones, those that matter first")
  func configuration() throws {
    let comparison = try Self.compare {
      $0.config = ["\"run\": \"b\"", "seed: 1", "\"flux\": true", "\"log-completions\": 0"]
    }
    #expect(
      Self.rows(comparison.configuration) == [
        ["seed", #"number("0")"#, #"number("1")"#], ["flux", "nil", "bool(true)"],
        ["run", #"string("a")"#, #"string("b")"#],
      ])
  }

  @Test(
    "a damaged line: the file, the line and what is wrong",
    arguments: [
      (
        "metrics", 1, "{\"step\": 2",
        "metrics.jsonl:2:1: it isn't JSON: the object that begins here is never closed"
      ),
      ("metrics", 1, "", "metrics.jsonl:2:1: it isn't JSON"),
      ("metrics", 1, "[2]", "metrics.jsonl:2: it is no object"),
      ("metrics", 1, "{\"reward\": 2}", "metrics.jsonl:2: it has no step"),
      ("metrics", 2, "{\"step\": 2}", "metrics.jsonl:3: step 2, where step 3 should be"),
      ("completions", 3, "{\"step\": 2}", "completions.jsonl:4: it needs step, problem and sample"),
      ("completions", 4, Run.completion(1, 0), "completions.jsonl:5: step 1 after step 2"),
      (
        "completions", 3, Run.completion(2, 0),
        "completions.jsonl:4: problem 0, sample 0 of step 2 is there twice"
      ),
      ("completions", 0, "\u{0}", "completions.jsonl:1:1: it isn't JSON"),
    ])
  func damage(file: String, index: Int, line: String, expected: String) throws {
    let error = #expect(throws: TrainingError.self) {
      try Self.compare { run in
        if file == "metrics" { run.metrics[index] = line } else { run.completions[index] = line }
      }
    }
    let text = try #require(error).description
    #expect(text.contains("/b/" + expected), "\(text)")
  }

  @Test("a run without a step has nothing to compare")
  func empty() throws {
    let error = #expect(throws: TrainingError.self) {
      try Self.compare {
        $0.metrics = []
        $0.completions = []
      }
    }
    #expect(try #require(error).description.contains("no step in its metrics.jsonl yet"))
  }

  @Test("lines longer than a piece of the file, and files without their last line end")
  func longLines() throws {
    let long = String(repeating: "1+", count: 400_000)
    let comparison = try Self.compare({
      $0.completions[0] = Run.completion(1, 0, long + "2")
      $0.completions[5] = Run.completion(3, 1, "8")
    }) { $0.completions[0] = Run.completion(1, 0, long + "2") }
    #expect(comparison.divergence?.step == 3)
  }
}
