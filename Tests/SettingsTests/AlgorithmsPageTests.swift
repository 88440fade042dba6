import Algorithms
import Experience
import Foundation
import Settings
import Testing

/// docs/algorithms.md is made of the rows of the algorithms' settings.
///
/// `HONE_RECORD_FIXTURES=1` writes it anew.
@Suite("The page of the algorithms")
struct AlgorithmsPageTests {
  private static let page = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/algorithms.md")

  private var text: String {
    var lines = [
      "# Algorithms",
      "",
      "Where each differs from its paper by default, and which setting says so. This page is made from the settings'",
      "rows (`Sources/Algorithms`); what is no setting stands at the top of each algorithm's file.",
    ]
    for algorithm in AlgorithmRegistry.shared.catalog.algorithms {
      lines += ["", "## \(algorithm.name)", "", sentence(algorithm.summary, algorithm.paper)]
      let defaults = Configuration(algorithm.init())
      let rows = algorithm.rows.compactMap { row in
        row.deviation.map { deviation in
          "| `\(row.key)` | \(defaults.value(row.key)?.plainText ?? "") | \(deviation) |"
        }
      }
      if !rows.isEmpty {
        lines += ["", "| setting | default | beside the paper |", "| --- | --- | --- |"] + rows
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func sentence(_ summary: String, _ paper: String?) -> String {
    summary.prefix(1).uppercased() + summary.dropFirst() + (paper.map { " (\($0))." } ?? ".")
  }

  @Test("the page says what the rows say")
  func current() throws {
    if ProcessInfo.processInfo.environment["HONE_RECORD_FIXTURES"] == "1" {
      try text.write(to: Self.page, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: Self.page, encoding: .utf8) == text)
  }
}
