internal import Foundation
internal import JSON
internal import Messages
internal import PluginHost
internal import Verifiers

/// Makes a suite from a suite file (JSON5) or from a problem file (JSONL).
struct SuiteLoader {
  let rules: TextRules?
  /// Where the verifiers that suites name come from.
  let verifiers: VerifierCatalog
  /// The folder that paths of plugins are seen from: the suite file's.
  let folder: String

  /// The caps of suites that don't set their own.
  static let defaultCaps = LengthCaps(prompt: 40, completion: 60)

  /// A suite made of a problem file alone.
  func problemFile(_ url: URL, shown: String) throws(SuiteError) -> TaskSuite {
    let file = try TextFile(url, name: shown)
    let name = url.deletingPathExtension().lastPathComponent
    var notes: [String] = []
    var digest = StableHash(0)
    let task = try rowTask(
      RowFile(file), name: name, weight: 1, verifierName: nil, weights: nil, notes: &notes)
    digest.combine(file.text.utf8)
    return try suite(
      name: name, summary: "problems of \(url.lastPathComponent)", seed: 0, base: nil,
      tasks: [task], weights: nil, notes: notes, digest: digest, file: shown)
  }

  /// A suite that a suite file describes.
  func suiteFile(_ url: URL, shown: String) throws(SuiteError) -> TaskSuite {
    let file = try TextFile(url, name: shown)
    let root: JSONNode
    do throws(JSONError) {
      root = try JSONNode(parsing: file.text, as: .json5, file: shown)
    } catch {
      throw SuiteError(error)
    }
    var settings = try SettingsReader(root, file: shown, what: "a suite")
    let name = try settings.string("name") ?? url.deletingPathExtension().lastPathComponent
    let summary = try settings.string("description") ?? ""
    let seed = try settings.integer("seed", default: 0, within: 0...Int.max)
    let base = try settings.string("base")
    let (verifierName, weights) = try verifierChoice(&settings)
    let caps = try lengthCaps(&settings)
    let rule = try settings.choice("splits", default: SplitRule.content)
    let list = settings.node("tasks")
    try settings.finish(what: "a suite")
    guard let list, case .array(let entries) = list.value else {
      throw settings.error(
        #"the suite needs "tasks", an array such as [{ generator: "addition" }]"#,
        at: list?.position)
    }
    guard !entries.isEmpty else {
      throw settings.error("the suite is empty: name at least one task", at: list.position)
    }
    var notes: [String] = []
    var digest = StableHash(0)
    digest.combine(file.text.utf8)
    var tasks: [SuiteTask] = []
    var sources = SourceContext(
      suiteSeed: seed, rule: rule, caps: root["longest"] == nil ? nil : caps)
    for entry in entries {
      let task = try self.task(
        entry, beside: url, shown: shown, verifierName: verifierName, weights: weights, caps: caps,
        sources: &sources, notes: &notes, digest: &digest)
      if tasks.contains(where: { $0.name == task.name }) {
        throw settings.error(
          "two tasks are called \(quoted(task.name)); give each its own name", at: entry.position)
      }
      tasks.append(task)
    }
    guard tasks.contains(where: { $0.weight > 0 }) else {
      throw settings.error("all tasks have weight 0: give one a weight", at: list.position)
    }
    return try suite(
      name: name, summary: summary, seed: UInt64(seed), base: base, tasks: tasks, weights: weights,
      notes: notes, digest: digest, file: shown)
  }

  private func verifierChoice(
    _ settings: inout SettingsReader
  ) throws(SuiteError) -> (name: String?, weights: [String: Double]?) {
    guard let node = settings.node("verifier") else { return (nil, nil) }
    if case .string(let name) = node.value { return (name, nil) }
    var choice = try SettingsReader(node, file: settings.file, what: "a verifier")
    let name = try choice.string("name")
    let weightsNode = choice.node("weights")
    try choice.finish(what: "a verifier")
    guard let weightsNode else { return (name, nil) }
    guard case .object(let members) = weightsNode.value else {
      throw settings.error(
        "weights must be an object such as { correctness: 1, format: 0 }",
        at: weightsNode.position)
    }
    var weights: [String: Double] = [:]
    for member in members {
      guard let weight = member.node.double else {
        throw settings.error("a weight must be a number", at: member.node.position)
      }
      weights[member.key] = weight
    }
    return (name, weights)
  }

  private func lengthCaps(_ settings: inout SettingsReader) throws(SuiteError) -> LengthCaps {
    let defaults = SuiteLoader.defaultCaps
    guard let node = settings.node("longest") else { return defaults }
    var longest = try SettingsReader(node, file: settings.file, what: "longest")
    let caps = LengthCaps(
      prompt: try longest.integer("prompt", default: defaults.prompt, within: 1...100_000),
      completion: try longest.integer(
        "completion", default: defaults.completion, within: 4...100_000))
    try longest.finish(what: "longest")
    return caps
  }

  private func task(
    _ node: JSONNode, beside suite: URL, shown: String, verifierName: String?,
    weights: [String: Double]?, caps: LengthCaps, sources: inout SourceContext,
    notes: inout [String], digest: inout StableHash
  ) throws(SuiteError) -> SuiteTask {
    var settings = try SettingsReader(node, file: shown, what: "a task")
    let name = try settings.string("name")
    let weight = try settings.number("weight", default: 1, within: 0...1e6)
    let ownVerifier = try settings.string("verifier")
    let path = try settings.string("file")
    let sourceName = try settings.string("source")
    let generatorNode = settings.node("generator")
    guard sourceName != nil || sources.rule == .content else {
      throw settings.error(
        #"a suite with splits: "seeds" has tasks of sources alone: the problems of others are "#
          + "sorted by their content, and might be in two splits")
    }
    let generatorName = generatorNode == nil ? nil : try settings.string("generator")
    switch (generatorName, path, sourceName) {
    case (let generatorName?, nil, nil):
      let entry = GeneratorRegistry.table.first { $0.name == generatorName }
      guard let entry else {
        throw settings.error(
          "no generator is called \(quoted(generatorName)); "
            + suggestion(for: generatorName, among: GeneratorRegistry.names),
          at: generatorNode?.position)
      }
      let generator = try entry.type.init(settings: &settings)
      try settings.finish(what: "a task of the generator \(generatorName)")
      let task = SuiteTask(
        name: name ?? generatorName, weight: weight, origin: generatorName,
        verifierName: ownVerifier ?? verifierName ?? entry.type.verifierName,
        source: .generator(generator), caps: caps)
      try check(task, of: settings)
      return task
    case (nil, let path?, nil):
      try settings.finish(what: "a task of a file")
      let url = URL(filePath: path, relativeTo: suite.deletingLastPathComponent())
      let file = try TextFile(url, name: path)
      digest.combine(file.text.utf8)
      return try rowTask(
        RowFile(file), name: name ?? url.deletingPathExtension().lastPathComponent,
        weight: weight, verifierName: ownVerifier ?? verifierName, weights: weights,
        notes: &notes)
    case (nil, nil, let sourceName?):
      return try sourceTask(
        sourceName, name: name, weight: weight, verifierName: ownVerifier ?? verifierName,
        weights: weights, &settings, &sources, notes: &notes, digest: &digest)
    default:
      throw settings.error(#"a task needs either "generator" or "file" or "source""#)
    }
  }

  /// The task of a problem file, after checking every row.
  private func rowTask(
    _ file: RowFile, name: String, weight: Double, verifierName: String?,
    weights: [String: Double]?, notes: inout [String]
  ) throws(SuiteError) -> SuiteTask {
    let chosen = verifierName ?? file.fittingVerifier
    if verifierName == nil {
      let reason =
        switch chosen {
        case "numeric": "every answer is a number"
        case "truth": "every answer is True, False or Unknown"
        default: "not every answer is a number or a truth value"
        }
      notes.append("\(file.name): verifier \(chosen), because \(reason)")
    }
    let verifier = try makeVerifier(chosen, weights: weights, file: file.name)
    return SuiteTask(
      name: name, weight: weight, origin: file.name, verifierName: chosen,
      source: .rows(try file.rowSet(task: name, verifier: verifier, rules: rules)),
      caps: SuiteLoader.defaultCaps)
  }

  func makeVerifier(
    _ name: String, weights: [String: Double]?, file: String
  ) throws(SuiteError) -> any Verifier {
    do throws(VerifierError) {
      return try verifiers.verifier(name, from: folder, weights: weights)
    } catch {
      throw SuiteError(SuiteError.Kind(error), file: file, error.description)
    }
  }

  /// Puts the tasks together, with one verifier for all of them or each task's own.
  private func suite(
    name: String, summary: String, seed: UInt64, base: String?, tasks: [SuiteTask],
    weights: [String: Double]?, notes: [String], digest: StableHash, file: String
  ) throws(SuiteError) -> TaskSuite {
    var routes: [(task: String, verifier: any Verifier)] = []
    for task in tasks {
      let verifier = try makeVerifier(task.verifierName, weights: weights, file: file)
      for problemTask in task.problemTasks {
        if let other = routes.first(where: { $0.task == problemTask }) {
          guard other.verifier.name == verifier.name else {
            throw SuiteError(
              .badData, file: file,
              "problems of the task \(quoted(problemTask)) have two verifiers, "
                + "\(other.verifier.name) and \(verifier.name); rename one of the tasks")
          }
        } else {
          routes.append((problemTask, verifier))
        }
      }
    }
    let isUniform = Set(routes.map(\.verifier.name)).count == 1
    let hash = String(digest.value, radix: 16)
    return TaskSuite(
      name: name, summary: summary, seed: seed, base: base, tasks: tasks,
      verifier: isUniform ? routes[0].verifier : RoutedVerifier(name: name, routes: routes),
      notes: notes,
      fingerprint: String(repeating: "0", count: 16 - hash.count) + hash, file: file)
  }
}
