internal import Checkpointing
internal import Foundation
internal import Runs
package import Settings
internal import Statistics

/// A report on one run or several: one HTML file that needs nothing else, no network among it.
///
/// Equal runs give equal reports but for their times: nothing in it depends on when or where it is
/// written.
package struct RunReport: Sendable {
  private let groups: [ReportGroup]
  private let completions: ReportCompletions
  /// The section on a comparison's result; nil in a report on runs that aren't one's.
  private let comparison: ReportResult?

  /// Reads the runs; those that differ in nothing but their seed become one group.
  ///
  /// - Parameter paths: the runs' folders, one at least.
  /// - Throws: `TrainingError.missing` where there is no run, `unusable` for a damaged file with the
  ///   line; `SettingsError`, `FileError`.
  package init(_ paths: [String], _ catalog: SettingsCatalog) throws {
    precondition(!paths.isEmpty, "a report needs a run")
    try self.init(ReportGroup.groups(of: try paths.map { try ReportRun($0, catalog) }))
  }

  /// Reads the runs of a comparison, each arm a group under its name; the base without training has no
  /// runs to show, but its row in the result.
  ///
  /// - Throws: as `init(_:)` does, and `unusable` for a damaged `comparison.json`.
  package init(
    _ folder: ComparisonFolder, _ plan: ComparisonPlan, _ catalog: SettingsCatalog
  ) throws {
    let runs = plan.runs
    try self.init(
      plan.arms.indices.compactMap { index in
        let own = try runs.filter { $0.arm == index }.map {
          try ReportRun(folder.folder(of: $0).path, catalog)
        }
        return own.isEmpty ? nil : ReportGroup(label: plan.arms[index].name, runs: own)
      }, comparison: ReportResult(result: folder.result()))
  }

  private init(_ groups: [ReportGroup], comparison: ReportResult? = nil) throws {
    self.groups = groups
    self.comparison = comparison
    completions = try ReportCompletions(groups)
  }

  /// Where a report of these runs goes if nothing else is said: into the run's folder, or for several
  /// into the folder that they all lie in, else into the current one.
  package static func defaultPath(of paths: [String]) -> String {
    if paths.count == 1 { return RunFolder(paths[0]).reportFile }
    let folders = Set(
      paths.map { URL(fileURLWithPath: $0).deletingLastPathComponent().relativePath })
    guard folders.count == 1, let folder = folders.first, folder != "." else {
      return "report.html"
    }
    return folder + "/report.html"
  }

  /// Writes the report: whole, or not at all.
  ///
  /// - Throws: `FileError`.
  package func write(to path: String) throws {
    try AtomicFile.write(html, to: path)
  }

  /// The whole text, which is also well formed as XML.
  package var html: String {
    ReportPage(title: title, lead: lead, sections: sections).html
  }

  private var runs: [ReportRun] { groups.flatMap(\.runs) }

  private var title: String {
    if groups.count == 1 {
      let configuration = groups[0].configuration
      return "\(groups[0].label) on \(configuration.run.suiteLabel)"
    }
    let labels = groups.map(\.label).joined(separator: " · ")
    return labels.count <= 80
      ? labels : "\(Quantity.counted(runs.count, "run")) in \(groups.count) groups"
  }

  private var lead: [String] {
    let seeds = Set(runs.map(\.configuration.run.seed)).sorted()
    let models = Set(runs.map { ReportGroup.fileName($0.configuration.run.model) }).sorted()
    let steps = runs.map(\.steps).max() ?? 0
    return [
      "from \(models.joined(separator: ", "))",
      seeds.count == 1 ? "seed \(seeds[0])" : Quantity.counted(seeds.count, "seed"),
      runs.count == 1
        ? "\(Quantity.grouped(steps)) of \(Quantity.counted(runs[0].configuration.run.steps, "step"))"
        : "\(Quantity.counted(runs.count, "run")), \(Quantity.counted(steps, "step"))",
    ]
  }

  private var sections: [(title: String, content: Markup)] {
    let charts = ReportCharts(groups)
    let facts = ReportFacts(groups: groups)
    let notes = facts.notes + charts.notes
    let noteList: Markup =
      notes.isEmpty ? "" : "<ul class=\"notes\">\(notes.map { "<li>\($0)</li>" as Markup })</ul>"
    let names = Set(runs.flatMap(\.metrics.names))
    let plans = ChartPlan.plans(names: names)
    func drawn(_ section: ChartPlan.Section) -> Markup {
      Markup(lines: plans.filter { $0.section == section }.map { markup($0, charts) })
    }
    let heldOut = charts.heldOut?.markup ?? ""
    let critic = drawn(.critic)
    let others = drawn(.others)
    let all: [(title: String, content: Markup)] = [
      ("The result", comparison?.markup ?? ""),
      (groups.count == 1 && runs.count == 1 ? "The run" : "The runs", "\(facts.runs)\n\(noteList)"),
      (
        ChartPlan.Section.learning.rawValue,
        grid("\(drawn(.learning))\n\(heldOut)\n\(ReportScores(groups: groups).markup)")
      ),
      (ChartPlan.Section.completions.rawValue, grid(drawn(.completions))),
      (ChartPlan.Section.critic.rawValue, critic.text.isEmpty ? critic : grid(critic)),
      (ChartPlan.Section.signal.rawValue, grid(drawn(.signal))),
      ("Completions", completions.markup),
      (
        ChartPlan.Section.others.rawValue,
        others.text.isEmpty
          ? others : "<details><summary>Charts</summary>\(grid(others))</details>"
      ),
      ("Configuration and hashes", facts.markup),
    ]
    return all.filter { !$0.content.text.isEmpty }
  }

  private func grid(_ content: Markup) -> Markup { "<div class=\"grid\">\n\(content)\n</div>" }

  /// A plan's figures, or why there are none.
  private func markup(_ plan: ChartPlan, _ charts: ReportCharts) -> Markup {
    if let reason = charts.clipReason(plan) {
      return "<p class=\"left-out\"><b>\(plan.title)</b>: always 0 here. \(reason).</p>"
    }
    let figures = charts.figures(plan)
    guard figures.isEmpty else { return Markup(lines: figures.map(\.markup)) }
    return "<p class=\"left-out\"><b>\(plan.title)</b>: \(plan.absence)</p>"
  }
}

extension RunFolder {
  /// The run's report.
  package var reportFile: String { "\(path)/report.html" }
}
