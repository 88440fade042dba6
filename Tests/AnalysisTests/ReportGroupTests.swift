import Analysis
import Foundation
import Settings
import TestSupport
import Testing

@Suite("Reports: several runs")
struct ReportGroupTests {
  /// Runs with the rewards given, one for each step.
  private func run(
    in folder: URL, _ name: String, seed: Int, rewards: [Double],
    _ assignments: String...
  ) throws -> String {
    var configuration = try catalog.resolve(
      assignments.map { try GivenSetting(assignment: $0) })
    configuration.run.seed = seed
    configuration.run.run = name
    return try HandmadeRun(
      in: folder, name, configuration,
      metrics: rewards.enumerated().map { index, reward in
        ["reward": reward, "num_tokens": Double((index + 1) * 100 * (seed + 1)), "step_time": 1]
      },
      completions: [try HandmadeRun.completion(step: 1, "2", correct: true, advantage: 0)]
    ).path
  }

  @Test("a ledger for each algorithm, of the fates that its tokens may have")
  func ledgers() throws {
    try HandmadeRun.withFolder { folder in
      func run(
        _ algorithm: String, _ name: String, _ ledger: [[String: Double]]
      ) throws -> String {
        try HandmadeRun(
          in: folder, name, resolved("algorithm=\(algorithm)"), metrics: ledger
        ).path
      }
      let paths = [
        try run(
          "grpo", "a",
          [
            ["ledger/used": 0.5, "ledger/flat_group": 0.5],
            ["ledger/used": 0.25, "ledger/flat_group": 0.75],
          ]),
        try run(
          "raft", "b",
          [
            ["ledger/used": 0.5, "ledger/rejected": 0.5], ["ledger/used": 1, "ledger/rejected": 0],
          ]),
        try run("sft", "c", [["loss": 1]]),
      ]
      let page = try HTMLPage(RunReport(paths, catalog).html)
      let figures = "//figure[starts-with(figcaption/h3, 'Gradient ledger: ')]"
      #expect(try page.count(figures) == 2)
      let layers = figures + "/svg[contains(@class, 'by-steps')]/g/@data-y"
      #expect(try page.texts(layers) == ["0.5 0.25", "0.5 0.75", "0.5 1", "0.5 0"])
    }
  }

  @Test("runs that differ in their seed are one curve with a band, to the end of the shortest")
  func band() throws {
    try HandmadeRun.withFolder { folder in
      let paths = [
        try run(in: folder, "a", seed: 0, rewards: [0, 0.5, 1]),
        try run(in: folder, "b", seed: 1, rewards: [0.5, 0.75, 1, 1]),
        try run(in: folder, "c", seed: 2, rewards: [0.25, .nan, 0.25]),
      ]
      let page = try HTMLPage(RunReport(paths, catalog).html)
      let figure = "//figure[figcaption/h3 = 'Reward']"
      let steps = figure + "/svg[contains(@class, 'by-steps')]/g"
      #expect(try page.texts(steps + "/@data-x") == ["1 2 3"])
      #expect(try page.texts(steps + "/@data-y") == ["0.25 0.625 0.75"])
      #expect(
        try page.texts(steps + "/polygon/@points").map { $0.split(separator: " ").count } == [6])
      #expect(
        try page.texts(figure + "//tbody/tr/td") == [
          "0.2500 (0 to 0.5000)", "0.6250 (0.5000 to 0.7500)", "0.7500 (0.2500 to 1)",
        ])
      // By tokens: read between each run's points, over what all have: from 300 to 300.
      let tokens = figure + "/svg[contains(@class, 'by-tokens')]/g"
      #expect(try page.texts(tokens + "/@data-x") == ["300"])
      #expect(try page.texts(tokens + "/@data-y") == ["0.625"])
      // By seconds all have 1 to 3; c goes straight from its first to its last.
      let seconds = figure + "/svg[contains(@class, 'by-seconds')]/g"
      let places = try page.texts(seconds + "/@data-x")[0].split(separator: " ")
      #expect(places.count == 100 && places.first == "1" && places.last == "3")
      let notes = try page.texts("//ul[@class='notes']/li")
      #expect(notes.contains { $0.contains("end with its shortest run, at step 3 of 4") })
      #expect(notes.contains { $0.contains("bands reach from the smallest to the largest") })
      #expect(try page.texts("//table[@class='runs']/tbody/tr/td[1]") == ["0", "1", "2"])
      #expect(try page.texts("//h1") == ["grpo on arithmetic"])
      #expect(try page.loads.isEmpty)
    }
  }

  @Test("groups are called by what tells them apart, and share a chart for each metric")
  func labels() throws {
    try HandmadeRun.withFolder { folder in
      let paths = [
        try run(in: folder, "a", seed: 0, rewards: [0, 1]),
        try run(in: folder, "b", seed: 1, rewards: [0, 1], "threads=3"),
        try run(in: folder, "c", seed: 0, rewards: [0, 0], "rewards=random"),
        try run(in: folder, "d", seed: 0, rewards: [1, 0], "clip_high=0.28", "epochs=2"),
      ]
      let page = try HTMLPage(RunReport(paths, catalog).html)
      let labels = ["grpo", "grpo, rewards random", "grpo, clip_high 0.28, epochs 2"]
      #expect(try page.texts("//figure[figcaption/h3 = 'Reward']/ul//code") == labels)
      #expect(try page.texts("//figure[figcaption/h3 = 'Reward']/ul//b") == ["A", "B", "C"])
      #expect(
        try page.texts("//table[@class='runs']/tbody/tr/th") == [
          labels[0], labels[0], labels[1], labels[2],
        ])
      // One group has no band: it has one run.
      #expect(try page.count("//figure[figcaption/h3 = 'Reward']/svg[1]//polygon") == 1)
      let notes = try page.texts("//ul[@class='notes']/li")
      #expect(notes.contains { $0.hasPrefix("grpo; grpo, rewards random: epochs = minibatches") })
      // Where one group can have clipped tokens, the chart isn't left out for the others' sake.
      #expect(try page.texts("//section[h2 = 'Completions']//h3").count == 3)
    }
  }

  @Test("a variant's name stands for its settings")
  func variants() throws {
    try HandmadeRun.withFolder { folder in
      let paths = [
        try run(in: folder, "a", seed: 0, rewards: [1]),
        try run(in: folder, "b", seed: 0, rewards: [1], "variant=dapo"),
        try run(in: folder, "c", seed: 0, rewards: [1], "variant=dapo", "clip_high=0.2"),
      ]
      let page = try HTMLPage(RunReport(paths, catalog).html)
      #expect(
        try page.texts("//table[@class='runs']/tbody/tr/th") == [
          "grpo", "grpo, variant dapo", "grpo, variant dapo, clip_high 0.2",
        ])
    }
  }

  @Test("runs of several suites and algorithms")
  func suites() throws {
    try HandmadeRun.withFolder { folder in
      let supervised = try resolved("algorithm=sft", "suite=/somewhere/my.suite.json5")
      let other = try HandmadeRun(in: folder, "s", supervised, metrics: [["loss": 1]])
      let paths = [try run(in: folder, "a", seed: 0, rewards: [0, 1]), other.path]
      let page = try HTMLPage(RunReport(paths, catalog).html)
      #expect(
        try page.texts("//table[@class='runs']/tbody/tr/th") == [
          "grpo on arithmetic", "sft on my",
        ])
      #expect(try page.texts("//h1") == ["grpo on arithmetic · sft on my"])
    }
  }

  @Test(
    "where a report goes by default",
    arguments: [
      (["runs/a"], "runs/a/report.html"), (["runs/a", "runs/b"], "runs/report.html"),
      (["a", "b"], "report.html"), (["x/a", "y/b"], "report.html"),
      (["/x/a", "/x/b/"], "/x/report.html"),
    ])
  func defaultPath(paths: [String], expected: String) {
    #expect(RunReport.defaultPath(of: paths) == expected)
  }
}
