internal import Settings

/// Runs that differ in nothing but their seed, shown as one curve with a band.
struct ReportGroup: Sendable {
  /// What the curve is called: the algorithm, and what distinguishes it from other groups of the report.
  let label: String
  /// The runs, by seed.
  let runs: [ReportRun]

  /// The configuration of the first run.
  var configuration: Configuration { runs[0].configuration }

  /// A file's name without its folders and its ending; a name without them stays as it is.
  static func fileName(_ path: String) -> String {
    guard path.contains("/"), let name = path.split(separator: "/").last else { return path }
    return String(name.split(separator: ".").first ?? name)
  }

  /// Runs that differ in these alone are one group.
  private static let neutralKeys = Configuration.bookkeepingKeys.union(["seed"])

  /// Puts runs together, in the order of each group's first one.
  static func groups(of runs: [ReportRun]) -> [ReportGroup] {
    var members: [(settings: [SettingValue], runs: [ReportRun])] = []
    for run in runs {
      let settings = run.configuration.entries.filter { !neutralKeys.contains($0.field.key) }
        .map(\.value)
      if let index = members.firstIndex(where: { $0.settings == settings }) {
        members[index].runs.append(run)
      } else {
        members.append((settings, [run]))
      }
    }
    let configurations = members.map { $0.runs[0].configuration }
    return members.map { member in
      ReportGroup(
        label: label(of: member.runs[0].configuration, among: configurations),
        runs: member.runs.sorted { $0.configuration.run.seed < $1.configuration.run.seed })
    }
  }

  /// `grpo`, or with what distinguishes it from the other groups: `grpo on logic, clip_high 0.28`.
  private static func label(of own: Configuration, among all: [Configuration]) -> String {
    var label = own.algorithm
    if all.contains(where: { $0.run.suite != own.run.suite }) {
      label += " on \(fileName(own.run.suite))"
    }
    // Another algorithm has other fields and defaults, another suite another base: their names say so.
    let alike = all.filter { $0.algorithm == own.algorithm }
    let siblings = alike.filter { $0.run.suite == own.run.suite }
    // A variant's name stands for its settings.
    let implied = Dictionary(
      uniqueKeysWithValues: own.settings.variantSettings.map { ($0.key, $0.value) })
    for (field, value) in own.entries
    where field.key != "suite" && !neutralKeys.contains(field.key) {
      guard implied[field.key].map({ $0 != value }) ?? own.differsFromDefault(field.key) else {
        continue
      }
      let others = field.key == "model" ? siblings : alike
      if field.key == "variant" || others.contains(where: { $0.value(field.key) != value }) {
        label += ", \(field.key) \(fileName(value.plainText))"
      }
    }
    return label
  }
}

extension Configuration {
  /// Fields that change neither what is learned nor what is measured: where and how a run works, and
  /// what it keeps.
  static let bookkeepingKeys: Set = [
    "run", "threads", "checkpoint_every", "keep_checkpoints", "log_completions", "tensorboard",
    "tensorboard_names",
  ]
}
