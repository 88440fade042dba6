/// Runs that differ in nothing but their seed, shown as one curve with a band.
struct ReportGroup: Sendable {
  /// What the curve is called: the algorithm, and what tells it from other groups of the report.
  let label: String
  /// The runs, by seed.
  let runs: [RunRecord]

  /// The configuration of the first run.
  var configuration: Configuration { runs[0].configuration }

  /// A file's name without its folders and its ending; a name without them stays as it is.
  static func fileName(_ path: String) -> String {
    guard path.contains("/"), let name = path.split(separator: "/").last else { return path }
    return String(name.split(separator: ".").first ?? name)
  }

  /// Keys that don't change what is learned.
  private static let besides: Set = [
    "seed", "run", "threads", "checkpoint_every", "keep_checkpoints", "log_completions",
    "tensorboard", "tensorboard_names",
  ]

  /// Puts runs together, in the order of each group's first one.
  static func groups(of runs: [RunRecord]) -> [ReportGroup] {
    var members: [(settings: [String: ConfigurationValue], runs: [RunRecord])] = []
    for run in runs {
      let settings = Dictionary(
        uniqueKeysWithValues: run.configuration.entries.lazy
          .filter { !besides.contains($0.field.key) }.map { ($0.field.key, $0.value) })
      if let index = members.firstIndex(where: { $0.settings == settings }) {
        members[index].runs.append(run)
      } else {
        members.append((settings, [run]))
      }
    }
    return members.map { member in
      ReportGroup(
        label: label(of: member.settings, among: members.map(\.settings)),
        runs: member.runs.sorted { $0.configuration.seed < $1.configuration.seed })
    }
  }

  /// `grpo`, or with what tells it from the other groups: `grpo on logic, clip_high 0.28`.
  private static func label(
    of settings: [String: ConfigurationValue], among all: [[String: ConfigurationValue]]
  ) -> String {
    func text(_ key: String) -> String { fileName(settings[key]?.plainText ?? "") }
    func differs(_ key: String, among others: [[String: ConfigurationValue]]) -> Bool {
      others.contains { $0[key] != settings[key] }
    }
    var label = text("algorithm")
    if differs("suite", among: all) { label += " on \(text("suite"))" }
    // Another algorithm has other fields and defaults, another suite another base: their names say so.
    let alike = all.filter { $0["algorithm"] == settings["algorithm"] }
    let siblings = alike.filter { $0["suite"] == settings["suite"] }
    var defaults = Configuration(
      algorithm: Configuration.Algorithm(rawValue: text("algorithm")) ?? .grpo)
    // A variant's name stands for its settings.
    for (key, value) in Configuration.Variant(rawValue: text("variant"))?.settings ?? [] {
      Configuration.field(key).set(&defaults, value)
    }
    for field in Configuration.fields where field.key != "suite" {
      guard let value = settings[field.key], value != field.get(defaults) else { continue }
      let others = field.key == "model" ? siblings : alike
      if field.key == "variant" || differs(field.key, among: others) {
        label += ", \(field.key) \(text(field.key))"
      }
    }
    return label
  }
}
