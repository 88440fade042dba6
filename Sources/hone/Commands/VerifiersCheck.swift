import Foundation
internal import Messages
internal import Parallel
internal import PluginHost
internal import Runs
import TaskSuites
import Verifiers
import Workbench

/// The options of `hone verifiers check`.
package struct VerifiersCheckOptions: Command {
  package static let specification = CommandSpecification(
    "verifiers check",
    "Try a verifier on right answers, wrong ones and attacks; exit code 1 if one gets through.",
    operands: [
      .init(
        "NAME", "a built-in verifier, a plugin of Tasks/plugins, or a plugin's folder by its path")
    ],
    options: [
      OptionSpecification(
        "suite", .text(placeholder: "NAME|FILE"), "a suite or problem file to take problems from",
        remarks: ["default the plugin's check.jsonl, else the shipped suites that fit"]),
      OptionSpecification(
        "problems", .integer(1...100_000), "number of problems",
        remarks: ["default \(defaultProblems)"]),
      OptionSpecification(
        "attack-problems", .integer(1...100_000), "how many of them are attacked",
        remarks: ["default \(defaultAttackProblems)"]),
      OptionSpecification(
        "seed", .integer(0...1_000_000), "which problems and which mutations",
        remarks: ["default 0"]),
      OptionSpecification(
        "only", .text(placeholder: "ATTACK"), "try this attack alone; may be repeated"),
      OptionSpecification(
        "allow", .text(placeholder: "NAME"),
        "an attack or mutation that may pass, as you know why; may be repeated"),
      jsonOption,
    ])

  /// The verifier.
  package let name: String
  /// Where problems come from; nil for what fits.
  package let suite: String?
  /// Problems.
  package let problems: Int
  /// Problems that are attacked.
  package let attackProblems: Int
  /// Which problems and mutations.
  package let seed: Int
  /// The attacks to try; empty for all.
  package let only: [String]
  /// Attacks and mutations that may pass.
  package let allowed: [String]
  /// Whether standard output ends with a line of JSON.
  package let isJSON: Bool

  package init(_ arguments: ParsedArguments) throws {
    name = arguments.operands[0]
    suite = arguments.text("suite")
    problems = arguments.integer("problems") ?? Self.defaultProblems
    attackProblems = arguments.integer("attack-problems") ?? Self.defaultAttackProblems
    seed = arguments.integer("seed") ?? 0
    only = arguments.texts("only")
    allowed = arguments.texts("allow")
    isJSON = arguments.isOn("json")
    try Self.check(only, "only", "attack", among: AttackFamily.names)
    try Self.check(
      allowed, "allow", "attack or mutation", among: AttackFamily.names + Mutation.names)
  }

  private static func check(
    _ names: [String], _ flag: String, _ kind: String, among known: [String]
  ) throws {
    guard let unknown = names.first(where: { !known.contains($0) }) else { return }
    throw UsageError(
      "--\(flag): no \(kind) is called \(quoted(unknown)); "
        + suggestion(for: unknown, among: known),
      usage: specification.usage)
  }

  package func run() throws -> ExitCode {
    let catalog = SuiteCatalog(folder: Installation.current.tasks)
    let plugins = catalog.pluginFolder.path
    let verifier = try VerifierCatalog(pluginFolder: plugins).verifier(name)
    let folder =
      BuiltInVerifiers.names.contains(name)
      ? nil : name.contains("/") ? name : plugins + "/" + name
    let chosen = try WorkbenchProblems(
      for: verifier, name: name, folder: folder, suite: suite, count: problems, seed: seed,
      catalog: catalog)
    guard !chosen.problems.isEmpty else {
      let reason = chosen.passedOver.first.map { " (\($0))" } ?? ""
      throw UsageError(
        "no shipped suite fits the verifier \(name)\(reason); name one with --suite, or write "
          + "problems into \(WorkbenchProblems.fileName) in the plugin's folder",
        usage: Self.specification.usage)
    }
    var check = VerifierCheck(
      name: name,
      origin: folder.map { name.contains("/") ? "plugin in \($0)" : "plugin in Tasks/plugins" }
        ?? "built in")
    check.seed = seed
    check.attackedProblems = attackProblems
    check.threads = Team.processorCount
    check.only = only.isEmpty ? nil : Set(only)
    check.allowed = Set(allowed)
    let findings = try check.run(verifier, on: chosen)
    try Console.progress(findings.text(command: command), isJSON: isJSON)
    if isJSON { try Console.json(findings.json) }
    return findings.isClean ? .success : .negative
  }

  /// The command that asks the same again.
  private var command: String {
    var words = ["hone verifiers check", name]
    if let suite { words += ["--suite", suite] }
    if problems != Self.defaultProblems { words += ["--problems", "\(problems)"] }
    if attackProblems != Self.defaultAttackProblems {
      words += ["--attack-problems", "\(attackProblems)"]
    }
    return (words + ["--seed", "\(seed)"]).joined(separator: " ")
  }

  private static let defaultProblems = 200
  private static let defaultAttackProblems = 20
}
