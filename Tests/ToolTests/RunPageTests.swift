import Foundation
import TestSupport
import Testing

@Suite("Runs: report.html")
struct RunPageTests {
  private func page(_ path: String) throws -> HTMLPage {
    try HTMLPage(String(contentsOfFile: path, encoding: .utf8))
  }

  @Test("train and resume end with a report, and say where it is")
  func afterTraining() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let arguments =
        lab.reinforced(steps: 3) + RunLab.manyUpdates
        + ["--evaluation-every", "1", "--evaluation-samples", "4"]
      let result = try ToolRunner.run(arguments + ["--run", "my/run"], in: folder)
      #expect(result.exitCode == 0 && result.errors.isEmpty)
      let said = "run        my/run                        report  my/run/report.html\nweights"
      #expect(result.output.contains(said))
      let file = folder.appending(path: "my/run/report.html").path
      let report = try page(file)
      #expect(try report.loads.isEmpty && report.handlers.isEmpty)
      #expect(
        try report.texts("//section[not(h2 = 'Everything else that was logged')]//h3") == [
          "Reward", "Loss", "Parts of the reward", "Held-out pass@1",
          "pass@1 before and after", "pass@k before and after", "Length", "Entropy",
          "Divergence from the first policy", "Clipped tokens", "Gradient ledger", "Gradient norm",
        ])
      #expect(try report.count("//p[@class='left-out']") == 0)
      let heldOut = "//figure[figcaption/h3 = 'Held-out pass@1']//tbody/tr/th"
      #expect(try report.texts(heldOut) == ["0", "1", "2", "3"])
      let passAtK = "//figure[figcaption/h3 = 'pass@k before and after']//tbody/tr/th"
      #expect(try report.texts(passAtK) == ["1", "2", "4"])
      #expect(
        try report.texts("//figure[figcaption/h3 = 'Divergence from the first policy']/ul//code")
          == ["kl", "kl/k1", "kl/k2", "kl/k3"])
      #expect(try report.count("//article") == 48)
      let hashes = try report.texts("//table[@class='fields']//td/code")
      #expect(
        hashes.contains(try RunFiles.weightsHash(RunFiles(folder.path + "/my/run").checkpoint(3))))

      // Written again it is the same; a longer run has a longer one.
      let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
      let again = try ToolRunner.run(["report", "my/run/"], in: folder)
      #expect(again.exitCode == 0 && again.output == "report  my/run/report.html\n")
      #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == bytes)
      let resumed = try ToolRunner.run(
        ["resume", "my/run", "--steps", "4", "--json", "--quiet"], in: folder)
      #expect(resumed.exitCode == 0 && resumed.errors.isEmpty)
      // The third step was the last one once, and had its evaluation after it, not between.
      #expect(try page(file).texts(heldOut) == ["0", "1", "2", "4"])
    }
  }

  @Test("several runs go into one file, wherever it was asked for")
  func severalRuns() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      for seed in 0..<2 {
        let result = try ToolRunner.run(
          lab.reinforced(steps: 2) + ["--run", "runs/\(seed)", "--seed", "\(seed)", "--quiet"],
          in: folder)
        #expect(result.exitCode == 0)
      }
      for _ in 0..<2 {
        // The second time the shell finds runs/report.html too.
        let result = try ToolRunner.bash("\"$HONE\" report runs/*", in: folder)
        #expect(result.exitCode == 0 && result.output == "report  runs/report.html\n")
      }
      let report = try page(folder.appending(path: "runs/report.html").path)
      #expect(try report.texts("//table[@class='runs']/tbody/tr/td[1]") == ["0", "1"])
      #expect(try report.count("//figure[figcaption/h3 = 'Reward']/svg[1]//polygon") == 1)
      let elsewhere = try ToolRunner.run(
        ["report", "runs/0", lab.baseRun, "--output", "both.html"], in: folder)
      #expect(elsewhere.exitCode == 0 && elsewhere.output == "report  both.html\n")
      #expect(
        try page(folder.appending(path: "both.html").path)
          .count("//table[@class='runs']/tbody/tr") == 2)
    }
  }

  @Test("a report that can't be written is a warning, and the run is whole")
  func unwritable() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let undisturbed = try ToolRunner.run(
        lab.reinforced(steps: 1) + ["--run", "good", "--json", "--quiet"], in: folder)
      // A folder of that name is in the way.
      try FileManager.default.createDirectory(
        at: folder.appending(path: "run/report.html/x"), withIntermediateDirectories: true)
      let result = try ToolRunner.run(
        lab.reinforced(steps: 1) + ["--run", "run", "--json", "--quiet"], in: folder)
      #expect(result.exitCode == 0)
      #expect(result.errors.hasPrefix("warning: no report was written: run/report.html: "))
      #expect(
        result.errors.hasSuffix("\nNothing else is lost. To write it again: hone report run\n"))
      #expect(try result.weightsHash() == undisturbed.weightsHash())
      let asked = try ToolRunner.run(["report", "run"], in: folder)
      #expect(asked.exitCode == 73 && asked.errors.hasPrefix("error: run/report.html: "))
    }
  }

  @Test("a run that was stopped has a report too")
  func stopped() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let run = RunFiles(folder.appending(path: "run"))
      let tool = try ToolRunner.start(
        lab.reinforced(steps: 500, problems: 8, groupSize: 8) + ["--run", run.path, "--quiet"])
      #expect(tool.wait { _ in run.lines("metrics.jsonl").count >= 2 })
      tool.send(SIGINT)
      #expect(try tool.wait().exitCode == 130)
      let cells = try page(run.path + "/report.html").texts("//table[@class='runs']/tbody/tr/td")
      #expect(cells[1].hasSuffix(" of 500") && cells[3] == "not finished")
    }
  }

  @Test(
    "what can't be reported on: the exit code, what is wrong and the hint",
    arguments: [
      (
        ["report"], 64,
        "hone report needs RUN: the folder of a run or of a comparison; several are shown together"
      ),
      (["report", "a", "a/"], 64, "a is given twice; its second curve would only cover the first"),
      (["report", "a.html"], 64, "a.html is a report; name the run's folder"),
      (["report", "nowhere"], 66, "nowhere: no run there"),
    ] as [([String], Int32, String)])
  func refusals(arguments: [String], exitCode: Int32, expected: String) throws {
    try ToolRunner.withTemporaryFolder { folder in
      let result = try ToolRunner.run(arguments, in: folder)
      #expect(result.exitCode == exitCode && result.output.isEmpty)
      let hint =
        exitCode == 64
        ? "usage: hone report RUN… [FLAG]…" : "Start one with: hone train --run nowhere"
      #expect(result.errors == "error: \(expected)\n\(hint)\n")
    }
  }
}
