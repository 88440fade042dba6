internal import Messages
internal import PluginHost
internal import Verifiers

/// What the source tasks of a suite share.
struct SourceContext {
  let suiteSeed: Int
  let rule: SplitRule
  /// The limits that the suite sets; nil where it sets none.
  let caps: LengthCaps?
  /// The split of each prompt, by content hash, where seeds decide.
  var owners: [UInt64: Split] = [:]
}

extension SuiteLoader {
  /// A task whose problems a plugin makes, and scores unless another verifier is named.
  ///
  /// The digest takes in every problem, so that another version of what makes them is another suite.
  func sourceTask(
    _ sourceName: String, name: String?, weight: Double, verifierName: String?,
    weights: [String: Double]?, _ settings: inout SettingsReader, _ sources: inout SourceContext,
    notes: inout [String], digest: inout StableHash
  ) throws(SuiteError) -> SuiteTask {
    let source = try SourceSettings(&settings)
    try settings.finish(what: "a task of a source")
    let place = settings.node("source")?.position
    guard sources.suiteSeed <= SourceSettings.largestSuiteSeed else {
      throw settings.error(
        "a suite with sources must have a seed from 0 to \(SourceSettings.largestSuiteSeed), not "
          + "\(sources.suiteSeed)", at: place)
    }
    let opened: any Verifier
    do throws(VerifierError) {
      opened = try verifiers.verifier(sourceName, from: folder)
    } catch {
      throw SuiteError(
        SuiteError.Kind(error), file: settings.file, position: place, error.description)
    }
    guard let plugin = opened as? PluginVerifier, plugin.manifest.makesProblems else {
      throw settings.error(
        "\(quoted(sourceName)) makes no problems; name a plugin that has problems: true in its "
          + PluginManifest.fileName, at: place)
    }
    let task = name ?? source.dataset
    let chosen = verifierName ?? sourceName
    let reader = SourceReader(
      plugin: plugin,
      verifier: try makeVerifier(chosen, weights: weights, file: settings.file), source: source,
      task: task, suiteSeed: sources.suiteSeed, rule: sources.rule, caps: sources.caps,
      rules: rules,
      settings: settings)
    let (rows, note) = try reader.rows(owners: &sources.owners)
    if let note { notes.append(note) }
    for row in rows.rows {
      digest.combine(row.split.key)
      digest.combine(row.worked.problem.prompt.utf8)
      digest.combine(row.worked.problem.answer.utf8)
      for column in row.worked.problem.columns.sorted(by: { $0.key < $1.key }) {
        digest.combine(column.key.utf8)
        digest.combine(column.value.utf8)
      }
    }
    return SuiteTask(
      name: task, weight: weight, origin: "\(plugin.name): \(source.dataset)",
      verifierName: chosen, source: .rows(rows), caps: SuiteLoader.defaultCaps, isSourced: true)
  }
}
