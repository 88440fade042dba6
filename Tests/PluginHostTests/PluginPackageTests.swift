import Foundation
import PluginHost
import Synchronization
import Testing
import Verifiers

/// The plugins over packages of PyPI, with the packages themselves.
enum PluginPackages {
  private static let repository = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private static let environment = repository.appending(path: ".venv-plugins")
  private static let labs = Mutex<[PluginLab]>([])
  static let names = ["reasoning-gym", "math-verify"]

  /// Whether the packages are installed as the plugins want them.
  static let areInstalled: Bool = {
    let wanted = names.map {
      (try? Data(contentsOf: repository.appending(path: "Tasks/plugins/\($0)/requirements.txt")))
        ?? Data()
    }
    let installed = try? Data(contentsOf: environment.appending(path: "requirements.txt"))
    return installed == wanted.reduce(Data(), +)
  }()

  /// Why they may not be.
  static let reason = Comment(
    rawValue: ProcessInfo.processInfo.environment["HONE_NO_PLUGIN_PACKAGES"]
      ?? "reasoning-gym and math-verify are not in .venv-plugins; Tools/test without arguments "
      + "installs them")

  /// A shipped plugin, run by the Python that has its package.
  ///
  /// Its folder stays until the tests end: the plugin starts its programs in it when they are needed.
  static func plugin(
    _ name: String, _ change: (String) -> String = { $0 }
  ) throws -> PluginVerifier {
    let folder = repository.appending(path: "Tasks/plugins/\(name)")
    let manifest = try String(contentsOf: folder.appending(path: "plugin.json5"), encoding: .utf8)
    let python = environment.appending(path: "bin/python").path
    let lab = try PluginLab(
      manifest: change(
        manifest.replacing(#"["python3", "#, with: "[\"\(python)\", ")
          .replacing("protocol: 1,", with: "protocol: 1, name: \"\(name)\",")))
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path)
    where file.hasSuffix(".py") {
      try lab.write(
        String(contentsOf: folder.appending(path: file), encoding: .utf8), to: file)
    }
    labs.withLock { $0.append(lab) }
    return try lab.plugin()
  }

  /// The names of all data sets of reasoning-gym.
  static func datasets() throws -> [String] {
    let process = Process()
    let output = Pipe()
    process.executableURL = environment.appending(path: "bin/python")
    process.arguments = [
      "-c", "from reasoning_gym.factory import DATASETS; print(*sorted(DATASETS))",
    ]
    process.standardOutput = output
    try process.run()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: text, as: UTF8.self).split(whereSeparator: \.isWhitespace)
      .map(String.init)
  }
}

@Suite(
  "Plugins: reasoning-gym and math-verify themselves",
  .enabled(if: PluginPackages.areInstalled, PluginPackages.reason))
struct PluginPackageTests {
  private func place(_ dataset: String, _ index: Int, _ settings: String = "{}") -> ProblemPlace {
    ProblemPlace(dataset: dataset, settings: settings, seed: 1_000_000, index: index)
  }

  private func submission(_ answer: String, _ problem: SourcedProblem) -> Submission {
    Submission(
      Completion(reasoning: "", answer: answer),
      of: Problem(
        task: "", prompt: problem.prompt, answer: problem.answer, columns: problem.columns))
  }

  @Test func everyDataSetGivesItsReferenceAFullScore() throws {
    let gym = try PluginPackages.plugin("reasoning-gym")
    let names = try PluginPackages.datasets()
    #expect(names.count > 100)
    var withoutReference: Set<String> = []
    var problems: [SourcedProblem] = []
    for name in names where name != "composite" {
      let made = try gym.problems(at: (0..<3).map { place(name, $0) }).compactMap { $0 }
      #expect(made.count == 3, "\(name)")
      #expect(made.allSatisfy { $0.columns["dataset"] == name })
      if made.contains(where: \.answer.isEmpty) { withoutReference.insert(name) }
      problems += made.filter { !$0.answer.isEmpty }
    }
    // These score an answer by other means than a reference.
    #expect(
      withoutReference
        == ["boxnet", "graph_color", "propositional_logic", "rubiks_cube", "rush_hour"])
    let verdicts = gym.verify(
      problems.map { submission($0.answer, $0) }, failuresAllowed: .max)
    for (problem, verdict) in zip(problems, verdicts) {
      guard case .score(let score) = verdict else {
        Issue.record("\(problem.columns): \(verdict)")
        continue
      }
      #expect(score.reward == 1 && score.parts["correctness"] == 1, "\(problem.columns)")
    }
    // What can't be read is wrong, and no failure of the scorer.
    let garbage = gym.verify(
      problems.flatMap { problem in ["", "[[", "1e999"].map { submission($0, problem) } },
      failuresAllowed: .max)
    #expect(garbage.allSatisfy { $0.reason == nil }, "\(garbage.compactMap(\.reason).prefix(3))")
    #expect(gym.restarts == 0)
  }

  @Test func aProblemDependsOnItsPlaceAlone() throws {
    let names = [
      "chain_sum", "acre", "list_functions", "gsm_symbolic", "zebra_puzzles", "composite",
    ]
    let settings =
      #"{"datasets": [{"name": "gcd", "weight": 1, "config": {}}, "#
      + #"{"name": "lcm", "weight": 2, "config": {}}]}"#
    let places = names.flatMap { name in
      [0, 1, 999, 1000, 54_321].map { place(name, $0, name == "composite" ? settings : "{}") }
    }
    let (one, other) = (
      try PluginPackages.plugin("reasoning-gym"),
      try PluginPackages.plugin("reasoning-gym")
    )
    let first = try one.problems(at: places)
    let second = try other.problems(at: places.reversed())
    #expect(first == second.reversed())
    #expect(Set(first.compactMap { $0?.prompt }).count > places.count - 3)
  }

  @Test func partialScoresCountOnlyWhereTheyAreAskedFor() throws {
    let strict = try PluginPackages.plugin("reasoning-gym")
    let lenient = try PluginPackages.plugin("reasoning-gym") {
      $0.replacing(#"FULL_SCORES_ONLY: "1""#, with: #"FULL_SCORES_ONLY: "0""#)
    }
    let problem = try #require(try strict.problems(at: [place("chain_sum", 0)])[0])
    // The scorer pays for the reference copied among other things.
    let copied = "xx\(problem.answer)xx"
    guard
      case .score(let full) = strict.verify([submission(copied, problem)], failuresAllowed: 1)[0],
      case .score(let part) = lenient.verify([submission(copied, problem)], failuresAllowed: 1)[0]
    else {
      Issue.record("no score")
      return
    }
    #expect(full.reward == 0 && full.parts["correctness"] == 0)
    let paid = try #require(full.parts["score"])
    #expect(paid > 0 && paid < 1)
    #expect(part.reward == paid && part.parts["correctness"] == 0)
  }

  @Test func mistakesAreRefusedInWords() throws {
    let gym = try PluginPackages.plugin("reasoning-gym")
    for (dataset, settings, words) in [
      ("chain_summ", "{}", "did you mean 'chain_sum'?"),
      ("chain_sum", #"{"terms": 2}"#, "chain_sum has no setting 'terms'; it has min_terms"),
      ("chain_sum", #"{"min_terms": 9}"#, "refuses its settings"),
    ] {
      let error = #expect(throws: SourceError.self) {
        try gym.problems(at: [place(dataset, 0, settings)])
      }
      guard case .refused(let text)? = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(text.contains(words), "\(text)")
    }
    var problem = try #require(try gym.problems(at: [place("gcd", 0)])[0])
    problem.columns["version"] = "0.0.1"
    let old = gym.verify([submission(problem.answer, problem)], failuresAllowed: 1)[0]
    #expect(old.reason?.contains("of reasoning-gym 0.0.1, and this is") == true)
    problem.columns = [:]
    let foreign = gym.verify([submission(problem.answer, problem)], failuresAllowed: 1)[0]
    #expect(foreign.reason?.contains("doesn't come from this plugin's problems") == true)
  }

  @Test func answersAreComparedAsMathematics() throws {
    let judge = try PluginPackages.plugin("math-verify")
    let right = [
      ("42", "42"), ("42", "$42$"), ("42", #"\boxed{42}"#), ("1000", "1,000"), ("1/2", "0.5"),
      (#"\frac{1}{2}"#, "1/2"), ("$x^2+2x+1$", "(x+1)^2"), (#"\{1,2\}"#, #"\{2,1\}"#),
      (#"\sqrt{8}"#, #"2\sqrt{2}"#), ("2^{10}", "1024"), ("x=3", "3"), ("5!", "120"),
      (#"\infty"#, #"\infty"#), ("10^{100}", "10^{100}"),
    ]
    let wrong = [
      "", "41", "41 or 42", "42 or 41", "41, 42", "$41$ $42$", "42$ 41", "40 2", "4 2", "41=42",
      "142", "the answer is 42", "４２", "9**9**9", "9^{9^{9^9}}", "10^{1000000000}",
      #"\binom{1000000000}{500000000}"#, "100000000!", "9!!!!!!", #"\int_0^{42} 1 dx"#,
      #"\boxed{41}\boxed{42}"#, String(repeating: "(", count: 400),
      String(repeating: "9", count: 600),
      String(repeating: "x", count: 100_000),
    ]
    let pairs = right + wrong.map { ("42", $0) }
    let verdicts = judge.verify(
      pairs.map { reference, answer in
        Submission(
          Completion(reasoning: "", answer: answer),
          of: Problem(task: "", prompt: "?", answer: reference))
      }, failuresAllowed: .max)
    for (number, verdict) in verdicts.enumerated() {
      let reward = number < right.count ? 1.0 : 0
      #expect(
        verdict == .score(Score(reward: reward, parts: ["correctness": reward])),
        "\(pairs[number].0) and \(pairs[number].1.prefix(40))")
    }
    #expect(judge.restarts == 0)
  }
}
