import Analysis
import Foundation
import Statistics
import TestSupport
import Testing

@Suite("Reports: the result of a comparison")
struct ReportResultTests {
  private static let problems = ["x": "1100", "y": "10"]

  /// A comparison of two arms and their base over two seeds; the second arm's first run failed.
  private static func example() throws -> (plan: ComparisonPlan, result: Comparison) {
    let base = try ComparisonTests.evaluation(problems)
    let plan = try ComparisonTests.plan(["one", "two", "sft-only"], seeds: 2)
    let result = try Comparison(
      plan, base: [base, base],
      outcomes: [
        ComparisonTests.finished(base, ["x": "1111", "y": "11"]),
        .failed("step 2: <b>it broke</b> & more\nmend it"),
        ComparisonTests.finished(base, ["x": "1110", "y": "11"]),
        ComparisonTests.finished(base, ["x": "1000", "y": "10"]),
      ], bootstrap: Bootstrap(resamples: 200), pairedBootstrap: Bootstrap(resamples: 200))
    return (plan, result)
  }

  /// The folders of its runs, and its result where there is one.
  private static func folder(
    in parent: URL, _ plan: ComparisonPlan, _ result: Comparison?
  ) throws -> ComparisonFolder {
    for run in plan.runs {
      _ = try HandmadeRun(in: parent, run.name, run.configuration, metrics: [["reward": 1]])
    }
    let folder = ComparisonFolder(parent.path)
    if let result { try folder.write(result) }
    return folder
  }

  /// A number with its interval, as its digits are in `comparison.json`.
  private func text(_ estimate: IntervalEstimate, scale: Double, digits: Int, signed: Bool = false)
    -> String
  {
    let numbers = [estimate.point, estimate.low, estimate.high].map { number in
      // Halves go up here; printf takes them to the even digit.
      let rounded = (number * scale * pow(10, Double(digits))).rounded() / pow(10, Double(digits))
      return String(format: signed ? "%+.\(digits)f" : "%.\(digits)f", rounded)
    }
    return "\(numbers[0]) [\(numbers[1]), \(numbers[2])]"
  }

  @Test("the tables hold what comparison.json has, failures and collapses counted")
  func tables() throws {
    let (_, result) = try Self.example()
    #expect(
      result.caption
        == "pass@1 after training on held-out problems, over 2 tasks and 2 seeds, with 95 % intervals"
    )
    let marks = ["0/2", "0/2", "1/2", "1/2", "0/2", "0/2"]
    for (place, arm) in result.arms.enumerated() {
      let all = try #require(arm.overBase.all)
      #expect(
        result.armTable.rows[place]
          == [
            arm.name, text(arm.iqm, scale: 100, digits: 1),
            text(all, scale: 100, digits: 1, signed: true), marks[2 * place], marks[2 * place + 1],
          ])
      #expect(
        try result.taskTable.rows[place]
          == [arm.name]
          + ["x", "y"].map {
            text(try #require(arm.overBase.tasks[$0]), scale: 100, digits: 1, signed: true)
          })
    }
    for (place, pair) in result.pairs.enumerated() {
      let all = try #require(pair.difference.all)
      #expect(
        result.pairTable.rows[place]
          == [
            pair.first, pair.second, text(pair.probabilityOfImprovement, scale: 1, digits: 2),
            text(all, scale: 100, digits: 1, signed: true),
          ])
    }
    #expect(result.armTable.rows.count == 3 && result.pairTable.rows.count == 3)
    #expect(result.failures.map(\.folder) == ["two-0"])
  }

  @Test("the report has the tables, each cell with its heading for narrow screens")
  func report() throws {
    let (plan, result) = try Self.example()
    try HandmadeRun.withFolder { parent in
      let page = try HTMLPage(RunReport(Self.folder(in: parent, plan, result), plan, catalog).html)
      #expect(try page.texts("//main/section[1]/h2") == ["The result"])
      let section = "//section[h2 = 'The result']"
      #expect(try page.texts(section + "/p[1]") == [result.caption + "."])
      for (table, heads, place) in [
        (result.armTable, 1, "/div[1]"), (result.pairTable, 2, "/div[2]"),
        (result.taskTable, 1, "/details/div"),
      ] {
        let path = section + place + "/table"
        let name = table.columns.prefix(heads).joined(separator: " against ")
        #expect(try page.texts(path + "/thead/tr/th") == [name] + table.columns.dropFirst(heads))
        for (index, row) in table.rows.enumerated() {
          let line = path + "/tbody/tr[\(index + 1)]"
          #expect(
            try page.texts(line + "/th") == [row.prefix(heads).joined(separator: " against ")])
          #expect(try page.texts(line + "/td") == Array(row.dropFirst(heads)))
          #expect(
            try page.texts(line + "/td/@data-label") == Array(table.columns.dropFirst(heads)))
        }
      }
      #expect(
        try page.texts(section + "/ul[contains(@class, 'failures')]/li")
          == ["two-0: step 2: <b>it broke</b> & more"])
      #expect(try page.loads.isEmpty)
    }
  }

  @Test("without a result the report says so; a damaged one is an error that names the file")
  func withoutResult() throws {
    let (plan, _) = try Self.example()
    try HandmadeRun.withFolder { parent in
      let folder = try Self.folder(in: parent, plan, nil)
      let page = try HTMLPage(RunReport(folder, plan, catalog).html)
      #expect(
        try page.texts("//section[h2 = 'The result']/p")
          == [
            "No result yet: it is made when every run has ended; hone compare --run with this "
              + "folder resumes it."
          ])
      try Data("{}".utf8).write(to: URL(fileURLWithPath: folder.resultFile))
      #expect {
        try RunReport(folder, plan, catalog)
      } throws: {
        "\($0)".contains("\(folder.resultFile): not the result of a comparison")
          && "\($0)".contains("hone compare --run")
      }
    }
  }

  @Test("with one arm and one task there is nothing to set against each other")
  func single() throws {
    let base = try ComparisonTests.evaluation(["x": "1100"])
    let plan = try ComparisonTests.plan(["one"], seeds: 1)
    let result = try Comparison(
      plan, base: [base], outcomes: [ComparisonTests.finished(base, ["x": "1110"])],
      bootstrap: Bootstrap(resamples: 20), pairedBootstrap: Bootstrap(resamples: 20))
    #expect(result.pairTable.rows.isEmpty && result.taskTable.rows.isEmpty)
    try HandmadeRun.withFolder { parent in
      let page = try HTMLPage(RunReport(Self.folder(in: parent, plan, result), plan, catalog).html)
      #expect(try page.count("//section[h2 = 'The result']//table") == 1)
    }
  }
}
